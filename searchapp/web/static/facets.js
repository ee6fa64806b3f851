// What was found, counted by type, language, folder or site, year and heading: each value is a filter to tick.

import { byId, h, icon } from "./dom.js";
import { languageName, t, typeName } from "./i18n.js";
import { breadcrumb } from "./links.js";
import { split, toggled } from "./state.js";

const MOST_VALUES = 12;
export const LABELS = {
  type: typeName,
  language: languageName,
  path: (path) => breadcrumb(path, 2).join(" › "),
  year: (year) => year,
  heading: (heading) => heading,
};
const menus = new Map();
// Facets count what passed the filters; the values offered before are kept so that one can switch between them.
let offered = { q: null, values: {} };

export function drawFacets(state, facets, change) {
  const key = state.like || state.q;
  if (offered.q !== key) offered = { q: key, values: {} };
  const focused = document.activeElement?.closest?.("#facets input")?.value;
  const drawn = Object.keys(LABELS).map((field) => menu(field, state, facets[field] ?? {}, change));
  byId("facets").replaceChildren(...drawn.filter(Boolean));
  if (focused) [...byId("facets").querySelectorAll("input")].find((box) => box.value === focused)?.focus();
}

function menu(field, state, counts, change) {
  const chosen = state.filters.map(split).filter(([name]) => name === field).map(([, value]) => value);
  const byCount = Object.keys(counts).sort((a, b) => counts[b] - counts[a]).slice(0, MOST_VALUES);
  const values = [...new Set([...(offered.values[field] ?? []), ...byCount, ...chosen])];
  offered.values[field] = values;
  if (values.length < 2 && !chosen.length) return null; // a single value is no choice
  if (field === "year") values.sort().reverse();
  if (!menus.has(field)) menus.set(field, h("details", { class: "facet", name: "facet" }));
  const details = menus.get(field);
  const named = chosen.length ? t("facetIs", t(`facet_${field}`), chosen.map(LABELS[field]).join(t("comma"))) : t(`facet_${field}`);
  details.classList.toggle("chosen", chosen.length > 0);
  details.replaceChildren(
    h("summary", {}, h("span", { dir: "auto" }, named), icon("down")),
    h("ul", { "aria-label": t(`facet_${field}`) }, ...values.map((value) => choice(field, value, counts[value], chosen, state, change))),
  );
  return details;
}

function choice(field, value, count, chosen, state, change) {
  const filter = `${field}=${value}`;
  const onchange = () => change({ filters: toggled(state.filters, filter) });
  return h(
    "li",
    {},
    h(
      "label",
      { title: value },
      h("input", { type: "checkbox", value: filter, checked: chosen.includes(value), onchange }),
      h("span", { class: "value", dir: "auto" }, LABELS[field](value)),
      h("span", { class: "count" }, count ? String(count) : ""),
    ),
  );
}

function close(details) {
  details.open = false;
}

export function listenToFacets() {
  const open = () => byId("facets").querySelector("details[open]");
  document.addEventListener("click", (event) => {
    const details = open();
    if (details && !details.contains(event.target)) close(details);
  });
  byId("facets").addEventListener("keydown", (event) => {
    const details = open();
    if (event.key !== "Escape" || !details) return;
    event.stopPropagation(); // else Escape would leave the results as well
    close(details);
    details.querySelector("summary").focus();
  });
}
