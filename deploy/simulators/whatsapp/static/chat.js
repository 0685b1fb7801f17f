// The page: who there is, whose conversations are open, and what happens, live.

import { api, listen } from "./api.js";
import { messageMenu } from "./attach.js";
import { summary } from "./bubbles.js";
import { openDialog } from "./dialogs.js";
import { clock, element } from "./format.js";
import { Pane } from "./pane.js";
import { fillNewCitizen, freeSamples, readSamples, sampleCitizen } from "./samples.js";

const $ = (id) => document.getElementById(id);
const COLOURS = ["#a23b72", "#1f7a8c", "#8a5a00", "#4b6b1e", "#6a4bb0", "#b04632", "#2d6aa0"];
const MOST = 3; // conversations open at once
const COLUMN = 352; // pixels below which a conversation is no more read with ease

const people = new Map();
let panes = [];
let active = null; // the pane in which something was done last; on a narrow screen the one that is seen
let listed = false; // whether a narrow screen shows the list of people
const act = messageMenu($("marks"));
const linked = location.hash.slice(1).split(",").filter(Boolean); // what the address named when the page was opened

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

const paneOf = (id) => panes.find((pane) => pane.id === id);
const isSeen = (id) => Boolean(paneOf(id)?.onScreen);

function unread(citizen) {
  if (isSeen(citizen.id) || !citizen.unread) return null;
  return element("span", { class: "unread" }, String(citizen.unread), element("span", { class: "sr" }, " belum dibaca"));
}

function drawPeople() {
  const rows = [...people.values()].sort((a, b) => (b.last?.at ?? "").localeCompare(a.last?.at ?? ""));
  $("people").replaceChildren(...rows.map((citizen) => element("li", {}, element("button", {
    type: "button", class: "person", "aria-current": isSeen(citizen.id) ? "true" : null, onclick: () => open(citizen.id),
  },
  avatar(citizen),
  element("span", { class: "who" }, element("b", {}, citizen.name), element("span", { class: "last" }, summary(citizen.last))),
  element("span", { class: "side" }, citizen.last ? element("time", { datetime: citizen.last.at }, clock(citizen.last.at)) : null, unread(citizen))))));
  drawTabs();
}

// ---- which conversations are open, and which of them have room

function fitting() {
  return Math.max(1, Math.min(MOST, Math.floor($("room").clientWidth / COLUMN)));
}

function arrange() {
  const count = fitting();
  const seen = new Set(panes.slice(-count));
  if (active && !seen.has(active)) {
    seen.delete([...seen].at(0));
    seen.add(active);
  }
  for (const pane of panes) {
    pane.node.hidden = !seen.has(pane);
    pane.part("close").hidden = panes.length < 2;
    pane.part("beside").hidden = panes.length >= MOST;
    pane.name();
  }
  $("welcome").hidden = panes.length > 0;
  $("nobody").hidden = people.size > 0;
  $("app").classList.toggle("open", panes.length > 0 && !listed);
  $("tabs").hidden = panes.length <= count;
  if (document.body.dataset.ready) history.replaceState(null, "", `#${panes.map((pane) => pane.id).join(",")}`);
  drawPeople();
}

function drawTabs() {
  $("tabs").replaceChildren(...panes.map((pane) => {
    const { citizen } = pane;
    return element("button", { type: "button", "aria-current": pane.node.hidden ? null : "true", onclick: () => open(pane.id) }, citizen.name, unread(citizen));
  }));
}

const desk = {
  office: "PAK'DE ON",
  person: (id) => people.get(id),
  say,
  act,
  active(pane) { active = pane; },
  back() { listed = true; arrange(); $("people").querySelector("[aria-current]")?.focus(); },
  close(pane) {
    panes = panes.filter((each) => each !== pane);
    pane.node.remove();
    active = panes.at(-1) ?? null;
    arrange();
    toText();
  },
  beside() {
    openDialog("beside-dialog", {
      fill: () => {
        const known = [...people.values()].filter((citizen) => !paneOf(citizen.id));
        const samples = freeSamples([...people.values()]);
        const group = (label, rows) => (rows.length ? element("optgroup", { label }, ...rows) : null);
        $("beside-who").replaceChildren(...[
          group("Sudah ada", known.map((citizen) => element("option", { value: citizen.id }, citizen.name))),
          group("Warga contoh", samples.map((each) => element("option", { value: `contoh ${each.number}` }, each.name))),
        ].filter(Boolean));
      },
      submit: async (form) => {
        const chosen = form.elements.who.value;
        const sample = freeSamples([...people.values()]).find((each) => chosen === `contoh ${each.number}`);
        const id = sample ? (await added({ name: sample.name, phone: sample.phone })).id : chosen;
        await open(id, { beside: true });
      },
      after: toText,
    });
  },
  options,
};

async function open(id, { focus = true, beside = false } = {}) {
  listed = false;
  let pane = paneOf(id);
  const fresh = !pane;
  if (fresh) {
    pane = new Pane(id, desk);
    if (!beside && active) active.node.replaceWith(pane.node);
    else $("panes").append(pane.node);
    panes = [...$("panes").children].map((node) => [...panes, pane].find((each) => each.node === node)).filter(Boolean);
  }
  active = pane;
  arrange();
  if (people.has(id)) people.get(id).unread = 0;
  if (fresh) await pane.load();
  else pane.look();
  drawPeople();
  if (focus) pane.part("text").focus();
}

async function options(pane) {
  const citizen = await api.person(pane.id).catch((failure) => say(failure.message)); // asked for now: the 24 hours run without a message
  if (!citizen || !paneOf(citizen.id)) return;
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
      pane.name();
      pane.look();
    },
  });
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

async function added(citizen) {
  const found = await api.add(citizen);
  people.set(found.id, found);
  return found;
}

const toText = () => active?.part("text").focus();

const become = async (citizen) => open((await added(citizen)).id);

$("add").addEventListener("click", () => openDialog("new-citizen", {
  fill: fillNewCitizen,
  after: toText,
  submit: (form) => become({ name: form.elements.name.value.trim(), phone: form.elements.phone.value, identity: form.elements.identity.value }),
}));
for (const button of document.querySelectorAll("[data-start]")) {
  button.addEventListener("click", () => become(sampleCitizen()).catch((failure) => say(failure.message)));
}
document.addEventListener("visibilitychange", () => panes.forEach((pane) => pane.look()));
let columns = fitting();
new ResizeObserver(() => {
  if (columns === fitting()) return;
  columns = fitting();
  arrange();
  panes.forEach((pane) => pane.look());
}).observe($("room"));

// ---- what happens elsewhere

function arrived({ citizen_id: id, message }) {
  const citizen = people.get(id), pane = paneOf(id);
  if (citizen) {
    citizen.last = message;
    citizen.messages = message.number;
  }
  if (pane && message.author === "office") pane.setTyping(false);
  pane?.show(message, { fresh: true });
  if (!isSeen(id) && message.author === "office" && citizen) citizen.unread += 1;
  drawPeople();
}

async function refresh() {
  const [{ citizens }, state] = await Promise.all([api.people(), api.state(), readSamples()]);
  people.clear();
  citizens.forEach((citizen) => people.set(citizen.id, citizen));
  desk.office = state.business.name;
  setTrouble(state.webhooks.failing);
  const first = panes.length === 0;
  const wanted = first ? linked.filter((id) => people.has(id)).slice(0, MOST) : [];
  for (const pane of panes.filter((each) => !people.has(each.id))) desk.close(pane);
  await Promise.all(panes.map((pane) => pane.load()));
  for (const id of wanted) await open(id, { beside: true, focus: id === wanted.at(-1) });
  document.body.dataset.ready = "true";
  arrange();
}

arrange();
listen({
  open: refresh, // at first and after every break of the line: what was missed is fetched
  message: arrived,
  status: ({ citizen_id: id, wamid, status }) => paneOf(id)?.status(wamid, status),
  typing: ({ citizen_id: id }) => paneOf(id)?.setTyping(true),
  citizen: (citizen) => { people.set(citizen.id, citizen); paneOf(citizen.id)?.name(); drawPeople(); },
  webhooks: ({ failing }) => setTrouble(failing),
});
