// The chat page: who you are, what was said, live.

import { api, listen } from "./api.js";
import { bubble, setStatus, settleChoices, summary } from "./bubbles.js";
import { menu, openDialog } from "./dialogs.js";
import { clock, day, element } from "./format.js";
import { chosenSample, fillNewCitizen, openSamples, readSamples, sampleCitizen } from "./samples.js";

const $ = (id) => document.getElementById(id);
const COLOURS = ["#a23b72", "#1f7a8c", "#8a5a00", "#4b6b1e", "#6a4bb0", "#b04632", "#2d6aa0"];
const TYPING_MS = 25_000; // how long WhatsApp shows the indicator

const people = new Map();
let current = null;
let drawn = new Map(); // wamid -> { node, message }
let lastDay = null;
let news = 0; // what came by itself, counted: an answer that was asked for before may not have it
let typingTimer = 0;

// ---- people

function colour(id) {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + char.charCodeAt(0)) % 9973;
  return COLOURS[sum % COLOURS.length];
}

function avatar(citizen) {
  const letters = citizen.name.split(/\s+/).map((word) => word[0]).join("").slice(0, 2).toUpperCase();
  return element("span", { class: "avatar", "aria-hidden": "true", style: `background:${colour(citizen.id)}` }, letters);
}

function shownAddress(citizen) {
  return citizen.identity === "bsuid" ? `@${citizen.username ?? citizen.bsuid}` : `+${citizen.phone}`;
}

function drawPeople() {
  const rows = [...people.values()].sort((a, b) => (b.last?.at ?? "").localeCompare(a.last?.at ?? ""));
  $("people").replaceChildren(...rows.map((citizen) => {
    const waiting = citizen.id === current ? 0 : citizen.unread;
    return element("li", {}, element("button", {
      type: "button", class: "person", "aria-current": citizen.id === current ? "true" : null, onclick: () => open(citizen.id),
    },
    avatar(citizen),
    element("span", { class: "who" }, element("b", {}, citizen.name), element("span", { class: "last" }, summary(citizen.last))),
    element("span", { class: "side" },
      citizen.last ? element("time", { datetime: citizen.last.at }, clock(citizen.last.at)) : null,
      waiting ? element("span", { class: "unread" }, String(waiting), element("span", { class: "sr" }, " belum dibaca")) : null)));
  }));
}

function drawPresence() {
  const citizen = people.get(current);
  $("presence").textContent = citizen ? `Anda: ${citizen.name}${citizen.online ? "" : " (HP mati)"}, ${shownAddress(citizen)}` : "";
  $("options").hidden = $("composer").hidden = !citizen;
  $("welcome").hidden = Boolean(citizen);
  $("nobody").hidden = people.size > 0;
  $("app").classList.toggle("open", Boolean(citizen));
}

// ---- the conversation

const act = {
  reply: (message, button) => send({
    type: message.content.type === "template" ? "template_button" : "button_reply", id: button.id, text: button.title, reply_to: message.wamid,
  }),
  choose: (message, list) => openDialog("list", {
    fill: () => {
      $("list-title").textContent = list.button;
      $("rows").replaceChildren(...list.sections.flatMap((section) => [
        section.title ? element("h3", {}, section.title) : null,
        ...section.rows.map((row) => element("label", {},
          element("input", { type: "radio", name: "row", value: row.id, required: true, "data-title": row.title }),
          element("span", {}, row.title, row.description ? element("small", {}, row.description) : null))),
      ]).filter(Boolean));
    },
    submit: (form) => {
      const row = form.querySelector("input[name=row]:checked");
      return send({ type: "list_reply", id: row.value, text: row.dataset.title, reply_to: message.wamid });
    },
  }),
};

let atEnd = true; // a reader who scrolled up stays where he is
let lastTop = 0;

function toEnd() {
  atEnd = true;
  $("newer").hidden = true;
  $("scroll").scrollTop = $("scroll").scrollHeight;
}

// Only a step upwards is a reader's wish. A scroll event comes late: until then a picture may have grown, and where we went is no more the end.
$("scroll").addEventListener("scroll", () => {
  const box = $("scroll");
  const near = box.scrollHeight - box.scrollTop - box.clientHeight < 120;
  if (near) { atEnd = true; $("newer").hidden = true; }
  else if (box.scrollTop < lastTop) atEnd = false;
  lastTop = box.scrollTop;
});
$("newer").addEventListener("click", toEnd);
new ResizeObserver(() => { if (atEnd) toEnd(); }).observe($("log")); // pictures grow after they were put there
new ResizeObserver(() => { if (atEnd) toEnd(); }).observe($("scroll")); // the phone's keyboard opens

function show(message, { fresh = false } = {}) {
  if (drawn.has(message.wamid) || (message.author === "office" && message.status === "failed")) return;
  if (fresh) news += 1;
  const stay = fresh && message.author === "office" && !atEnd;
  if (day(message.at) !== lastDay) {
    lastDay = day(message.at);
    $("log").append(element("li", { class: "day" }, lastDay));
  }
  const node = bubble(message, act);
  if (fresh) node.classList.add("new");
  $("log").append(node);
  drawn.set(message.wamid, { node, message });
  const answered = message.author === "citizen" && message.content.reply_to ? drawn.get(message.content.reply_to) : null;
  if (answered) settleChoices(answered.node, message.content.text);
  if (stay) $("newer").hidden = false;
  else toEnd();
}

function setTyping(on) {
  clearTimeout(typingTimer);
  $("typing").hidden = !on;
  if (!on) return;
  if (atEnd) toEnd();
  typingTimer = setTimeout(() => setTyping(false), TYPING_MS);
}

async function load() {
  const citizen = current;
  if (!citizen) return;
  const before = news;
  const { messages } = await api.messages(citizen);
  if (citizen !== current) return;
  if (before !== news) return load();
  $("log").replaceChildren();
  drawn = new Map();
  lastDay = null;
  messages.forEach((message) => show(message));
  toEnd();
  look();
}

async function open(id, { focus = true } = {}) {
  current = id;
  if (people.has(id)) people.get(id).unread = 0;
  setTyping(false);
  location.hash = id ?? "";
  $("log").replaceChildren();
  drawPeople();
  drawPresence();
  if (!id) return;
  await load();
  if (focus) $("tulis").focus();
}

function look() {
  if (current && people.get(current)?.online && document.visibilityState === "visible") api.seen(current).catch(() => {});
}

async function send(message) {
  try {
    show(await api.write(current, message), { fresh: true });
  } catch (failure) {
    say(`Pesan belum terkirim: ${failure.message}`);
    throw failure;
  }
}

function say(text) {
  $("trouble").textContent = text;
  $("trouble").hidden = false;
}

const TROUBLE = $("trouble").textContent;
function setTrouble(failing) {
  if (failing) say(TROUBLE);
  else $("trouble").hidden = true;
}

// ---- what people do

function grow() {
  const box = $("tulis");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 128)}px`;
}

$("composer").addEventListener("submit", async (event) => {
  event.preventDefault();
  const box = $("tulis");
  const text = box.value.trim();
  if (!text) return;
  box.value = "";
  grow();
  box.focus(); // now, not after the answer: by then the person may be elsewhere, and focus must not be taken away
  try {
    await send({ type: "text", text });
  } catch {
    box.value ||= text;
  }
});
$("tulis").addEventListener("input", grow);
$("tulis").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
});

function offer(file) {
  let shown = null;
  openDialog("photo", {
    fill: (form) => {
      form.reset();
      const image = file.type.startsWith("image/");
      $("photo-title").textContent = image ? "Kirim foto" : "Kirim berkas";
      form.querySelector("[type=submit]").textContent = image ? "Kirim foto" : "Kirim berkas";
      shown = image ? URL.createObjectURL(file) : null;
      const named = element("p", {}, file.name);
      const view = image ? element("img", { src: shown, alt: `Pratinjau ${file.name}` }) : named;
      view.onerror = () => view.replaceWith(named); // a picture that the browser can't show, such as HEIC
      $("preview").replaceChildren(view);
    },
    submit: async (form) => {
      show(await api.sendFile(current, file, form.elements.caption.value.trim()), { fresh: true });
      if (shown) URL.revokeObjectURL(shown);
    },
  });
}

const attachMenu = menu($("attach"), $("attach-menu"));
$("pick").addEventListener("click", () => { attachMenu.close(); $("file").click(); });
$("file").addEventListener("change", () => {
  const [file] = $("file").files;
  if (file) offer(file);
  $("file").value = "";
});

const samplePicture = (kind) => api.samplePicture(chosenSample(people.get(current)).number, kind);
for (const button of document.querySelectorAll("#attach-menu [data-sample]")) {
  button.addEventListener("click", () => {
    attachMenu.close();
    samplePicture(button.dataset.sample).then(offer).catch((failure) => say(`Contoh belum dapat dibuka: ${failure.message}`));
  });
}
$("fill").addEventListener("click", () => openSamples(people.get(current), {
  write: (text) => { $("tulis").value = text; grow(); $("tulis").focus(); },
  picture: samplePicture,
  offer,
}));

async function addCitizen(citizen) {
  const added = await api.add(citizen);
  people.set(added.id, added);
  await open(added.id);
}

$("add").addEventListener("click", () => openDialog("new-citizen", {
  fill: fillNewCitizen,
  submit: (form) => addCitizen({ name: form.elements.name.value.trim(), phone: form.elements.phone.value, identity: form.elements.identity.value }),
}));
for (const button of document.querySelectorAll("[data-start]")) {
  button.addEventListener("click", () => addCitizen(sampleCitizen()).catch((failure) => say(failure.message)));
}
$("back").addEventListener("click", () => open(null));
$("options").addEventListener("click", async () => {
  const citizen = await api.person(current).catch((failure) => say(failure.message)); // asked for now: the 24 hours run without a message
  if (!citizen || citizen.id !== current) return;
  people.set(citizen.id, citizen);
  openDialog("citizen-options", {
    fill: (form) => {
      for (const name of ["online", "auto_read", "window_open"]) form.elements[name].checked = citizen[name];
      const rows = [["Nama", citizen.name], ["Nomor HP", `+${citizen.phone}`], ["ID pengguna", citizen.bsuid], ["ID simulator", citizen.id]];
      $("facts").replaceChildren(...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
    },
    submit: async (form) => {
      const chosen = ["online", "auto_read", "window_open"].map((name) => [name, form.elements[name].checked]);
      const change = Object.fromEntries(chosen.filter(([name, value]) => value !== citizen[name])); // what was not touched goes on as it is
      people.set(citizen.id, await api.change(citizen.id, change));
      drawPresence();
      look();
    },
  });
});
document.addEventListener("visibilitychange", look);

// ---- what happens elsewhere

function arrived({ citizen_id: id, message }) {
  const citizen = people.get(id);
  if (citizen) {
    citizen.last = message;
    citizen.messages = message.number;
  }
  if (id === current) {
    if (message.author === "office") setTyping(false);
    show(message, { fresh: true });
  } else if (message.author === "office") {
    if (citizen) citizen.unread += 1;
  }
  drawPeople();
}

function statusChanged({ citizen_id: id, wamid, status }) {
  news += 1;
  const entry = id === current ? drawn.get(wamid) : null;
  if (!entry) return;
  entry.message.status = status;
  if (entry.message.author === "citizen") setStatus(entry.node, status);
  else if (status === "delivered") look();
}

async function refresh() {
  const [{ citizens }, state] = await Promise.all([api.people(), api.state(), readSamples()]);
  people.clear();
  citizens.forEach((citizen) => people.set(citizen.id, citizen));
  $("office").textContent = state.business.name;
  setTrouble(state.webhooks.failing);
  const wanted = current ?? (location.hash.slice(1) || null);
  if (wanted && people.has(wanted)) await open(wanted, { focus: !current });
  else if (wanted) await open(null);
  else { drawPeople(); drawPresence(); }
  document.body.dataset.ready = "true";
}

drawPresence();
listen({
  open: refresh, // at first and after every break of the line: what was missed is fetched
  message: arrived,
  status: statusChanged,
  typing: ({ citizen_id: id }) => { if (id === current) setTyping(true); },
  citizen: (citizen) => { people.set(citizen.id, citizen); drawPeople(); drawPresence(); },
  webhooks: ({ failing }) => setTrouble(failing),
});
