// The clerk's page: a decision out, what comes back in, live.

const $ = (id) => document.getElementById(id);
const TIME = new Intl.DateTimeFormat("id-ID", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const PARTIES = { husband: "Suami", wife: "Istri" };
const PRODUCTS = { kk: "Kartu Keluarga", ktp: "Bukti pengambilan KTP-el" };
const STATES = { sending: ["Sedang dikirim", ""], accepted: ["Diterima dinas", "good"], refused: ["Ditolak", "bad"], given_up: ["Tidak terkirim", "bad"] };
const CALLBACKS = {
  "decision.received": "Dinas mencatat putusan",
  "document.issued": "Dokumen terbit",
  "request.returned": "Dikembalikan untuk dilengkapi",
  "request.rejected": "Permohonan ditolak",
};
const FIELDS = [
  ["nik", "NIK", { required: "", inputmode: "numeric", maxlength: 20 }], ["name", "Nama", { required: "" }],
  ["birth_place", "Tempat lahir", {}], ["born_on", "Tanggal lahir", { type: "date" }],
  ["address", "Alamat", {}], ["occupation", "Pekerjaan", {}],
  ["kk_number", "Nomor KK sekarang", { inputmode: "numeric" }], ["village_code", "Kode desa sekarang", { inputmode: "numeric", maxlength: 10 }],
  ["phone", "Nomor HP", { inputmode: "tel" }],
];

let families = [];
let children = [];
let courtCode = "";

function element(name, attributes = {}, ...kids) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") node.className = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...kids.filter((kid) => kid !== null && kid !== undefined));
  return node;
}

async function call(path, options) {
  const response = await fetch(path, options);
  const body = await response.json();
  if (!response.ok) throw new Error(typeof body.detail === "string" ? body.detail : `HTTP ${response.status}`);
  return body;
}

// ---- the form

for (const box of document.querySelectorAll("[data-party]")) {
  for (const [name, label, attributes] of FIELDS) {
    box.append(element("label", { class: name === "address" ? "full" : "" }, label, element("input", { name: `${box.dataset.party}.${name}`, autocomplete: "off", ...attributes })));
  }
}

function fill({ decision }) {
  const form = $("compose");
  for (const [name, value] of Object.entries(decision)) {
    const field = form.elements[name];
    if (field && typeof value === "string") field.value = value;
  }
  for (const party of Object.keys(PARTIES)) {
    for (const [name] of FIELDS) form.elements[`${party}.${name}`].value = decision[party]?.[name] ?? "";
  }
  children = decision.children ?? [];
  $("children-box").hidden = children.length === 0;
  $("children").replaceChildren(...children.map((child, at) => element("div", { class: "field" },
    element("label", { for: `custody-${at}` }, `${child.name ?? child.nik}, hak asuh pada`),
    element("select", { name: `custody.${at}`, id: `custody-${at}` },
      element("option", { value: "wife", selected: child.custody_nik === decision.wife.nik }, "Ibu"),
      element("option", { value: "husband", selected: child.custody_nik === decision.husband.nik }, "Ayah")))));
  showKind();
}

function showKind() {
  const { kind, pledge_on: pledge, deed_on: deed } = $("compose").elements;
  const label = document.querySelector("[data-only]");
  label.hidden = kind.value !== label.dataset.only;
  pledge.required = !label.hidden;
  if (!label.hidden && !pledge.value) pledge.value = deed.value;
}

function collect() {
  const form = $("compose");
  const decision = { court_code: courtCode };
  for (const name of ["kind", "case_number", "decided_on", "final_on", "deed_number", "deed_on", "deed_serial"]) {
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

async function loadFamilies() {
  const chosen = $("sample").selectedIndex;
  const answer = await call("/sim/families");
  ({ families } = answer);
  courtCode = answer.court.code;
  $("court").textContent = answer.court.name;
  $("no-sample").hidden = families.length > 0;
  $("sample-field").hidden = families.length === 0;
  $("sample").replaceChildren(...families.map(({ couple }, at) => element("option", { value: at }, `${couple.husband.name} dan ${couple.wife.name}`)));
  if (families.length) {
    const next = Math.max(0, Math.min(chosen, families.length - 1));
    $("sample").selectedIndex = next;
    fill(families[next]);
  }
}

$("sample").addEventListener("change", () => fill(families[$("sample").value]));
$("compose").elements.kind.addEventListener("change", showKind);
$("compose").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = $("compose");
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  $("error").hidden = true;
  const order = { decision: collect(), bad_signature: form.elements.bad_signature.checked, age_seconds: form.elements.old.checked ? 600 : 0 };
  try {
    draw(await call("/sim/decisions", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(order) }));
    if (families.length > 1) $("sample").selectedIndex = ($("sample").selectedIndex + 1) % families.length;
    await loadFamilies();
    $("sent").scrollIntoView({ block: "nearest" });
  } catch (failure) {
    $("error").textContent = `Belum terkirim: ${failure.message}`;
    $("error").hidden = false;
  } finally {
    button.disabled = false;
  }
});

// ---- what became of it

function requestRows(sent) {
  const issued = new Map(sent.callbacks.filter((each) => each.type === "document.issued").map((each) => [each.data.receipt, each.data]));
  const ended = new Map(sent.callbacks.filter((each) => each.type?.startsWith("request.")).map((each) => [each.data.receipt, each]));
  return (sent.answer?.requests ?? []).map(({ party, product, receipt }) => {
    const paper = issued.get(receipt);
    const end = ended.get(receipt);
    const state = paper
      ? element("span", {}, `${paper.document_number} `, paper.check_url ? element("a", { href: paper.check_url, target: "_blank", rel: "noopener" }, "Periksa keaslian") : null)
      : end ? CALLBACKS[end.type] : "Sedang diproses";
    const cells = [["Pihak", PARTIES[party] ?? party], ["Dokumen", PRODUCTS[product] ?? product], ["Nomor permohonan", receipt], ["Nomor dokumen", state]];
    return element("tr", {}, ...cells.map(([label, value]) => element("td", { "data-label": label }, value)));
  });
}

function trail(sent) {
  const attempts = sent.attempts.map((each) => ({
    at: each.at,
    bad: !(each.status >= 200 && each.status < 300),
    text: each.status ? `Dikirim ke dinas: HTTP ${each.status} dalam ${Math.round(each.seconds * 1000)} ms` : "Dikirim ke dinas: tidak ada jawaban, diulang",
  }));
  const callbacks = sent.callbacks.map((each) => ({
    at: each.at,
    bad: each.type === "request.rejected",
    text: `${CALLBACKS[each.type] ?? each.type}${each.data.document_number ? `: ${each.data.document_number}` : ""}`,
  }));
  const lines = [...attempts, ...callbacks].sort((a, b) => a.at.localeCompare(b.at));
  return element("ol", { class: "trail" }, ...lines.map((line) => element("li", { class: line.bad ? "bad" : "" },
    element("time", { datetime: line.at }, TIME.format(new Date(line.at))), line.text)));
}

function problems(sent) {
  if (sent.state !== "refused") return null;
  const { title, detail, errors = [] } = sent.answer ?? {};
  return element("div", { class: "problems" }, element("p", {}, detail ?? title ?? "Dinas menolak kiriman ini."),
    errors.length ? element("ul", {}, ...errors.map((each) => element("li", {}, `${each.field}: ${each.detail ?? each.code}`))) : null);
}

function others(sent) {
  const places = sent.answer?.elsewhere ?? [];
  return places.length ? element("p", { class: "who" }, places.map((each) => `${PARTIES[each.party] ?? each.party}: dilayani ${each.regency}`).join("; ")) : null;
}

function card(sent) {
  const rows = requestRows(sent);
  const done = rows.length > 0 && sent.callbacks.filter((each) => each.type === "document.issued").length >= rows.length;
  const [label, tone] = done ? ["Selesai, semua dokumen terbit", "good"] : STATES[sent.state];
  const heads = ["Pihak", "Dokumen", "Nomor permohonan", "Nomor dokumen"];
  return element("article", { class: "decision", id: `d-${sent.id}`, "aria-label": `Putusan ${sent.decision.case_number}` },
    element("header", {},
      element("div", {}, element("h3", {}, sent.decision.case_number ?? sent.id),
        element("p", { class: "who" }, [sent.decision.husband?.name, sent.decision.wife?.name].filter(Boolean).join(" dan "))),
      element("span", { class: `badge ${tone}` }, label)),
    problems(sent),
    rows.length ? element("table", {}, element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))), element("tbody", {}, ...rows)) : null,
    others(sent),
    trail(sent));
}

// How far a decision is: what grows with everything that happens to it. An answer may arrive after the news that followed it.
const progress = (sent) => sent.attempts.length + sent.callbacks.length + (sent.state === "sending" ? 0 : 1);
const seen = new Map(); // decision id -> progress

function draw(sent) {
  if (progress(sent) < (seen.get(sent.id) ?? 0)) return;
  seen.set(sent.id, progress(sent));
  const old = $(`d-${sent.id}`);
  if (old) old.replaceWith(card(sent));
  else $("decisions").prepend(card(sent));
  $("empty").hidden = true;
}

function count(counts) {
  for (const name of ["total", "repeated", "bad_signatures"]) $(name).textContent = counts[name];
}

async function refresh() {
  if (!courtCode || !families.length) await loadFamilies();
  const [{ decisions }, state] = await Promise.all([call("/sim/decisions?limit=50"), call("/sim/state")]);
  $("decisions").replaceChildren();
  decisions.reverse().forEach(draw);
  count(state);
  document.body.dataset.ready = "true";
}

const events = new EventSource("/sim/events");
events.addEventListener("open", refresh); // at first and after every break of the line: what was missed is fetched
events.addEventListener("decision", (event) => draw(JSON.parse(event.data)));
events.addEventListener("counts", (event) => count(JSON.parse(event.data)));
