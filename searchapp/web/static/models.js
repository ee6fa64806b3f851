// The choice of the language model, remembered by this browser; empty stands for the configured one.

import { byId, h } from "./dom.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";
import { keep, kept } from "./storage.js";

const select = byId("answer-model");
let asked = null; // the list is fetched once, when the first answer is shown

export const chosenModel = () => kept("model") ?? "";

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
  const configured = found.models.find((model) => model.configured)?.name ?? found.configured;
  const others = found.models.filter((model) => !model.configured).map(({ name }) => name);
  const chosen = others.includes(chosenModel()) ? chosenModel() : "";
  if (!found.problem) keep("model", chosen); // it may have been removed from Ollama
  select.replaceChildren(h("option", { value: "" }, configured), ...others.map((name) => h("option", { value: name }, name)));
  select.value = chosen;
  select.title = t("modelTip");
  select.hidden = !others.length; // a single one is no choice
}

// `handler` is called after another model was chosen.
export function onModel(handler) {
  select.addEventListener("change", () => {
    keep("model", select.value);
    handler();
  });
}
