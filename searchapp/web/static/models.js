// The choice of the language model, which the caller's preferences keep; empty stands for the one that answers where none is
// chosen: the configured one, or what stands in for it.

import { byId, h } from "./dom.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";
import { prefer, preferences } from "./preferences.js";

const select = byId("answer-model");
const think = byId("answer-think");
let asked = null; // the list is fetched once, when the first answer is shown
let offerThinking = () => {};

export const chosenModel = () => preferences.model ?? "";

// Whether a model that can think does so first; null: as the server's settings say.
export const chosenThinking = () => ({ yes: true, no: false })[preferences.thinking] ?? null;

// It holds here also where it could not be kept.
const set = (changes) => prefer(changes).catch(() => {});

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
  if (!found.problem && chosen !== chosenModel()) set({ model: chosen }); // it was removed from Ollama
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
    set({ model: select.value });
    offerThinking();
    handler();
  });
  think.addEventListener("change", () => {
    set({ thinking: think.checked ? "yes" : "no" });
    handler();
  });
}
