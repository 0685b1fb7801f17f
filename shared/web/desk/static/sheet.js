// The work view: papers to turn, zoom and lay beside each other, the citizen's message as it is chosen, the seconds to undo, and a claim
// that is renewed while somebody works. Without it every paper is a link and every decision a form.
"use strict";
(() => {
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const one = (query, root = document) => root.querySelector(query);

  // -- papers
  const papers = all("[data-papers] [data-paper]");
  const sheets = one("[data-sheets]");
  const ZOOMS = [50, 75, 100, 125, 150, 200, 300];
  const TURN = 90;
  let at = 0;
  let other = 1;
  let zoom = ZOOMS.indexOf(100);
  let turned = 0;
  let both = false;
  const pagesOf = async (paper) => {
    const answer = await fetch(paper.dataset.pages, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).pages;
  };
  const picture = (source, name) => {
    const image = document.createElement("img");
    image.src = source;
    image.alt = name;
    image.style.width = `${ZOOMS[zoom]}%`; // of the pane
    image.style.transform = `rotate(${turned}deg)`;
    return image;
  };
  const draw = async (paper) => {
    const place = document.createElement("div");
    place.className = "paper";
    place.tabIndex = 0;
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", `${paper.dataset.name}, gulir dengan panah`);
    if (!paper.dataset.pages) {
      place.append(picture(paper.href, paper.dataset.name));
      return place;
    }
    try {
      const count = await pagesOf(paper);
      for (let page = 1; page <= count; page++) place.append(picture(`${paper.dataset.pages}/${page}`, `${paper.dataset.name}, halaman ${page} dari ${count}`));
    } catch {
      const said = document.createElement("p");
      said.className = "small";
      said.textContent = "PDF ini belum bisa ditampilkan sebagai gambar. Buka dengan menekan namanya di atas.";
      place.append(said);
    }
    return place;
  };
  const show = async () => {
    const shown = both && papers.length > 1 ? [papers[at], papers[other]] : [papers[at]];
    for (const paper of papers) paper.toggleAttribute("aria-current", shown.includes(paper));
    one("[data-told]").textContent = shown.map((paper) => paper.dataset.name).join(" dan ");
    one("[data-zoomed]").textContent = `${ZOOMS[zoom]} %`;
    sheets.classList.toggle("both", shown.length > 1);
    sheets.replaceChildren(...(await Promise.all(shown.map(draw))));
    const field = papers[at].dataset.field;
    for (const place of all("select[data-about^=attachment_]")) {
      const fitting = [...place.options].find((option) => option.value.endsWith(`|${field}`));
      if (fitting && !one(`[value="${place.dataset.about}"]:checked`)) place.value = fitting.value;
    }
    compose();
  };
  const restyle = () => {
    one("[data-zoomed]").textContent = `${ZOOMS[zoom]} %`;
    for (const image of all("img", sheets)) {
      image.style.width = `${ZOOMS[zoom]}%`;
      image.style.transform = `rotate(${turned}deg)`;
    }
  };
  const move = (by) => {
    at = (at + by + papers.length) % papers.length;
    other = (at + 1) % papers.length;
    turned = 0;
    show();
  };
  const open = (id) => {
    const found = papers.findIndex((paper) => paper.dataset.paper === id);
    if (found >= 0) move(found - at);
  };

  // -- the message
  const form = one("[data-decide]");
  const chosen = () => one("[name=putusan]:checked")?.value;
  function compose() {
    const place = one("[data-preview]");
    if (!place) return;
    const panel = one(`.reasons.when-${chosen()}`);
    const says = panel ? all("[data-says]:checked", panel).map((reason) => reason.dataset.says) : [];
    const more = panel ? one("[data-other]", panel) : null;
    if (more?.value) says.push(more.selectedOptions[0].textContent);
    const note = one("#catatan").value.trim();
    if (chosen() === "tanya" || chosen() === "kabari") {
      place.textContent = note || "Tulis kata-katanya; warga membacanya apa adanya.";
      return;
    }
    const lines = [...new Set(says)].map((text) => `• ${text}`);
    if (note) lines.push("", `Catatan petugas: ${note}`);
    place.textContent = lines.join("\n").trim() || "Pilih alasan untuk melihat kalimatnya.";
  }

  // -- the last decision: its seconds run down, then it is gone
  const undo = one("[data-undo]");
  const SECOND_MS = 1_000;
  const left = () => {
    const seconds = Math.ceil((Number(undo.dataset.undo) - Date.now()) / SECOND_MS);
    if (seconds <= 0) undo.hidden = true;
    else one("[data-undo-left]", undo).textContent = `${seconds} detik lagi.`;
    return seconds > 0;
  };
  if (undo && left()) {
    const timer = setInterval(() => left() || clearInterval(timer), SECOND_MS / 4);
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-paper]");
    if (link && sheets && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      open(link.dataset.paper);
    }
    const turn = event.target.closest("[data-turn]");
    if (turn) move(Number(turn.dataset.turn));
    const scale = event.target.closest("[data-zoom]");
    if (scale) {
      zoom = Math.max(0, Math.min(ZOOMS.length - 1, zoom + Number(scale.dataset.zoom)));
      restyle();
    }
    if (event.target.closest("[data-rotate]")) {
      turned = (turned + TURN) % 360;
      restyle();
    }
    const pair = event.target.closest("[data-both]");
    if (pair) {
      both = !both;
      pair.setAttribute("aria-pressed", String(both));
      show();
    }
  });
  if (form) {
    form.addEventListener("change", compose);
    form.addEventListener("input", compose);
    compose();
    // a claim lasts for some minutes: it is renewed while somebody works here
    const RENEW_MS = 5 * 60_000;
    let active = false;
    for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, () => (active = true), { passive: true });
    setInterval(() => {
      if (!active) return;
      active = false;
      fetch(form.dataset.renewClaim, { method: "POST", headers: { Accept: "application/json", "X-Form-Token": document.body.dataset.formToken } }).catch(() => {});
    }, RENEW_MS);
  }
  const dialog = one("dialog[data-modal]");
  if (dialog) {
    dialog.close();
    dialog.showModal();
  }
  if (papers.length && sheets) show();
})();
