// The clerk's page: a decision is written, looked at once more, sent; its answer stands where it was written.

import { current, goTo, happened, latest, openDesk, show } from "./desk.js";
import { $, call, element, fieldLabel, KINDS, partyLabel, persons, refusal } from "./page.js";

const DAY = new Intl.DateTimeFormat("id-ID", { dateStyle: "long" });
const NUMBERS = { inputmode: "numeric", maxlength: 40 };
const INPUTS = { date: { type: "date" }, number: { type: "number", min: 0 }, nik: NUMBERS, kk_number: NUMBERS, phone: { inputmode: "tel", maxlength: 40 } };
const YES_NO = [["true", "Ya"], ["false", "Tidak"]];
const CUSTODY = "custody_nik";
const WIDE = new Set(["address", "ground", "purpose"]);

let families = [];
let courtCode = "";
let busy = false; // from sending until the first answer
let waiting = null; // { id, decision }: sent from this form, answer not yet shown

// ---- the form

const form = $("compose");

const kindNow = () => KINDS.get($("kind").value);
const text = (value) => (value === undefined || value === null ? "" : String(value));

function options(choices, chosen, empty) {
  const rows = empty ? [["", "-"], ...choices] : choices;
  return rows.map(([value, label]) => element("option", { value, selected: value === text(chosen) }, label));
}

// One field that holds a single value, under the name by which a refusal calls it.
function single(field, name, value, parties) {
  if (field.name === CUSTODY) return custody(field, name, value, parties);
  const choices = field.choices ?? (field.type === "yes_no" ? YES_NO : null);
  const attributes = { name, autocomplete: "off", required: !field.optional };
  const input = choices ? element("select", attributes, ...options(choices, value, field.optional || text(value) === ""))
    : element("input", { ...attributes, maxlength: 500, ...INPUTS[field.type], value: text(value) });
  return element("label", { class: WIDE.has(field.name) ? "full" : "" }, field.label, input);
}

// With whom a child stays: one of the parties, whatever NIK they have by then.
function custody(field, name, value, { decision, child }) {
  const roles = persons(decision);
  const rows = roles.map(([role, person]) => [role, role === "wife" ? "Ibu" : role === "husband" ? "Ayah" : person.name]);
  const chosen = roles.find(([, person]) => person.nik === value)?.[0] ?? "wife";
  return element("div", { class: "field" }, element("label", { for: name }, `${child}, hak asuh pada`),
    element("select", { name, id: name }, ...options(rows.length ? rows : [["wife", "Ibu"], ["husband", "Ayah"]], chosen)));
}

function person(field, decision) {
  const values = decision[field.name] ?? {};
  return element("fieldset", {}, element("legend", {}, field.label),
    ...field.fields.map((inner) => single({ ...inner, optional: inner.optional || field.optional }, `${field.name}.${inner.name}`, values[inner.name])));
}

function group(field, decision) {
  const box = element("fieldset", { class: "wide", "data-group": field.name }, element("legend", {}, field.label));
  const rows = decision[field.name] ?? [];
  const count = Math.max(rows.length, field.least);
  const drawn = Array.from({ length: count }, (_, at) => row(field, rows[at] ?? {}, at, decision));
  const add = () => { const now = collect(); fill({ ...now, [field.name]: [...now[field.name], {}] }); };
  const drop = () => { const now = collect(); fill({ ...now, [field.name]: now[field.name].slice(0, -1) }); };
  box.append(element("div", { class: "rows" }, ...drawn,
    count < field.most ? element("button", { type: "button", class: "plain", onclick: add }, `Tambah ${field.label.toLowerCase()}`) : null,
    count > field.least ? element("button", { type: "button", class: "plain", onclick: drop }, `Hapus ${field.label.toLowerCase()} terakhir`) : null));
  return box;
}

function row(field, values, at, decision) {
  const child = values.name ?? values.nik ?? `${field.label} ${at + 1}`;
  return element("div", { class: "row" }, ...field.fields.map((inner) => single(inner, `${field.name}[${at}].${inner.name}`, values[inner.name], { decision, child })));
}

function fill(decision) {
  $("kind").value = decision.kind;
  const { fields, name } = kindNow();
  const plain = fields.filter((each) => !["person", "group"].includes(each.type));
  const draw = { person, group };
  $("drawn").replaceChildren(
    element("fieldset", {}, element("legend", {}, name), ...plain.map((each) => single(each, each.name, decision[each.name]))),
    ...fields.filter((each) => each.type in draw).map((each) => draw[each.type](each, decision)));
}

// Another kind: what both have stays, a day that it asks for is that of the deed or of the final decision, the rest comes from the sample.
async function showKind() {
  const before = { ...collect(drawnKind), kind: $("kind").value };
  const days = kindNow().fields.filter((each) => each.type === "date" && !each.optional && !before[each.name]).map((each) => each.name);
  for (const day of days) before[day] = before.deed_on ?? before.final_on ?? "";
  put(before);
  await loadFamilies();
  const sample = families[$("sample").value]?.decision ?? {};
  if (sample.kind === $("kind").value) put({ ...sample, ...filled(collect()), ...numbers(sample) });
}

let drawnKind = "";
function put(decision) {
  courtCode = decision.court_code ?? courtCode;
  fill(decision);
  drawnKind = decision.kind;
  unmark();
}

// A case number has the letters and the court of its kind: that of another kind is of no use.
function numbers(sample) {
  const { court_code: code, case_number: number } = sample;
  const rest = (each) => each.split("/").filter((_, at) => at !== 0 && at !== 2).join("/");
  const now = collect().case_number ?? "";
  return { court_code: code, case_number: rest(now) === rest(number) ? now : number };
}

function filled(decision) {
  const has = (value) => value !== "" && (typeof value !== "object" || Object.values(value).some(has));
  return Object.fromEntries(Object.entries(decision).filter(([, value]) => has(value)));
}

function read(field, name, decision) {
  const value = (form.elements[name]?.value ?? "").trim();
  if (field.name === CUSTODY) return decision[value]?.nik ?? value;
  if (field.type === "yes_no") return value === "" ? "" : value === "true";
  return field.type === "number" && value !== "" ? Number(value) : value;
}

function values(fields, path, decision) {
  const found = fields.map((each) => [each.name, read(each, `${path}${each.name}`, decision)]).filter(([, value]) => value !== "");
  return Object.fromEntries(found);
}

function collect(kind = $("kind").value) {
  const { fields } = KINDS.get(kind);
  const plain = fields.filter((each) => !["person", "group"].includes(each.type));
  const decision = { court_code: courtCode, kind, ...values(plain, "", {}) };
  for (const each of fields.filter((one) => one.type === "person")) {
    const named = values(each.fields, `${each.name}.`, {});
    if (Object.keys(named).length) decision[each.name] = named;
  }
  for (const each of fields.filter((one) => one.type === "group")) {
    const count = document.querySelectorAll(`[data-group="${each.name}"] .row`).length;
    decision[each.name] = Array.from({ length: count }, (_, at) => values(each.fields, `${each.name}[${at}].`, decision));
  }
  return decision;
}

function setBusy(on) { // not disabled: a button that is would lose the focus of who works by keyboard
  busy = on;
  $("send").setAttribute("aria-disabled", String(on));
}

const untouched = (decision) => JSON.stringify(collect()) === JSON.stringify(decision);

async function loadFamilies() {
  const answer = await call(`/sim/families?kind=${$("kind").value}`);
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
  put(families[$("sample").value].decision);
}

// ---- what is wrong, where it is

const control = (field) => form.elements[field] ?? null;

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
  put(sent.decision);
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
  const { fields, name } = KINDS.get(decision.kind);
  const days = fields.filter((each) => each.type === "date").map((each) => [each.label, day(decision[each.name])]);
  const children = (decision.children ?? []).map((child) => {
    const holder = persons(decision).find(([, each]) => each.nik === child.custody_nik);
    return `${child.name ?? child.nik}${holder ? ` (${partyLabel(holder[0]).toLowerCase()})` : ""}`;
  });
  const rows = [
    ["Jenis", name], ["Nomor", decision.case_number], ...persons(decision).map(([role, each]) => [partyLabel(role), each.name]), ...days,
    [fieldLabel("children"), children.join(", ")],
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
$("sample").addEventListener("change", () => put(families[$("sample").value].decision));
$("kind").replaceChildren(...[...KINDS.values()].map(({ id, name }) => element("option", { value: id }, name)));
$("kind").value = "cerai_gugat";
put({ kind: "cerai_gugat" });
$("kind").addEventListener("change", () => { showKind().catch((failure) => tell("bad", element("p", {}, failure.message))); });

// ---- what happens elsewhere

function count(counts) {
  for (const name of ["total", "repeated", "bad_signatures"]) $(name).textContent = counts[name];
}

async function refresh() {
  const first = !courtCode || !families.length;
  if (first) await loadFamilies();
  if (first && families.length) put(families[$("sample").value].decision);
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
