// The control API of the simulator. What fails is thrown with a sentence for the person at the page.

import { sentence, UNREACHABLE } from "./errors.js";

async function fetched(path, options = {}) {
  const response = await fetch(path, options).catch(() => { throw new Error(UNREACHABLE); });
  if (!response.ok) throw new Error(sentence(response.status, await response.json().catch(() => ({}))));
  return response;
}

const call = async (path, options) => (await fetched(path, options)).json();

const json = (method, body) => ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const api = {
  state: () => call("/sim/state"),
  people: () => call("/sim/citizens"),
  person: (id) => call(`/sim/citizens/${id}`),
  samples: () => call("/sim/samples"),
  async samplePicture(number, kind) {
    const response = await fetched(`/sim/samples/${number}/${kind}.png`);
    return new File([await response.blob()], `contoh-${kind}.png`, { type: "image/png" });
  },
  add: (citizen) => call("/sim/citizens", json("POST", citizen)),
  change: (id, change) => call(`/sim/citizens/${id}`, json("PATCH", change)),
  messages: (id) => call(`/sim/citizens/${id}/messages?limit=500`),
  write: (id, message) => call(`/sim/citizens/${id}/messages`, json("POST", message)),
  seen: (id) => call(`/sim/citizens/${id}/seen`, { method: "POST" }),
  sendFile(id, file, caption) {
    const form = new FormData();
    form.append("file", file, file.name);
    if (caption) form.append("caption", caption);
    return call(`/sim/citizens/${id}/files`, { method: "POST", body: form });
  },
};

export function listen(handlers) {
  const source = new EventSource("/sim/events");
  for (const [kind, handle] of Object.entries(handlers)) {
    source.addEventListener(kind, (event) => handle(event.data ? JSON.parse(event.data) : undefined));
  }
  return source;
}
