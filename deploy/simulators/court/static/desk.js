// What was sent and what became of it: search, pages, and each decision as it is now.

import { $, call, element, partyLabel, persons, refusal } from "./page.js";

const TIME = new Intl.DateTimeFormat("id-ID", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const PRODUCTS = {
  kk: "Kartu Keluarga", ktp: "Bukti pengambilan KTP-el", kia: "Bukti pengambilan Kartu Identitas Anak",
  akta_kelahiran: "Kutipan Akta Kelahiran", catatan_pinggir: "Catatan Pinggir Akta",
};
const STATES = { sending: ["Sedang dikirim", ""], accepted: ["Diterima dinas", "good"], refused: ["Ditolak", "bad"], given_up: ["Tidak terkirim", "bad"] };
const CALLBACKS = {
  "decision.received": "Dinas mencatat putusan",
  "decision.recorded": "Dinas mencatat putusan; tidak ada dokumen yang terbit",
  "document.issued": "Dokumen terbit",
  "request.returned": "Dikembalikan untuk dilengkapi",
  "request.rejected": "Permohonan ditolak",
  "document.superseded": "Dokumen digantikan yang lebih baru",
  "document.revoked": "Dokumen dicabut",
  "card.ready": "Kartu siap diambil",
  "document.voided": "Dokumen batal, tidak jadi terbit",
};
const PAGE_SIZE = 20;
const TYPING_MS = 250; // a search begins when nobody has typed for so long

let offset = 0;
let total = 0;
let newest; // the last search, on its way
let asked = 0; // searches, counted: an earlier answer that comes late is dropped
let again = 0;
let onMend = () => {};

export const current = new Map(); // decision id -> the latest view that is known
const cards = new Map(); // decision id -> { node, progress } of the page that is shown

// How far a decision is: what grows with everything that happens to it. An answer may arrive after the news that followed it.
const progress = (sent) => sent.attempts.length + sent.callbacks.length + (sent.state === "sending" ? 0 : 1);

export function latest(sent) {
  const known = current.get(sent.id);
  if (!known || progress(sent) >= progress(known)) current.set(sent.id, sent);
  return current.get(sent.id);
}

// ---- one decision

// The documents of each request, in the order in which they came.
function papersByReceipt(sent) {
  const papers = new Map();
  for (const each of sent.callbacks.filter((one) => one.type === "document.issued")) {
    papers.set(each.data.receipt, [...(papers.get(each.data.receipt) ?? []), each.data]);
  }
  return papers;
}

const isWhole = (papers) => papers.length > 0 && papers.length >= (papers[0].documents ?? 1);

function paperLine(paper) {
  return element("li", {}, `${PRODUCTS[paper.product] ?? paper.product}: ${paper.document_number} `,
    paper.check_url ? element("a", { href: paper.check_url, target: "_blank", rel: "noopener" }, "Periksa keaslian") : null);
}

function requestRows(sent) {
  const issued = papersByReceipt(sent);
  const ended = new Map(sent.callbacks.filter((each) => each.type?.startsWith("request.")).map((each) => [each.data.receipt, each]));
  return (sent.answer?.requests ?? []).map(({ party, receipt }) => {
    const papers = issued.get(receipt) ?? [];
    const end = ended.get(receipt);
    const state = papers.length
      ? element("ul", { class: "papers" }, ...papers.map(paperLine))
      : end ? CALLBACKS[end.type] : "Sedang diproses";
    const cells = [["Pihak", partyLabel(party)], ["Nomor permohonan", receipt], ["Dokumen", state]];
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
  const { summary, problems: found } = refusal(sent);
  return element("div", { class: "problems" }, element("p", {}, summary),
    found.length ? element("ul", {}, ...found.map((each) => element("li", {}, `${each.label}: ${each.text}`))) : null,
    element("button", { type: "button", class: "plain", onclick: () => onMend(sent) }, "Perbaiki dan kirim lagi"));
}

function others(sent) {
  const places = sent.answer?.elsewhere ?? [];
  return places.length ? element("p", { class: "who" }, places.map((each) => `${partyLabel(each.party)}: dilayani ${each.regency}`).join("; ")) : null;
}

function card(sent) {
  const rows = requestRows(sent);
  const papers = [...papersByReceipt(sent).values()];
  const done = rows.length > 0 && papers.length >= rows.length && papers.every(isWhole);
  const recorded = sent.answer?.state === "recorded" && sent.callbacks.some((each) => each.type === "decision.recorded");
  const [label, tone] = done ? ["Selesai, semua dokumen terbit", "good"] : recorded ? ["Selesai, dicatat dinas", "good"] : STATES[sent.state];
  const heads = ["Pihak", "Nomor permohonan", "Dokumen"];
  return element("article", { class: "decision", id: `d-${sent.id}`, tabindex: "-1", "aria-label": `Putusan ${sent.decision.case_number}` },
    element("header", {},
      element("div", {}, element("h3", {}, sent.decision.case_number ?? sent.id),
        element("p", { class: "who" }, persons(sent.decision).map(([, person]) => person.name).join(" dan "))),
      element("span", { class: `badge ${tone}` }, label)),
    problems(sent),
    rows.length ? element("table", {}, element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))), element("tbody", {}, ...rows)) : null,
    others(sent),
    trail(sent));
}

function drawn(sent) {
  const shown = cards.get(sent.id);
  const now = progress(sent);
  if (shown && shown.progress >= now) return shown.node;
  const node = card(sent);
  if (shown) shown.node.replaceWith(node);
  cards.set(sent.id, { node, progress: now });
  return node;
}

// ---- the list

const words = () => $("search").value.trim();

// Draws the list anew. An answer that was overtaken draws nothing: who waits for it waits for the newest.
export function show() {
  newest = draw(++asked);
  return newest;
}

async function draw(number) {
  const answer = await call("/sim/decisions/search", { words: words(), offset, limit: PAGE_SIZE });
  if (number !== asked) return newest;
  total = answer.total;
  if (offset && !answer.decisions.length) {
    offset = Math.max(0, Math.floor((total - 1) / PAGE_SIZE) * PAGE_SIZE);
    return show();
  }
  const nodes = answer.decisions.map((sent) => drawn(latest(sent)));
  const ids = new Set(answer.decisions.map((sent) => sent.id));
  for (const id of cards.keys()) if (!ids.has(id)) cards.delete(id);
  $("decisions").replaceChildren(...nodes);
  $("empty").hidden = nodes.length > 0;
  $("empty").textContent = words() ? "Tidak ada putusan yang cocok." : "Belum ada putusan yang dikirim.";
  $("pages").hidden = total <= PAGE_SIZE;
  $("found").textContent = total ? `${offset + 1}-${offset + nodes.length} dari ${total} putusan` : "";
  $("previous").disabled = offset === 0;
  $("next").disabled = offset + PAGE_SIZE >= total;
}

export function happened(sent) {
  const now = latest(sent);
  if (cards.has(sent.id)) { drawn(now); return; }
  clearTimeout(again); // somebody else's decision, or one of another page: the numbers have changed
  again = setTimeout(() => show().catch(() => {}), TYPING_MS);
}

export async function goTo(id) {
  $("search").value = "";
  offset = 0;
  await show();
  const found = $(`d-${id}`);
  found?.scrollIntoView({ block: "start" });
  found?.focus({ preventScroll: true });
}

function turn(pages) {
  offset = Math.max(0, offset + pages * PAGE_SIZE);
  show().then(() => { $("sent").scrollIntoView({ block: "start" }); $("sent").focus({ preventScroll: true }); }).catch(() => {});
}

export function openDesk({ mend }) {
  onMend = mend;
  let typing = 0;
  $("search").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => { offset = 0; show().catch(() => {}); }, TYPING_MS);
  });
  $("previous").addEventListener("click", () => turn(-1));
  $("next").addEventListener("click", () => turn(1));
}
