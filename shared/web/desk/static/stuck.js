// Stuck work: many at once, all of one cause, by keys; and a part whose service is down says so.
// One part is worked on at a time: what is selected elsewhere is let go.
"use strict";
(() => {
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const picks = (part) => all("input[name=pilih]", part);
  const picked = (part) => picks(part).filter((box) => box.checked);

  const tell = (part) => {
    const chosen = picked(part);
    for (const box of picks(part)) box.closest("tr").classList.toggle("is-on", box.checked);
    const head = part.querySelector("[data-all]");
    if (!head) return;
    head.checked = chosen.length > 0 && chosen.length === picks(part).length;
    head.indeterminate = chosen.length > 0 && !head.checked;
    const number = chosen.length.toLocaleString("id-ID");
    part.querySelector("[data-picked]").textContent = chosen.length ? `${number} dipilih` : "Centang yang mau diulang atau dibuang";
    for (const place of all("[data-picked-count]", part)) place.textContent = chosen.length ? number : "";
    for (const act of all("[data-act]", part)) act.hidden = chosen.length === 0;
    part.querySelector("[data-unpick]").hidden = chosen.length === 0;
    const look = part.querySelector("[data-look]");
    look.hidden = chosen.length !== 1;
    if (chosen.length === 1) look.href = chosen[0].closest("tr").querySelector("[data-row]").href;
  };
  const pick = (part, boxes, on) => {
    for (const other of all("[data-part]")) {
      if (other !== part && picked(other).length) {
        for (const box of picked(other)) box.checked = false;
        tell(other);
      }
    }
    for (const box of boxes) box.checked = on;
    tell(part);
  };
  const begin = (root) => {
    for (const button of all("[data-pick-cause]", root)) button.hidden = false;
    for (const part of root.matches?.("[data-part]") ? [root] : all("[data-part]", root)) tell(part);
  };
  begin(document);

  document.addEventListener("change", (event) => {
    const part = event.target.closest("[data-part]");
    if (!part) return;
    if (event.target.matches("[data-all]")) pick(part, picks(part), event.target.checked);
    else if (event.target.matches("[name=pilih]")) pick(part, [event.target], event.target.checked);
  });
  document.addEventListener("reset", (event) => {
    const part = event.target.closest("[data-part]");
    if (part) setTimeout(() => tell(part)); // after the boxes were cleared
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick-cause]");
    if (button) pick(button.closest("[data-part]"), all("input[name=pilih]", button.closest("[data-cause]")), true);
  });

  // -- keys; before the desk's own, so that R finds what is selected here
  const isField = (element) => element.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const at = () => document.activeElement?.closest("[data-cause] tr:not(.group)");
  const go = (by) => {
    const parts = all("[data-part]").filter((part) => part.querySelector("[data-row]"));
    const here = parts.indexOf(document.activeElement?.closest("[data-part]"));
    const next = parts[Math.max(0, Math.min(parts.length - 1, here < 0 ? 0 : here + by))];
    next?.querySelector("[data-row]").focus();
  };
  const boxOf = (row) => row?.querySelector("input[name=pilih]");
  const ACTS = {
    " ": () => {
      const box = boxOf(at());
      if (!box || document.activeElement === box) return false; // on the box itself the browser does it
      pick(box.closest("[data-part]"), [box], !box.checked);
      return true;
    },
    a: () => {
      const row = at();
      if (!boxOf(row)) return false;
      pick(row.closest("[data-part]"), all("input[name=pilih]", row.closest("[data-cause]")), true);
      return true;
    },
    r: () => {
      const box = boxOf(at());
      if (box && !all("[data-part]").some((part) => picked(part).length)) pick(box.closest("[data-part]"), [box], true);
      return false; // the button that is now in sight does it
    },
    i: () => {
      const row = at() ?? all("[data-part]").flatMap(picked)[0]?.closest("tr");
      row?.querySelector("[data-row]").click();
      return Boolean(row);
    },
    h: () => (go(-1), true),
    l: () => (go(1), true),
    Escape: () => {
      const part = all("[data-part]").find((each) => picked(each).length);
      if (!part) return false;
      pick(part, picked(part), false);
      return true;
    },
  };
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || document.querySelector("dialog[open]")) return;
      if (isField(event.target) || localStorage.getItem("desk.keys-off") === "yes") return;
      const act = ACTS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (act?.()) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    },
    true,
  );

  // -- parts of other services
  const missing = (place) => place.replaceChildren(place.querySelector("template")?.content.cloneNode(true) ?? "");
  const lost = (part) => {
    const note = document.createElement("p");
    note.className = "note bad";
    note.textContent = "Bagian ini sedang tidak menjawab. Tunggu sebentar, lalu muat ulang untuk melihat apa yang sudah terjadi.";
    part.querySelector("[data-said]").replaceChildren(note);
  };
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target } = event;
    if (event.detail.xhr.status < 400 || !target.matches("[data-place], [data-part]")) return;
    event.detail.isError = false; // it is said on the page
    if (event.detail.xhr.status < 500) return;
    if (target.matches("[data-place]")) missing(target);
    else lost(target);
    event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:sendError", (event) => event.target.matches("[data-place]") && missing(event.target));
  document.addEventListener("htmx:afterSettle", (event) => {
    const part = document.getElementById(event.target.id) ?? event.target;
    begin(part);
    if (part.matches("[data-part]")) part.focus({ preventScroll: true }); // where the hand was, its form is gone
  });
})();
