// The clerk's page: a decision is written, looked at once more, sent; its answer stands where it was written.

import { current, goTo, happened, latest, openDesk, show } from "./desk.js";
import { $, call, element, KINDS, PARTIES, refusal } from "./page.js";

const DAY = new Intl.DateTimeFormat("id-ID", { dateStyle: "long" });
const FIELDS = [
  ["nik", "NIK", { required: "", inputmode: "numeric", maxlength: 40 }], ["name", "Nama", { required: "", maxlength: 200 }],
  ["birth_place", "Tempat lahir", { maxlength: 200 }], ["born_on", "Tanggal lahir", { type: "date" }],
  ["address", "Alamat", { maxlength: 500 }], ["occupation", "Pekerjaan", { maxlength: 200 }],
  ["kk_number", "Nomor KK sekarang", { inputmode: "numeric", maxlength: 40 }], ["village_code", "Kode desa sekarang", { inputmode: "numeric", maxlength: 10 }],
  ["phone", "Nomor HP", { inputmode: "tel", maxlength: 40 }],
];
const PLAIN = ["kind", "case_number", "decided_on", "final_on", "deed_number", "deed_on", "deed_serial"];

let families = [];
let children = [];
let courtCode = "";
let busy = false; // from sending until the first answer
let waiting = null; // { id, decision }: sent from this form, answer not yet shown

// ---- the form

const form = $("compose");

for (const box of document.querySelectorAll("[data-party]")) {
  for (const [name, label, attributes] of FIELDS) {
    box.append(element("label", { class: name === "address" ? "full" : "" }, label, element("input", { name: `${box.dataset.party}.${name}`, autocomplete: "off", ...attributes })));
  }
}

function fill(decision) {
  for (const name of [...PLAIN, "pledge_on"]) form.elements[name].value = decision[name] ?? "";
  for (const party of Object.keys(PARTIES)) {
    for (const [name] of FIELDS) form.elements[`${party}.${name}`].value = decision[party]?.[name] ?? "";
  }
  children = decision.children ?? [];
  $("children-box").hidden = children.length === 0;
  $("children").replaceChildren(...children.map((child, at) => element("div", { class: "field" },
    element("label", { for: `custody-${at}` }, `${child.name ?? child.nik}, hak asuh pada`),
    element("select", { name: `custody.${at}`, id: `custody-${at}` },
      element("option", { value: "wife", selected: child.custody_nik === decision.wife?.nik }, "Ibu"),
      element("option", { value: "husband", selected: child.custody_nik === decision.husband?.nik }, "Ayah")))));
  unmark();
  showKind();
}

function showKind() {
  const { kind, pledge_on: pledge, deed_on: deed } = form.elements;
  const label = document.querySelector("[data-only]");
  label.hidden = kind.value !== label.dataset.only;
  pledge.required = !label.hidden;
  if (!label.hidden && !pledge.value) pledge.value = deed.value;
}

function collect() {
  const decision = { court_code: courtCode };
  for (const name of PLAIN) {
    const value = form.elements[name].value.trim();
    if (value) decision[name] = value;
  }
  if (decision.kind === "cerai_talak" && form.elements.pledge_on.value) decision.pledge_on = form.elements.pledge_on.value;
  for (const party of Object.keys(PARTIES)) {
    const values = FIELDS.map(([name]) => [name, form.elements[`${party}.${name}`].value.trim()]).filter(([, value]) => value);
    decision[party] = Object.fromEntries(values);
  }
  decision.children = children.map((child, at) => ({ ...child, custody_nik: decision[form.elements[`custody.${at}`].value].nik }));
  return decision;
}

function setBusy(on) { // not disabled: a button that is would lose the focus of who works by keyboard
  busy = on;
  $("send").setAttribute("aria-disabled", String(on));
}

const untouched = (decision) => JSON.stringify(collect()) === JSON.stringify(decision);

async function loadFamilies() {
  const answer = await call("/sim/families");
  ({ families } = answer);
  courtCode = answer.court.code;
  $("court").textContent = answer.court.name;
  $("no-sample").hidden = families.length > 0;
  $("sample-field").hidden = families.length === 0;
  const chosen = $("sample").selectedIndex;
  $("sample").replaceChildren(...families.map(({ couple }, at) => element("option", { value: at }, `${couple.husband.name} dan ${couple.wife.name}`)));
  $("sample").selectedIndex = Math.min(Math.max(chosen, 0), families.length - 1);
}

async function nextFamily() {
  const chosen = $("sample").selectedIndex;
  await loadFamilies(); // anew: case numbers are made up each time
  if (!families.length) return;
  $("sample").selectedIndex = (chosen + 1) % families.length;
  fill(families[$("sample").value].decision);
}

// ---- what is wrong, where it is

function control(field) {
  const custody = /^children\[?\.?(\d+)/.exec(field);
  return form.elements[custody ? `custody.${custody[1]}` : field] ?? null;
}

function unmark(only) {
  for (const input of only ? [only] : form.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
    $(`wrong-${input.name}`)?.remove();
  }
}

function mark(problems) {
  for (const { field, text } of problems) {
    const input = control(field);
    if (!input || input.hasAttribute("aria-invalid")) continue;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", `wrong-${input.name}`);
    // Hidden from readers, who hear it as the description: inside a label it would become part of the name.
    input.after(element("small", { class: "wrong", id: `wrong-${input.name}`, "aria-hidden": "true" }, text));
  }
}

form.addEventListener("input", (event) => { if (event.target.hasAttribute?.("aria-invalid")) unmark(event.target); });

// ---- sending and the answer

function tell(tone, ...parts) {
  const box = $("answer");
  box.className = `answer ${tone}`;
  box.replaceChildren(...parts);
  box.hidden = false;
  box.scrollIntoView({ block: "center" });
}

function problemLine({ field, label, text }) {
  const input = control(field);
  return element("li", {}, input ? element("button", { type: "button", class: "plain", onclick: () => input.focus() }, label) : element("b", {}, label), element("br"), text);
}

const look = (id) => element("button", { type: "button", class: "plain", onclick: () => goTo(id).catch(() => {}) }, "Lihat putusan ini");

function settle(sent) {
  if (sent.id !== waiting?.id) return;
  const number = sent.decision.case_number;
  if (sent.state === "sending") {
    if (!sent.attempts.length) return;
    setBusy(false);
    tell("", element("p", {}, `Dinas belum menjawab putusan ${number}. Dikirim ulang sendiri sampai dijawab.`), look(sent.id));
    return;
  }
  const mine = untouched(waiting.decision);
  waiting = null;
  setBusy(false);
  if (sent.state === "accepted") {
    tell("good", element("p", {}, `Putusan ${number} diterima dinas: ${sent.answer?.requests?.length ?? 0} permohonan dibuat.`), look(sent.id));
    if (mine && families.length) nextFamily().catch((failure) => tell("bad", element("p", {}, failure.message)));
  } else if (sent.state === "given_up") {
    tell("bad", element("p", {}, `Putusan ${number} tidak terkirim: dinas tidak menjawab. Isian masih ada, kirim lagi nanti.`), look(sent.id));
  } else {
    const { summary, problems } = refusal(sent);
    if (mine) mark(problems);
    tell("bad", element("p", {}, element("b", {}, `Putusan ${number} ditolak. `), summary),
      problems.length ? element("ul", {}, ...problems.map(problemLine)) : element("span"));
  }
}

function mend(sent) {
  fill(sent.decision);
  const { summary, problems } = refusal(sent);
  mark(problems);
  tell("bad", element("p", {}, element("b", {}, `Putusan ${sent.decision.case_number} ditolak. `), summary), element("ul", {}, ...problems.map(problemLine)));
  (form.querySelector("[aria-invalid]") ?? form.elements.case_number).focus();
}

async function send(decision) {
  const order = { decision, bad_signature: form.elements.bad_signature.checked, age_seconds: form.elements.old.checked ? 600 : 0 };
  setBusy(true);
  unmark();
  tell("", element("p", {}, "Mengirim, menunggu jawaban dinas…"));
  try {
    const sent = await call("/sim/decisions", order);
    waiting = { id: sent.id, decision };
    settle(latest(sent));
    happened(sent);
  } catch (failure) {
    setBusy(false);
    tell("bad", element("p", {}, `Belum terkirim: ${failure.message}`));
  }
}

function confirm(decision) {
  const day = (value) => (value ? DAY.format(new Date(`${value}T00:00`)) : "");
  const rows = [
    ["Jenis", KINDS[decision.kind]], ["Nomor", decision.case_number], ["Suami", decision.husband.name], ["Istri", decision.wife.name],
    ["Diputus", day(decision.decided_on)], ["BHT", day(decision.final_on)], ["Ikrar talak", day(decision.pledge_on)],
    ["Akta cerai", `${decision.deed_number}, ${day(decision.deed_on)}`],
    ["Anak", decision.children.map((child) => `${child.name ?? child.nik} (${child.custody_nik === decision.wife.nik ? "ibu" : "ayah"})`).join(", ")],
    ["Uji", [form.elements.bad_signature.checked ? "tanda tangan salah" : "", form.elements.old.checked ? "waktu lewat 10 menit" : ""].filter(Boolean).join(", ")],
  ].filter(([, value]) => value);
  $("facts").replaceChildren(...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
  $("yes").onclick = () => { $("confirm").close(); send(decision); };
  $("no").onclick = () => $("confirm").close();
  $("confirm").showModal();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!busy) confirm(collect());
});
$("sample").addEventListener("change", () => fill(families[$("sample").value].decision));
form.elements.kind.addEventListener("change", showKind);

// ---- what happens elsewhere

function count(counts) {
  for (const name of ["total", "repeated", "bad_signatures"]) $(name).textContent = counts[name];
}

async function refresh() {
  const first = !courtCode || !families.length;
  if (first) await loadFamilies();
  if (first && families.length) fill(families[$("sample").value].decision);
  const [, state] = await Promise.all([show(), call("/sim/state")]);
  count(state);
  if (waiting) settle(current.get(waiting.id) ?? { id: null });
  document.body.dataset.ready = "true";
}

openDesk({ mend });
const events = new EventSource("/sim/events");
events.addEventListener("open", () => { refresh().catch((failure) => tell("bad", element("p", {}, failure.message))); }); // what was missed is fetched
events.addEventListener("decision", (event) => {
  const sent = JSON.parse(event.data);
  happened(sent);
  settle(current.get(sent.id));
});
events.addEventListener("counts", (event) => count(JSON.parse(event.data)));
