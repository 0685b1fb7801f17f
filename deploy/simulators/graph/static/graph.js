// Draws what everybody sees, again whenever something happens.
const words = { reach: "Jangkauan", views: "Tayangan", likes: "Suka", comments: "Komentar", shares: "Dibagikan", saves: "Disimpan" };
const names = new Map();
const only = location.pathname.startsWith("/p/") ? location.pathname.slice(3) : null;

const make = (tag, text = "", more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);
const moment = (text) => new Intl.DateTimeFormat("id-ID", { dateStyle: "medium", timeStyle: "short" }).format(new Date(text));

const send = async (path, body) => {
  await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
};

function drawn(post) {
  const card = make("article");
  card.id = `post-${post.id}`;
  const who = make("p", names.get(post.node) ?? post.node, { className: "who" });
  who.append(make("time", moment(post.at), { dateTime: post.at }));
  const pictures = make("div", "", { className: "pictures" });
  pictures.append(...post.pictures.map((each) => make("img", "", { src: each.url, alt: each.alt })));
  const numbers = make("dl", "", { className: "numbers" });
  for (const [name, word] of Object.entries(words)) {
    const row = make("div");
    row.append(make("dt", word), make("dd", String(post.numbers[name] ?? 0)));
    numbers.append(row);
  }
  const comments = make("ul", "", { className: "comments" });
  comments.append(...post.comments.map((each) => make("li", `${each.name}: ${each.text}`, { className: each.ours ? "ours" : "" })));
  const form = make("form");
  const label = make("label", "Komentar Anda ");
  label.append(make("input", "", { name: "text", maxLength: 500, required: true, autocomplete: "off" }));
  form.append(label, make("button", "Kirim", { type: "submit" }));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await send(`/sim/posts/${post.id}/comments`, { text: new FormData(form).get("text") });
    form.reset();
  });
  card.append(who, ...(post.pictures.length ? [pictures] : []), make("p", post.text, { className: "text" }), numbers, comments, form);
  return card;
}

async function draw() {
  if (document.activeElement?.matches("article input") && document.activeElement.value) return; // somebody is typing
  const { posts } = await (await fetch("/sim/posts")).json();
  const shown = posts.filter((post) => !only || post.id === only);
  document.querySelector("#empty").hidden = shown.length > 0;
  document.querySelector("#posts").replaceChildren(...shown.map(drawn));
  const { messages } = await (await fetch("/sim/messages")).json();
  const rows = messages.map((each) => make("li", `${each.ours ? "Kantor" : each.name}: ${each.text}`, { className: each.ours ? "ours" : "" }));
  document.querySelector("#messages").replaceChildren(...rows);
}

const state = await (await fetch("/sim/state")).json();
for (const account of state.accounts) {
  names.set(account.node, account.name);
  document.querySelector("#node").append(make("option", `${account.name} (${account.platform})`, { value: account.node }));
}
document.querySelector("#message").addEventListener("submit", async (event) => {
  event.preventDefault();
  await send("/sim/messages", Object.fromEntries(new FormData(event.target)));
  event.target.reset();
});
await draw();
const events = new EventSource("/sim/events");
for (const kind of ["post", "comment", "message", "numbers"]) events.addEventListener(kind, draw);
setInterval(draw, 5000); // numbers grow
