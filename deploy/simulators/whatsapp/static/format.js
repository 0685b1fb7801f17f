// Text as WhatsApp shows it: *bold*, _italic_, ~strike~, ```code``` and links. Builds nodes, never HTML from text.

const MARKS = [["*", "strong"], ["_", "em"], ["~", "s"]];
const INLINE = /```([\s\S]+?)```|(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])|(?<![\w_/])_(\S(?:[^_\n]*\S)?)_(?![\w_])|(?<![\w~])~(\S(?:[^~\n]*\S)?)~(?![\w~])|(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/g;

export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function rich(text) {
  const out = document.createDocumentFragment();
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    out.append(text.slice(from, match.index));
    const [whole, code, bold, italic, strike, link] = match;
    if (code) out.append(element("code", {}, code));
    else if (link) out.append(element("a", { href: link, target: "_blank", rel: "noopener noreferrer" }, link));
    else out.append(element(MARKS[bold ? 0 : italic ? 1 : 2][1], {}, rich(bold ?? italic ?? strike)));
    from = match.index + whole.length;
  }
  out.append(text.slice(from));
  return out;
}

const CLOCK = new Intl.DateTimeFormat("id-ID", { hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat("id-ID", { weekday: "long", day: "numeric", month: "long", year: "numeric" });

export const clock = (iso) => CLOCK.format(new Date(iso));

export function day(iso) {
  const date = new Date(iso);
  return date.toDateString() === new Date().toDateString() ? "Hari ini" : DAY.format(date);
}

export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} kB`;
  return `${(bytes / 1024 / 1024).toLocaleString("id-ID", { maximumFractionDigits: 1 })} MB`;
}
