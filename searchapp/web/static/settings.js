// The page of what a person may set. Each change holds at once and is kept by the server, for them alone.

import { takeDrops } from "./drop.js";
import { byId, h } from "./dom.js";
import { hideProblem, showProblem } from "./frame.js";
import { getJson } from "./http.js";
import { keepLanguage, lang, t } from "./i18n.js";
import { prefer, preferences } from "./preferences.js";
import "./palette.js";

const form = byId("preferences");

document.title = `${t("settings")} – ${t("appName")}`;

function draw() {
  for (const field of form.elements) {
    if (!(field.name in preferences)) continue;
    if (field.type === "checkbox") field.checked = preferences[field.name];
    else field.value = String(preferences[field.name]);
  }
}

function valueOf(field) {
  if (field.type === "checkbox") return field.checked;
  return field.name === "results" ? Number(field.value) : field.value;
}

async function changed({ target }) {
  hideProblem();
  byId("kept").textContent = "";
  try {
    await prefer({ [target.name]: valueOf(target) });
    byId("kept").textContent = t("settingKept");
    if (target.name === "language") speak(target.value);
  } catch (problem) {
    showProblem(problem);
    Object.assign(preferences, await getJson("/api/preferences").catch(() => ({}))); // as it is kept
    draw();
  }
}

function speak(chosen) {
  const language = chosen === "browser" ? (navigator.language.startsWith("zh") ? "zh" : "en") : chosen;
  if (chosen === "browser") document.cookie = "lang=; path=/; max-age=0; samesite=lax";
  else keepLanguage(language);
  if (language !== lang) location.assign("/settings");
}

async function offerModels() {
  const select = form.elements.model;
  const { models, configured } = await getJson("/api/models");
  const names = models.map(({ name }) => name).filter((name) => name !== configured);
  const kept = preferences.model && !names.includes(preferences.model) ? [preferences.model] : [];
  select.replaceChildren(h("option", { value: "" }, t("configuredIs", configured)), ...[...kept, ...names].map((name) => h("option", { value: name }, name)));
  draw();
}

form.addEventListener("change", changed);
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("preferences", ({ detail }) => {
  draw();
  if (detail.language) speak(detail.language); // another tab, or the button above
});
draw();
offerModels().catch(() => {}); // without a server of models there is no choice
takeDrops();
