// The control API of the simulator.

async function call(path, options = {}) {
  const response = await fetch(path, options);
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error?.error_data?.details ?? (typeof body.detail === "string" ? body.detail : `HTTP ${response.status}`));
  return body;
}

const json = (method, body) => ({ method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export const api = {
  state: () => call("/sim/state"),
  people: () => call("/sim/citizens"),
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
