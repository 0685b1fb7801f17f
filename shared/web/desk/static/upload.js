// A photo is looked at before it is sent: one that is too large would be refused after minutes on a slow line.
"use strict";
(() => {
  document.addEventListener(
    "change",
    (event) => {
      const input = event.target;
      const file = input.files?.[0];
      if (!file || !input.dataset.maxBytes) return;
      const place = document.getElementById("kabar");
      const note = document.createElement("p");
      if (file.size <= Number(input.dataset.maxBytes)) {
        note.className = "note info";
        note.textContent = "Foto sedang dikirim. Tunggu sampai pertanyaan berikutnya terbuka.";
      } else {
        event.stopImmediatePropagation();
        note.className = "note bad";
        note.setAttribute("role", "alert");
        note.textContent = input.dataset.tooLarge.replace("{size}", String(Math.round(file.size / 1048576)));
        input.value = "";
      }
      place.replaceChildren(note);
      place.scrollIntoView({ block: "nearest" });
    },
    true,
  );
})();
