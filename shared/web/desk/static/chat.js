// A conversation that is open: new lines are fetched as they come, and the page stays where the reader is.
"use strict";
(() => {
  for (const place of document.querySelectorAll("[data-follow]")) {
    const source = new EventSource(place.dataset.follow);
    source.addEventListener("new", () => htmx.trigger(place, "follow"));
    addEventListener("pagehide", () => source.close());
  }
  // "/" in an empty field goes to the replies that are ready
  const field = document.getElementById("balas");
  field?.addEventListener("keydown", (event) => {
    if (event.key !== "/" || field.value) return;
    event.preventDefault();
    document.querySelector(".canned a")?.focus();
  });
})();
