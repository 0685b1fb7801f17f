// A board of columns by keyboard: H and L go from column to column, Space ticks the card that has the focus. Works without it by mouse and Tab.
"use strict";
(() => {
  const lanes = () => [...document.querySelectorAll("[data-lane]")].filter((lane) => lane.querySelector("[data-row]"));
  const step = (by) => {
    const found = lanes();
    if (!found.length) return;
    const at = found.findIndex((lane) => lane.contains(document.activeElement));
    const next = at < 0 ? (by > 0 ? 0 : found.length - 1) : Math.max(0, Math.min(found.length - 1, at + by));
    found[next].querySelector("[data-row]").focus();
  };
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("[data-row]");
    const inField = event.target.matches?.("input, textarea, select");
    if (event.ctrlKey || event.altKey || event.metaKey || inField || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    if (localStorage.getItem("desk.keys-off") === "yes") return;
    if (event.key === "h" || event.key === "l") {
      step(event.key === "l" ? 1 : -1);
      event.preventDefault();
    }
    if (event.key === " " && row) {
      row.closest("li").querySelector("input[type=checkbox]")?.click();
      event.preventDefault();
    }
  });
})();
