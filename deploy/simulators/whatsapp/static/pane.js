// One conversation on the page: what was said, and what its citizen writes. Several may stand side by side.

import { api } from "./api.js";
import { attachments } from "./attach.js";
import { bubble, mark, rove, setStatus, settleChoices } from "./bubbles.js";
import { openDialog } from "./dialogs.js";
import { day, element } from "./format.js";
import { chosenSample, openSamples } from "./samples.js";

const TYPING_MS = 25_000; // how long WhatsApp shows the indicator
const MARKS = new Set(["reaction", "edit", "revoke"]); // kinds that are shown at the message that they are about

export const shownAddress = (citizen) => (citizen.identity === "bsuid" ? `@${citizen.username ?? citizen.bsuid}` : `+${citizen.phone}`);

export class Pane {
  // `desk`: what a conversation needs of the page around it.
  constructor(id, desk) {
    this.id = id;
    this.desk = desk;
    this.node = document.getElementById("pane").content.firstElementChild.cloneNode(true);
    this.drawn = new Map(); // wamid -> { node, message }
    this.lastDay = null;
    this.news = 0; // what came by itself, counted: an answer that was asked for before may not have it
    this.atEnd = true; // a reader who scrolled up stays where he is
    this.lastTop = 0;
    this.watchScroll();
    this.watchComposer();
    for (const name of ["beside", "options", "back", "close"]) this.part(name).addEventListener("click", () => desk[name](this));
    this.node.addEventListener("focusin", () => desk.active(this));
    attachments(this);
    this.part("fill").addEventListener("click", () => openSamples(this.citizen, {
      write: (text) => this.write(text),
      picture: (kind) => this.samplePicture(kind),
      offer: (file) => this.offer(file),
    }));
    this.name();
  }

  get citizen() { return this.desk.person(this.id); }

  get onScreen() { return this.node.offsetParent !== null; }

  part(name) { return this.node.querySelector(`[data-part="${name}"]`); }

  name() {
    const { citizen } = this;
    if (!citizen) return;
    this.node.setAttribute("aria-label", `Chat ${citizen.name}`);
    this.part("scroll").setAttribute("aria-label", `Isi percakapan ${citizen.name}`);
    this.part("live").setAttribute("aria-label", `Percakapan ${citizen.name}`);
    this.part("text").setAttribute("aria-label", `Tulis pesan sebagai ${citizen.name}`);
    this.part("office").textContent = this.desk.office;
    this.part("presence").textContent = `Anda: ${citizen.name}${citizen.online ? "" : " (HP mati)"}, ${shownAddress(citizen)}`;
  }

  // ---- what is shown

  toEnd() {
    this.atEnd = true;
    this.part("newer").hidden = true;
    this.part("scroll").scrollTop = this.part("scroll").scrollHeight;
  }

  watchScroll() {
    const box = this.part("scroll");
    // Only a step upwards is a reader's wish. A scroll event comes late: until then a picture may have grown, and where we went is no more the end.
    box.addEventListener("scroll", () => {
      const near = box.scrollHeight - box.scrollTop - box.clientHeight < 120;
      if (near) { this.atEnd = true; this.part("newer").hidden = true; }
      else if (box.scrollTop < this.lastTop) this.atEnd = false;
      this.lastTop = box.scrollTop;
    });
    this.part("newer").addEventListener("click", () => this.toEnd());
    const keep = new ResizeObserver(() => { if (this.atEnd) this.toEnd(); });
    keep.observe(this.part("log")); // pictures grow after they were put there
    keep.observe(box); // the phone's keyboard opens
  }

  show(message, { fresh = false } = {}) {
    if (this.drawn.has(message.wamid) || (message.author === "office" && message.status === "failed")) return;
    if (fresh) this.news += 1;
    if (MARKS.has(message.content.type)) return this.mark(message);
    const stay = fresh && message.author === "office" && !this.atEnd;
    if (day(message.at) !== this.lastDay) {
      this.lastDay = day(message.at);
      this.part("log").append(element("li", { class: "day" }, this.lastDay));
    }
    const node = bubble(message, {
      reply: (...rest) => this.reply(...rest), choose: (...rest) => this.choose(...rest), more: (button) => this.desk.act(this, message, button),
    });
    if (fresh) node.classList.add("new");
    this.part("log").append(node);
    this.drawn.set(message.wamid, { node, message });
    rove(node.querySelector(".more"));
    const answered = message.author === "citizen" && message.content.reply_to ? this.drawn.get(message.content.reply_to) : null;
    if (answered) settleChoices(answered.node, message.content.text);
    if (stay) this.part("newer").hidden = false;
    else this.toEnd();
  }

  mark(message) {
    const about = this.drawn.get(message.content.reply_to);
    this.drawn.set(message.wamid, { node: null, message });
    if (about?.node) mark(about.node, about.message, message);
  }

  setTyping(on) {
    clearTimeout(this.typing);
    this.part("typing").hidden = !on;
    if (!on) return;
    if (this.atEnd) this.toEnd();
    this.typing = setTimeout(() => this.setTyping(false), TYPING_MS);
  }

  status(wamid, status) {
    this.news += 1;
    const entry = this.drawn.get(wamid);
    if (!entry) return;
    entry.message.status = status;
    if (entry.message.author === "office") { if (status === "delivered") this.look(); }
    else if (entry.node) setStatus(entry.node, status);
  }

  async load() {
    const before = this.news;
    const { messages } = await api.messages(this.id);
    if (!this.node.isConnected) return;
    if (before !== this.news) return this.load();
    this.part("log").replaceChildren();
    this.drawn = new Map();
    this.lastDay = null;
    messages.forEach((message) => this.show(message));
    this.toEnd();
    this.look();
  }

  look() {
    if (this.onScreen && document.visibilityState === "visible" && this.citizen?.online) api.seen(this.id).catch(() => {});
  }

  // ---- what the citizen does

  async send(message) {
    try {
      this.show(await api.write(this.id, message), { fresh: true });
    } catch (failure) {
      this.desk.say(`Pesan belum terkirim: ${failure.message}`);
      throw failure;
    }
  }

  reply(message, button) {
    const type = message.content.type === "template" ? "template_button" : "button_reply";
    return this.send({ type, id: button.id, text: button.title, reply_to: message.wamid });
  }

  choose(message, list) {
    const head = (section) => (section.title ? [element("h3", {}, section.title)] : []);
    const row = (each) => element("label", {},
      element("input", { type: "radio", name: "row", value: each.id, required: true, "data-title": each.title }),
      element("span", {}, each.title, each.description ? element("small", {}, each.description) : null));
    openDialog("list", {
      fill: () => {
        document.getElementById("list-title").textContent = list.button;
        document.getElementById("rows").replaceChildren(...list.sections.flatMap((section) => [...head(section), ...section.rows.map(row)]));
      },
      submit: (form) => {
        const chosen = form.querySelector("input[name=row]:checked");
        return this.send({ type: "list_reply", id: chosen.value, text: chosen.dataset.title, reply_to: message.wamid });
      },
    });
  }

  write(text) {
    this.part("text").value = text;
    this.grow();
    this.part("text").focus();
  }

  grow() {
    const box = this.part("text");
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight + 2, 128)}px`;
  }

  watchComposer() {
    const box = this.part("text");
    this.part("composer").addEventListener("submit", async (event) => {
      event.preventDefault();
      const text = box.value.trim();
      if (!text) return;
      box.value = "";
      this.grow();
      box.focus(); // now, not after the answer: by then the person may be elsewhere, and focus must not be taken away
      try {
        await this.send({ type: "text", text });
      } catch {
        box.value ||= text;
      }
    });
    box.addEventListener("input", () => this.grow());
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.part("composer").requestSubmit();
    });
  }

  samplePicture(kind) { return api.samplePicture(chosenSample(this.citizen).number, kind); }

  offer(file) {
    let shown = null;
    openDialog("photo", {
      fill: (form) => {
        form.reset();
        const image = file.type.startsWith("image/");
        document.getElementById("photo-title").textContent = image ? "Kirim foto" : "Kirim berkas";
        form.querySelector("[type=submit]").textContent = image ? "Kirim foto" : "Kirim berkas";
        shown = image ? URL.createObjectURL(file) : null;
        const named = element("p", {}, file.name);
        const view = image ? element("img", { src: shown, alt: `Pratinjau ${file.name}` }) : named;
        view.onerror = () => view.replaceWith(named); // a picture that the browser can't show, such as HEIC
        document.getElementById("preview").replaceChildren(view);
      },
      submit: async (form) => {
        this.show(await api.sendFile(this.id, file, form.elements.caption.value.trim()), { fresh: true });
        if (shown) URL.revokeObjectURL(shown);
      },
    });
  }
}
