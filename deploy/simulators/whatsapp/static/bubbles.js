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

function attachment(content, mine) {
  const media = content.media;
  if (!media) return null;
  return (media.mime_type ?? "").startsWith("image/") ? picture(media, mine) : document_(media);
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
    content.location ? element("p", { class: "text" }, `Lokasi: ${content.location.name ?? ""} ${content.location.latitude}, ${content.location.longitude}`) : null,
    content.footer ? element("p", { class: "foot" }, content.footer) : null,
    element("div", { class: "meta" }, element("time", { datetime: message.at }, clock(message.at)), mine ? tick(message.status) : null),
  ];
  return element("li", { class: `message ${mine ? "mine" : "theirs"}`, "data-wamid": message.wamid },
    element("div", { class: "bubble" }, ...parts), mine ? null : choices(message, act));
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
  if (content.text) return content.text.replaceAll(/[*_~`]/g, "").split("\n")[0];
  if (content.media) return (content.media.mime_type ?? "").startsWith("image/") ? "Foto" : (content.media.filename ?? "Dokumen");
  return content.header ?? "Pesan";
}
