// What narrows or changes the search: a chip for each, drawn once, to be taken away by a press.

import { byId, h, icon } from "./dom.js";
import { shifted } from "./dates.js";
import { shortName } from "./folders.js";
import { getJson } from "./http.js";
import { day, languageName, t } from "./i18n.js";
import { MODES, ORDERS, split } from "./state.js";

const NAMES = {
  type: (value) => t(value),
  language: languageName,
  after: (value) => t("afterIs", day(`${value}T12:00`) || value),
  before: (value) => t("untilIs", day(`${shifted(value, -1)}T12:00`) || value),
  tag: (value) => `#${value}`,
  field: (value) => t("fieldIs", ...split(value)),
};

// A filter in words; `paths` are those that it is to be told apart from.
export function filterName(filter, paths = []) {
  const [field, value] = split(filter);
  if (field === "path") return t("pathIs", shortName(value, paths));
  return (NAMES[field] ?? String)(value);
}

export function drawChips(state, paths, change) {
  // Those of collections are pressed in a row of their own, and documents that were chosen are one.
  const drawn = state.filters.filter((filter) => !["collection", "document"].includes(split(filter)[0]));
  const documents = state.filters.filter((filter) => split(filter)[0] === "document");
  const chips = drawn.map((filter) => chip(filterName(filter, paths), split(filter)[1], () => change({ filters: state.filters.filter((other) => other !== filter) })));
  if (documents.length) {
    const words = t("chosenDocuments", documents.length);
    const own = chip(words, words, () => change({ filters: state.filters.filter((other) => !documents.includes(other)) }));
    if (documents.length === 1) titleOf(split(documents[0])[1]).then((title) => name(own, title), () => {}); // it may be gone
    chips.push(own);
  }
  if (state.mode !== MODES[0]) chips.push(chip(t(`mode_${state.mode}`), t(`${state.mode}Tip`), () => change({ mode: MODES[0] })));
  if (state.sort !== ORDERS[0]) chips.push(chip(t(`order_${state.sort}`), t("sort"), () => change({ sort: ORDERS[0] })));
  if (!state.group) chips.push(chip(t("everyPassage"), t("byDocument"), () => change({ group: true })));
  byId("chips").replaceChildren(...chips);
}

const titles = new Map(); // of documents, by id

function titleOf(id) {
  if (!titles.has(id)) titles.set(id, getJson(`/api/documents/${encodeURIComponent(id)}`).then((entry) => entry.title || entry.source));
  return titles.get(id);
}

function name(button, words) {
  button.setAttribute("aria-label", t("remove", words));
  button.firstChild.textContent = button.title = words;
}

function chip(words, title, remove) {
  // The chips move up by one: the second press of two would take the next one away.
  const onclick = (event) => event.detail < 2 && (remove(), byId("chips").querySelector("button")?.focus());
  return h("button", { type: "button", class: "chip chosen", "aria-label": t("remove", words), title, onclick }, h("span", { dir: "auto" }, words), icon("close"));
}
