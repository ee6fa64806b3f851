// The row under the box: kind of search, facets, further filters. Every change goes through `change`.

import { byId, h, icon } from "./dom.js";
import { languageName, t, typeName } from "./i18n.js";
import { MODES, split, toggled, valueOf, withValue } from "./state.js";

const MOST_VALUES = 6;
const FACETS = { type: typeName, language: languageName };
// Facets count what passed the filters; the values offered before are kept so that one can switch between them.
let offered = { q: null, values: {} };

export function drawModes(state, change) {
  const buttons = MODES.map((mode) => {
    const onclick = () => change({ mode });
    return h("button", { type: "button", "aria-pressed": String(mode === state.mode), title: t(`${mode}Tip`), onclick }, t(mode));
  });
  byId("modes").replaceChildren(...buttons);
}

export function drawFacets(state, facets, change) {
  if (offered.q !== state.q) offered = { q: state.q, values: {} };
  byId("chips").replaceChildren(
    ...Object.keys(FACETS).flatMap((field) => facetChips(field, state, facets[field] ?? {}, change)),
    ...plainChips(state, change),
  );
}

function facetChips(field, state, counts, change) {
  const chosen = state.filters.map(split).filter(([name]) => name === field).map(([, value]) => value);
  const byCount = Object.keys(counts).sort((a, b) => counts[b] - counts[a]).slice(0, MOST_VALUES);
  const values = [...new Set([...(offered.values[field] ?? []), ...byCount, ...chosen])];
  offered.values[field] = values;
  if (values.length < 2 && !chosen.length) return []; // a single value is no choice
  return values.map((value) => {
    const filter = `${field}=${value}`;
    const pressed = chosen.includes(value);
    return h(
      "button",
      { type: "button", class: "chip", "aria-pressed": String(pressed), onclick: () => change({ filters: toggled(state.filters, filter) }) },
      FACETS[field](value),
      counts[value] ? h("span", { class: "count" }, String(counts[value])) : null,
      pressed ? icon("close") : null,
    );
  });
}

function plainChips(state, change) {
  return ["path", "after", "before"].flatMap((field) => {
    const value = valueOf(state.filters, field);
    if (!value) return [];
    const words = t(`${field}Is`, value);
    const onclick = () => change({ filters: withValue(state.filters, field, "") });
    return [h("button", { type: "button", class: "chip", "aria-pressed": "true", "aria-label": t("remove", words), onclick }, words, icon("close"))];
  });
}

// The panel with path and dates; `current` gives the state at the time of the change.
export function listenToPanel(current, change) {
  const button = byId("filter-button");
  const panel = byId("filter-panel");
  button.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden) byId("filter-path").focus();
  });
  panel.addEventListener("submit", (event) => event.preventDefault());
  for (const field of ["path", "after", "before"]) {
    byId(`filter-${field}`).addEventListener("change", (event) => {
      change({ filters: withValue(current().filters, field, event.target.value.trim()) });
    });
  }
  byId("filter-clear").addEventListener("click", () => change({ filters: [] }));
}

export function fillPanel(state) {
  for (const field of ["path", "after", "before"]) byId(`filter-${field}`).value = valueOf(state.filters, field);
}
