// Sample persons of the synthetic register: who somebody at this page may be, and what that person types and photographs.

import { api } from "./api.js";
import { openDialog } from "./dialogs.js";
import { element } from "./format.js";

const $ = (id) => document.getElementById(id);
const picked = new Map(); // citizen id -> number of the sample person, where somebody chose another one than the name says
let samples = [];

const shown = (name) => name.toLowerCase().replaceAll(/(^|[\s'’.-])\p{L}/gu, (part) => part.toUpperCase());
const local = (phone) => phone.replace(/^62/, "0").replaceAll(/(\d{4})(?=\d)/g, "$1 ");

export async function readSamples() {
  ({ people: samples } = await api.samples());
}

export function sampleCitizen() {
  return { name: shown(samples[0].name), phone: samples[0].phone };
}

// Those whose phone nobody at this page has yet.
export function freeSamples(citizens) {
  const taken = new Set(citizens.map((citizen) => citizen.phone));
  return samples.filter((each) => !taken.has(each.phone)).map((each) => ({ number: each.number, name: shown(each.name), phone: each.phone }));
}

export function chosenSample(citizen) {
  const number = picked.get(citizen.id);
  return samples[number] ?? samples.find((each) => each.name === citizen.name.toUpperCase()) ?? samples[0];
}

export function fillNewCitizen(form) {
  const choice = $("new-sample");
  const put = (sample) => {
    form.elements.name.value = sample ? shown(sample.name) : "";
    form.elements.phone.value = sample ? local(sample.phone) : "";
  };
  choice.replaceChildren(...samples.map((each) => element("option", { value: each.number }, shown(each.name))), element("option", { value: "" }, "Warga lain (isi sendiri)"));
  choice.onchange = () => put(samples[choice.value]);
  put(samples[0]);
}

export function openSamples(citizen, { write, picture, offer }) {
  const choice = $("sample");
  const dialog = openDialog("samples", {
    fill: (form) => {
      const draw = () => {
        const sample = chosenSample(citizen);
        const row = (label, value) => element("button", { type: "button", class: "sample", onclick: () => { dialog.close(); write(value); } },
          element("span", {}, element("small", {}, label), value), element("b", {}, "Tulis"));
        $("sample-values").replaceChildren(row("NIK", sample.nik), row("Nomor KK", sample.kk_number));
      };
      choice.replaceChildren(...samples.map((each) => element("option", { value: each.number }, shown(each.name))));
      choice.value = chosenSample(citizen).number;
      choice.onchange = () => { picked.set(citizen.id, Number(choice.value)); draw(); };
      for (const button of form.querySelectorAll("[data-sample]")) {
        button.onclick = async () => {
          try {
            const file = await picture(button.dataset.sample);
            dialog.close(); // first: one that closes under another takes the focus from it
            offer(file);
          } catch (failure) {
            form.querySelector(".error").textContent = `Contoh belum dapat dibuka: ${failure.message}`;
            form.querySelector(".error").hidden = false;
          }
        };
      }
      draw();
    },
  });
}
