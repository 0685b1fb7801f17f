// Show the API document. Calls that are tried go to where this page came from: `servers` tells programs a usual address.

const { openapi } = document.body.dataset;
const here = new URL(".", document.baseURI).href.replace(/\/$/, "");

fetch(openapi).then((answer) => answer.json()).then((spec) => SwaggerUIBundle({
  spec: { ...spec, servers: [{ url: here }] },
  dom_id: "#api",
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis],
  validatorUrl: null, // the badge of swagger.io would tell another host about this one
  onComplete: () => { document.body.dataset.ready = "true"; },
}));
