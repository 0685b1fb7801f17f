// What the pages of the desk do by themselves: keys, dialogs, counts, what is new, and a session that does not end under one's hands.
// Every page works without it; nothing of a person is stored.
"use strict";
(() => {
  const body = document.body;
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const KEYS_OFF = "desk.keys-off";

  // -- dialogs: links to them open them as such
  const close = (dialog) => dialog.close();
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open]");
    if (opener) {
      event.preventDefault();
      document.getElementById(opener.dataset.open).showModal();
    }
    const closer = event.target.closest("dialog [data-close]");
    if (closer) {
      event.preventDefault();
      close(closer.closest("dialog"));
    }
    for (const menu of all("details.who-menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  // -- keys: letters act only while no field has the focus, and can be switched off (WCAG 2.1.4)
  const off = document.querySelector("[data-keys-off]");
  const keysAreOff = () => localStorage.getItem(KEYS_OFF) === "yes";
  if (off) {
    off.checked = keysAreOff();
    off.addEventListener("change", () => (off.checked ? localStorage.setItem(KEYS_OFF, "yes") : localStorage.removeItem(KEYS_OFF)));
  }
  const isField = (element) => element.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  const rows = () => all("[data-rows] [data-row]");
  const step = (by) => {
    const found = rows();
    if (!found.length) return;
    const at = found.indexOf(document.activeElement);
    const on = found.findIndex((row) => row.closest("[aria-current=true]"));
    const next = at >= 0 ? at + by : on >= 0 ? on + by : by > 0 ? 0 : found.length - 1;
    found[Math.max(0, Math.min(found.length - 1, next))].focus();
  };
  const OWN = {
    j: () => step(1),
    k: () => step(-1),
    "/": () => [...all("[data-find-all]"), ...all("[data-find]")].find((each) => each.offsetParent)?.focus(),
    f: () => document.querySelector("[data-find]")?.focus(),
    "?": () => document.getElementById("tombol")?.showModal(),
  };
  const pressed = (key) => {
    const target = all("[data-key]").find((each) => each.dataset.key.split(" ").includes(key) && !each.disabled && each.offsetParent);
    if (target) {
      if (isField(target)) target.focus();
      else target.click();
      return true;
    }
    if (!OWN[key] || ("jk".includes(key) && !rows().length) || (key === "f" && !document.querySelector("[data-find]"))) return false;
    OWN[key]();
    return true;
  };
  document.addEventListener("keydown", (event) => {
    const element = event.target;
    if (event.key === "Enter" && event.ctrlKey) {
      if (document.querySelector("dialog[open]") && !element.closest?.("dialog")) return; // what it says comes first
      const form = element.closest?.("form") ?? document.querySelector("form[data-main]");
      if (form) {
        event.preventDefault();
        form.requestSubmit();
      }
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return; // the browser closes it by Esc
    if (event.key === "Escape") {
      if (isField(element)) element.blur();
      else document.querySelector("[data-back]")?.click();
      return;
    }
    if (isField(element) || keysAreOff()) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (pressed(key === " " ? "Spasi" : key)) event.preventDefault();
  });

  // -- a password is shown while somebody wants to read it; a page is printed; a text is copied
  document.addEventListener("click", (event) => {
    const shows = event.target.closest("[data-show]");
    if (shows) {
      const field = document.getElementById(shows.dataset.show);
      field.type = field.type === "password" ? "text" : "password";
      shows.setAttribute("aria-pressed", String(field.type === "text"));
    }
    if (event.target.closest("[data-print]")) window.print();
    const copies = event.target.closest("[data-copy]");
    if (copies) {
      const text = document.getElementById(copies.dataset.copy).innerText;
      navigator.clipboard.writeText(text).then(() => (copies.querySelector("[role=status]").textContent = "Tersalin"));
    }
  });
  const copying = () => navigator.clipboard && all("[data-copy][hidden]").forEach((each) => (each.hidden = false));
  copying();
  document.addEventListener("htmx:load", copying);

  for (const tab of all(".tabs [aria-current]")) tab.scrollIntoView({ block: "nearest", inline: "nearest" });

  // -- filters are sent when they are changed
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-send]")) event.target.form.requestSubmit();
  });

  // -- how many wait, at the side
  const REFRESH_MS = 60_000;
  const ask = async (place, address) => {
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (answer.status === 404) place.dataset.count = place.dataset.count.replace(address, "").trim(); // behind the front door it is
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };
  const count = async (place) => {
    const addresses = place.dataset.count.split(" ").filter(Boolean);
    const found = (await Promise.allSettled(addresses.map((each) => ask(place, each)))).filter((each) => each.status === "fulfilled");
    const waiting = found.reduce((sum, each) => sum + each.value.waiting, 0);
    place.hidden = waiting === 0; // of what does not answer no number is better than an old one
    place.classList.toggle("bad", found.some((each) => each.value.urgent));
    place.textContent = waiting.toLocaleString("id-ID");
    const said = document.createElement("span");
    said.className = "vh";
    said.textContent = " menunggu";
    place.append(said);
  };
  const countAll = () => document.visibilityState === "visible" && all("[data-count]").forEach(count);
  countAll();
  setInterval(countAll, REFRESH_MS);

  // -- what is new: said, never moved
  for (const bar of all("[data-live]")) {
    const source = new EventSource(bar.dataset.live);
    source.addEventListener("new", (event) => {
      const waiting = Number(event.data);
      bar.querySelector("[data-live-count]").textContent = `${waiting.toLocaleString("id-ID")}${event.lastEventId === "more" ? "+" : ""} baru`;
      bar.hidden = waiting === 0;
    });
    addEventListener("pagehide", () => source.close());
  }

  // -- the session: renewed while somebody works, and before anything is sent
  const LIFE_MS = 15 * 60_000;
  const BEFORE_MS = 5 * 60_000;
  let until = Number(body.dataset.until ?? 0);
  let active = false;
  const tell = (title, text) => {
    const place = document.getElementById("kabar");
    const note = document.createElement("p");
    note.className = "note bad";
    note.setAttribute("role", "alert");
    const bold = document.createElement("b");
    bold.textContent = title;
    const link = document.createElement("a");
    link.href = "/desk/masuk";
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = "Masuk di tab baru";
    note.append(bold, ` ${text} `, link);
    place.replaceChildren(note);
    place.scrollIntoView({ block: "nearest" });
  };
  const renew = async () => {
    const answer = await fetch(body.dataset.renew, { method: "POST", headers: { "X-Form-Token": body.dataset.formToken } });
    if (answer.status === 204) until = Date.now() + LIFE_MS;
    return answer.status === 204 || (await signedInAnew()) ? 204 : answer.status;
  };
  // Whoever signed in anew in another tab has another form token: what was typed here is sent with that one, if it is the same person.
  const signedInAnew = async () => {
    const answer = await fetch(body.dataset.renew, { headers: { Accept: "application/json" } });
    if (!answer.ok) return false;
    const now = await answer.json();
    if (now.staff !== body.dataset.staff) return false;
    for (const field of all("input[name=form_token]")) field.value = now.form_token;
    body.dataset.formToken = now.form_token;
    until = Math.max(now.until, Date.now() + BEFORE_MS); // this computer's clock may be wrong
    return true;
  };
  if (until) {
    for (const kind of ["keydown", "pointerdown"]) addEventListener(kind, () => (active = true), { passive: true });
    setInterval(() => {
      if (!active || until - Date.now() > BEFORE_MS) return;
      active = false;
      renew().catch(() => {}); // the next turn tries again
    }, 30_000);
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (form.method !== "post" || form.hasAttribute("hx-post") || Date.now() < until) return;
      event.preventDefault();
      const { submitter } = event;
      renew()
        .then((status) => {
          if (status === 204) form.requestSubmit(submitter);
          else tell("Sesi Anda berakhir.", "Yang Anda tulis masih ada di sini. Masuk di tab lain, lalu kirim lagi.");
        })
        .catch(() => tell("Jaringan terputus.", "Yang Anda tulis masih ada di sini. Coba kirim lagi."));
    });
    document.addEventListener("htmx:configRequest", (event) => (event.detail.headers["X-Form-Token"] = body.dataset.formToken));
  }

  // -- search: a part whose service does not answer says so in its own place, and the others stay
  const silent = (event) => {
    const owner = event.detail.elt?.closest?.("[data-owner]");
    if (!owner) return;
    if (event.type === "htmx:beforeSwap") {
      if (!event.detail.isError) return;
      event.detail.shouldSwap = false;
    }
    owner.querySelector("[data-asking]").hidden = true;
    owner.querySelector("[data-silent]").hidden = false;
  };
  for (const kind of ["htmx:beforeSwap", "htmx:sendError", "htmx:timeout"]) document.addEventListener(kind, silent);

  // ready once the page's own scripts, which come after this one, have run too
  document.addEventListener("DOMContentLoaded", () => (body.dataset.ready = ""));
})();
