// The row under the box: kind of search, the filters that hold, further filters. Every change goes through `change`.

import { byId, h, icon } from "./dom.js";
import { LABELS } from "./facets.js";
import { t } from "./i18n.js";
import { MODES, split, valueOf, withValue } from "./state.js";

export function drawModes(state, change) {
  const buttons = MODES.map((mode) => {
    const onclick = () => change({ mode });
    return h("button", { type: "button", "aria-pressed": String(mode === state.mode), title: t(`${mode}Tip`), onclick }, t(mode));
  });
  byId("modes").replaceChildren(...buttons);
}

// Each filter that holds, to be taken away by a press.
export function drawChips(state, change) {
  const chips = state.filters.map((filter) => {
    const [field, value] = split(filter);
    const words = ["after", "before"].includes(field) ? t(`${field}Is`, value) : field === "path" ? t("pathIs", LABELS.path(value)) : (LABELS[field] ?? String)(value);
    const onclick = () => change({ filters: state.filters.filter((other) => other !== filter) });
    return h("button", { type: "button", class: "chip", "aria-pressed": "true", "aria-label": t("remove", words), title: value, onclick }, words, icon("close"));
  });
  byId("chips").replaceChildren(...chips);
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
