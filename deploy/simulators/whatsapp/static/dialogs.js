// Modal dialogs: filled in, sent by `submit`, closed when that went well; what went wrong stays in view.

export function openDialog(id, { fill, submit, after }) {
  const dialog = document.getElementById(id);
  const form = dialog.querySelector("form");
  const error = form.querySelector(".error");
  error.hidden = true;
  fill?.(form);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    if (button.disabled) return;
    button.disabled = true;
    try {
      await submit(form);
      dialog.close();
      after?.(); // the browser has given the focus back by now
    } catch (failure) {
      error.textContent = `Belum berhasil: ${failure.message}`;
      error.hidden = false;
    } finally {
      button.disabled = false;
    }
  };
  form.querySelector("[value=cancel]").onclick = () => dialog.close();
  dialog.showModal();
  return dialog;
}

export function menu(button, list) {
  const items = [...list.querySelectorAll("[role=menuitem]")];
  const show = (open) => {
    list.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open) items[0].focus();
  };
  button.addEventListener("click", () => show(list.hidden));
  list.addEventListener("keydown", (event) => {
    const at = items.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) items[(at + step + items.length) % items.length].focus();
    else if (event.key === "Home") items[0].focus();
    else if (event.key === "End") items.at(-1).focus();
    else if (event.key === "Escape") { show(false); button.focus(); }
    else if (event.key === "Tab") { show(false); return; }
    else return;
    event.preventDefault();
  });
  document.addEventListener("pointerdown", (event) => { if (!list.hidden && !list.contains(event.target) && !button.contains(event.target)) show(false); });
  return { close: () => show(false) };
}
