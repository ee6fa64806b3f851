// The choice of the language model, remembered by this browser; empty stands for the one that answers where none is
// chosen: the configured one, or what stands in for it.

import { byId, h } from "./dom.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";
import { keep, kept } from "./storage.js";

const select = byId("answer-model");
const think = byId("answer-think");
let asked = null; // the list is fetched once, when the first answer is shown
let offerThinking = () => {};

export const chosenModel = () => kept("model") ?? "";

// Whether a model that can think does so first; null: as the server's settings say.
export const chosenThinking = () => ({ yes: true, no: false })[kept("think")] ?? null;

export function offerModels() {
  asked ??= draw();
}

async function draw() {
  let found;
  try {
    found = await getJson("/api/models");
  } catch {
    asked = null; // the answer itself tells what is wrong
    return;
  }
  const first = found.models.find((model) => model.answers);
  const others = found.models.filter((model) => model !== first).map(({ name }) => name);
  const chosen = others.includes(chosenModel()) ? chosenModel() : "";
  if (!found.problem) keep("model", chosen); // it may have been removed from Ollama
  select.replaceChildren(h("option", { value: "" }, label(first, found.configured)), ...others.map((name) => h("option", { value: name }, name)));
  select.value = chosen;
  select.title = first?.configured === false ? `${label(first, found.configured)}. ${t("modelTip")}` : t("modelTip");
  // A single one is no choice, but that it stands in for another is to be seen.
  select.hidden = !others.length && (!first || first.configured);
  const able = new Set(found.models.filter((model) => model.thinks).map(({ name }) => name));
  offerThinking = () => (think.closest("label").hidden = !able.has(select.value || first?.name));
  think.checked = chosenThinking() ?? found.think;
  offerThinking();
}

function label(answering, configured) {
  if (!answering) return configured;
  return answering.configured ? answering.name : t("modelInPlace", answering.name, configured);
}

// `handler` is called after another model was chosen, or that it shall think or not.
export function onModel(handler) {
  select.addEventListener("change", () => {
    keep("model", select.value);
    offerThinking();
    handler();
  });
  think.addEventListener("change", () => {
    keep("think", think.checked ? "yes" : "no");
    handler();
  });
}
