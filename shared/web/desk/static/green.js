// Approves row by row and says how far it is. Without it the form sends all at once and the answer says what became of each.
"use strict";
(() => {
  const form = document.querySelector("[data-green]");
  if (!form) return;
  form.addEventListener("submit", async (event) => {
    if (event.defaultPrevented) return; // the session is renewed first
    event.preventDefault();
    const rows = [...form.querySelectorAll("[data-green-row]")].filter((row) => row.querySelector("input[name=tugas]:checked:not(:disabled)"));
    const line = form.querySelector("[data-progress]");
    const bar = line.querySelector("progress");
    const said = line.querySelector("[data-progress-said]");
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    line.hidden = false;
    bar.max = Math.max(1, rows.length);
    for (const [index, row] of rows.entries()) {
      said.textContent = `${index + 1} dari ${rows.length}`;
      await htmx.ajax("POST", `/desk/pekerjaan/${row.dataset.greenRow}/hijau`, { target: row.querySelector("[data-outcome]"), swap: "innerHTML" });
      row.querySelector("input[name=tugas]").disabled = true;
      bar.value = index + 1;
    }
    const refused = form.querySelectorAll("[data-outcome] .bad").length;
    said.textContent = `${rows.length - refused} dari ${rows.length} disetujui.${refused ? " Yang lain menyebut alasannya." : ""}`;
  });
})();
