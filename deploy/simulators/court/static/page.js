// What every part of the page uses: elements, calls to the simulator, words for codes and fields.

export const $ = (id) => document.getElementById(id);
const UNREACHABLE = "Simulator tidak menjawab. Periksa apakah masih berjalan, lalu coba lagi.";

export function element(name, attributes = {}, ...kids) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...kids.filter((kid) => kid !== null && kid !== undefined));
  return node;
}

export async function call(path, body) {
  const options = body ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) } : {};
  const response = await fetch(path, options).catch(() => { throw new Error(UNREACHABLE); });
  if (!response.ok) throw new Error(`Simulator menolak permintaan ini (HTTP ${response.status}).`);
  return response.json();
}

const texts = await (await fetch("/static/texts.json")).json();
const book = await call("/sim/kinds");

export const KINDS = new Map(book.kinds.map((kind) => [kind.id, kind]));
export const partyLabel = (role) => book.labels[role] ?? role;

// Everybody whom a decision names by role, in the order of its kind.
export function persons(decision) {
  const fields = KINDS.get(decision.kind)?.fields ?? [];
  const found = fields.filter((each) => each.type === "person").map((each) => [each.name, decision[each.name]]);
  return (found.length ? found : Object.entries(decision)).filter(([, person]) => person?.name);
}

export function fieldLabel(field) {
  const row = /\[(\d+)\]/.exec(field);
  const parts = field.replaceAll(/\[\d+\]/g, "").split(".");
  const [first, inner] = parts;
  const called = texts.fields[first] ?? book.labels[first] ?? first;
  const owner = row ? `${called} ke-${Number(row[1]) + 1}` : called;
  return inner ? `${owner}, ${texts.fields[inner] ?? book.labels[`${first}.${inner}`] ?? inner}` : owner;
}

const said = (code) => texts.codes[code] ?? book.codes[code] ?? `Tidak diterima dinas (kode ${code ?? "tidak disebut"}).`;

// Why a decision was refused: one sentence, and what is wrong where.
export function refusal(sent) {
  const { code, errors = [] } = sent.answer ?? {};
  const summary = code ? said(code) : "Dinas menolak kiriman ini.";
  return { summary, problems: errors.map((each) => ({ field: each.field, label: fieldLabel(each.field), text: said(each.code) })) };
}
