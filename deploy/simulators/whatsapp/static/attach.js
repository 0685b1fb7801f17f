// What a citizen sends besides text: files, voice messages, stickers, videos, contacts, places, calls; and what is done to a message.

import { menu, openDialog } from "./dialogs.js";

const KINDS = { poll: { type: "unsupported", kind: "poll" } }; // the rest is a type of its own
const OFFICE = { name: "Kantor Kecamatan Mejayan", address: "Jalan Panglima Sudirman, Mejayan", latitude: "-7.5431", longitude: "111.6568" };

const filled = (form, names) => Object.fromEntries(names.map((name) => [name, form.elements[name].value.trim()]).filter(([, value]) => value));

const ASKED = {
  contact: (form) => ({ type: "contact", ...filled(form, ["name", "phone"]) }),
  location: (form) => ({ type: "location", ...filled(form, ["name", "address"]), latitude: Number(form.elements.latitude.value), longitude: Number(form.elements.longitude.value) }),
};

export function attachments(pane) {
  const list = pane.part("attach-menu");
  const shown = menu(pane.part("attach"), list);
  const on = (selector, act) => {
    for (const button of list.querySelectorAll(selector)) button.addEventListener("click", () => { shown.close(); act(button.dataset); });
  };
  on("[data-pick]", () => pane.part("file").click());
  on("[data-send]", ({ send }) => pane.send(KINDS[send] ?? { type: send }).catch(() => {}));
  on("[data-ask]", ({ ask }) => openDialog(ask, {
    fill: (form) => {
      form.reset();
      if (ask === "location") for (const [name, value] of Object.entries(OFFICE)) form.elements[name].value = value;
    },
    submit: (form) => pane.send(ASKED[ask](form)),
  }));
  on("[data-sample]", ({ sample }) => pane.samplePicture(sample).then((file) => pane.offer(file))
    .catch((failure) => pane.desk.say(`Contoh belum dapat dibuka: ${failure.message}`)));
  pane.part("file").addEventListener("change", () => {
    const [file] = pane.part("file").files;
    if (file) pane.offer(file);
    pane.part("file").value = "";
  });
}

// One menu serves every message: it opens below the button that asked for it, and the focus goes back there.
export function messageMenu(list) {
  let about = null;
  const items = () => [...list.querySelectorAll("[role=menuitem]")].filter((item) => !item.hidden);
  const close = ({ back = false } = {}) => {
    if (list.hidden) return;
    list.hidden = true;
    about.button.setAttribute("aria-expanded", "false");
    if (back) about.button.focus();
  };
  const step = { ArrowDown: 1, ArrowUp: -1 };
  list.addEventListener("keydown", (event) => {
    const all = items();
    const at = all.indexOf(document.activeElement);
    if (step[event.key]) all[(at + step[event.key] + all.length) % all.length].focus();
    else if (event.key === "Home") all[0].focus();
    else if (event.key === "End") all.at(-1).focus();
    else if (event.key === "Escape") close({ back: true });
    else if (event.key === "Tab") { close({ back: true }); return; }
    else return;
    event.preventDefault();
  });
  document.addEventListener("pointerdown", (event) => { if (!list.contains(event.target) && !about?.button.contains(event.target)) close(); });
  for (const item of list.querySelectorAll("[data-react]")) item.addEventListener("click", () => done({ type: "reaction", text: item.dataset.react }));
  list.querySelector("[data-own=revoke]").addEventListener("click", () => done({ type: "revoke" }));
  list.querySelector("[data-own=edit]").addEventListener("click", () => {
    const { pane, message } = about;
    close({ back: true });
    openDialog("edit", {
      fill: (form) => { form.elements.text.value = message.content.text; },
      submit: (form) => pane.send({ type: "edit", text: form.elements.text.value.trim(), reply_to: message.wamid }),
    });
  });

  function done(what) {
    const { pane, message } = about;
    close({ back: true });
    pane.send({ ...what, reply_to: message.wamid }).catch(() => {});
  }

  return (pane, message, button) => {
    if (!list.hidden && about?.button === button) return close();
    close();
    about = { pane, message, button };
    const mine = message.author === "citizen" && !message.revoked;
    list.querySelector("[data-own=revoke]").hidden = !mine;
    list.querySelector("[data-own=edit]").hidden = !mine || message.content.type !== "text";
    list.querySelector("[data-react='']").hidden = !message.reaction;
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    const place = button.getBoundingClientRect();
    list.style.top = `${Math.max(8, Math.min(place.bottom + 4, innerHeight - list.offsetHeight - 8))}px`;
    list.style.left = `${Math.max(8, Math.min(place.left, innerWidth - list.offsetWidth - 8))}px`;
    items()[0].focus();
  };
}
