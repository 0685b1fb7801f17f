// One message as a bubble.

import { clock, element, rich, size } from "./format.js";

const SVG = "http://www.w3.org/2000/svg";
const STATUS = { pending: "Menunggu", sent: "Terkirim", delivered: "Sampai", read: "Dibaca", failed: "Gagal" };
const PATHS = {
  pending: "M8 1.5a5 5 0 1 0 .01 0M8 3.5v3l2 1",
  sent: "M4 6.5 7 9.5 13 2.5",
  delivered: "M1 6.5 4 9.5 10 2.5M7.5 8.5l1 1 6-7",
  read: "M1 6.5 4 9.5 10 2.5M7.5 8.5l1 1 6-7",
};

export function tick(status) {
  const holder = element("span", { class: "status", "data-status": status });
  if (PATHS[status]) {
    const icon = document.createElementNS(SVG, "svg");
    icon.setAttribute("viewBox", "0 0 16 12");
    icon.setAttribute("class", `tick ${status}`);
    icon.setAttribute("aria-hidden", "true");
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", PATHS[status]);
    icon.append(path);
    holder.append(icon);
  }
  holder.append(element("span", { class: status === "failed" ? "" : "sr" }, STATUS[status] ?? ""));
  return holder;
}

function picture(media, mine) {
  const source = media.id ? `/sim/media/${media.id}` : media.link;
  const what = mine ? "Foto yang Anda kirim" : "Foto dari PAK'DE ON";
  return element("a", { class: "picture", href: source, target: "_blank", rel: "noopener" },
    element("img", { src: source, alt: media.filename ? `${what}: ${media.filename}` : what, decoding: "async" }));
}

function document_(media) {
  const name = media.filename || "Dokumen";
  const kind = (name.split(".").pop() || "PDF").slice(0, 4).toUpperCase();
  const facts = [kind, media.size_bytes ? size(media.size_bytes) : null].filter(Boolean).join(" · ");
  return element("a", { class: "file", href: media.id ? `/sim/media/${media.id}` : media.link, target: "_blank", rel: "noopener", "aria-label": `Buka dokumen ${name}` },
    element("span", { class: "sheet", "aria-hidden": "true" }, kind),
    element("span", {}, element("b", {}, name), element("small", {}, facts)));
}

const FILES = { audio: ["Pesan suara", "♪"], video: ["Video", "▶"], sticker: ["Stiker", "☺"] };
const WITHOUT_FILE = { call: "Panggilan suara tidak terjawab", order: "Pesanan", form_reply: "Formulir terisi", revoke: "Pesan dihapus" };

function recording(kind, media) {
  const [called, glyph] = FILES[kind];
  return element("a", { class: "file", href: media.id ? `/sim/media/${media.id}` : media.link, target: "_blank", rel: "noopener" },
    element("span", { class: "sheet sound", "aria-hidden": "true" }, glyph),
    element("span", {}, element("b", {}, called), element("small", {}, media.size_bytes ? size(media.size_bytes) : null)));
}

function attachment(content, mine) {
  const media = content.media;
  if (!media) return null;
  if (FILES[content.type]) return recording(content.type, media);
  return (media.mime_type ?? "").startsWith("image/") ? picture(media, mine) : document_(media);
}

function card(content) {
  const { contact, location, type } = content;
  if (contact) return element("p", { class: "text" }, element("b", {}, `Kontak: ${contact.name}`), element("br"), contact.phone);
  if (location) {
    const place = [location.name, location.address, `${location.latitude}, ${location.longitude}`].filter(Boolean).join("\n");
    return element("p", { class: "text" }, element("b", {}, "Lokasi"), `\n${place}`);
  }
  if (type === "unsupported") return element("p", { class: "text" }, element("em", {}, content.kind === "poll" ? "Polling (WhatsApp tidak meneruskannya ke dinas)" : "Pesan yang tidak diteruskan WhatsApp ke dinas"));
  return WITHOUT_FILE[type] ? element("p", { class: "text" }, element("em", {}, WITHOUT_FILE[type])) : null;
}

function choices(message, act) {
  const { buttons, list, link } = message.content;
  if (!buttons && !list && !link) return null;
  const box = element("div", { class: "choices" });
  for (const button of buttons ?? []) {
    box.append(element("button", { type: "button", "data-id": button.id, onclick: () => act.reply(message, button) }, button.title));
  }
  if (list) box.append(element("button", { type: "button", "aria-haspopup": "dialog", onclick: () => act.choose(message, list) }, list.button));
  if (link) box.append(element("a", { href: link.url, target: "_blank", rel: "noopener noreferrer" }, link.title));
  return box;
}

export function bubble(message, act) {
  const mine = message.author === "citizen";
  const content = message.content;
  const parts = [
    element("span", { class: "sr" }, mine ? "Anda: " : "PAK'DE ON: "),
    content.header ? element("p", { class: "head" }, content.header) : null,
    attachment(content, mine),
    content.text ? element("p", { class: "text" }, rich(content.text)) : null,
    card(content),
    content.footer ? element("p", { class: "foot" }, content.footer) : null,
    element("div", { class: "meta" }, element("time", { datetime: message.at }, clock(message.at)), mine ? tick(message.status) : null),
  ];
  const more = element("button", {
    type: "button", class: "more", "aria-label": "Tindakan untuk pesan ini", "aria-haspopup": "menu", "aria-expanded": "false", tabindex: "-1",
    onclick: () => act.more(more), onkeydown: walk, onfocus: () => rove(more),
  }, element("span", { "aria-hidden": "true" }, "⌄"));
  return element("li", { class: `message ${mine ? "mine" : "theirs"}`, "data-wamid": message.wamid },
    element("div", { class: "bubble" }, ...parts, more), mine ? null : choices(message, act));
}

// Of all the buttons in a log one is a stop of the Tab key; the arrows lead to the others.
export function rove(button) {
  const log = button.closest(".log");
  for (const each of log?.querySelectorAll(".more") ?? []) each.tabIndex = each === button ? 0 : -1;
}

function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const all = [...event.currentTarget.closest(".log").querySelectorAll(".more")];
  all[all.indexOf(event.currentTarget) + step]?.focus();
  event.preventDefault();
}

// Shows at a message what was done to it later: a reaction, another text, or that it was taken back.
export function mark(node, message, later) {
  const { type, text } = later.content;
  const bubble_ = node.querySelector(".bubble");
  if (type === "reaction") {
    message.reaction = text;
    bubble_.querySelector(".reaction")?.remove();
    const who = later.author === "citizen" ? "Reaksi Anda" : "Reaksi PAK'DE ON";
    if (text) bubble_.append(element("span", { class: "reaction" }, element("span", { class: "sr" }, `${who}: `), text));
    return;
  }
  const said = bubble_.querySelector(".text");
  if (type === "edit") {
    message.content.text = text;
    said?.replaceChildren(rich(text));
    if (!bubble_.querySelector(".edited")) bubble_.querySelector(".meta").prepend(element("span", { class: "edited" }, "diubah"));
    return;
  }
  message.revoked = true;
  bubble_.querySelectorAll(".picture, .file, .foot, .head, .text").forEach((part) => part.remove());
  bubble_.querySelector(".meta").before(element("p", { class: "text" }, element("em", {}, "Pesan ini sudah dihapus")));
}

export function setStatus(node, status) {
  node.querySelector(".status")?.replaceWith(tick(status));
}

export function settleChoices(node, chosen) {
  for (const button of node.querySelectorAll(".choices button")) {
    button.disabled = true;
    button.classList.toggle("chosen", button.textContent === chosen);
  }
}

export function summary(message) {
  if (!message) return "Belum ada pesan";
  const { content } = message;
  if (content.type === "reaction") return content.text ? `Reaksi ${content.text}` : "Reaksi ditarik";
  if (content.text) return content.text.replaceAll(/[*_~`]/g, "").split("\n")[0];
  if (FILES[content.type]) return FILES[content.type][0];
  if (content.contact) return `Kontak: ${content.contact.name}`;
  if (content.location) return "Lokasi";
  if (WITHOUT_FILE[content.type]) return WITHOUT_FILE[content.type];
  if (content.media) return (content.media.mime_type ?? "").startsWith("image/") ? "Foto" : (content.media.filename ?? "Dokumen");
  return content.header ?? "Pesan";
}
