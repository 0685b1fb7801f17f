// What every part of the page uses: elements, calls to the simulator, words for codes and fields.

export const $ = (id) => document.getElementById(id);
export const PARTIES = { husband: "Suami", wife: "Istri" };
export const KINDS = { cerai_gugat: "Cerai gugat", cerai_talak: "Cerai talak" };
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

export function fieldLabel(field) {
  const parts = field.replaceAll(/\[(\d+)\]/g, ".$1").split(".").filter((part) => part && !/^\d+$/.test(part));
  const child = /^children\[?\.?(\d+)/.exec(field);
  const [first, ...rest] = parts.map((part) => texts.fields[part] ?? part);
  return [child ? `Anak ke-${Number(child[1]) + 1}` : first, ...rest].join(", ");
}

const said = (code) => texts.codes[code] ?? `Tidak diterima dinas (kode ${code ?? "tidak disebut"}).`;

// Why a decision was refused: one sentence, and what is wrong where.
export function refusal(sent) {
  const { code, errors = [] } = sent.answer ?? {};
  const summary = code ? said(code) : "Dinas menolak kiriman ini.";
  return { summary, problems: errors.map((each) => ({ field: each.field, label: fieldLabel(each.field), text: said(each.code) })) };
}
