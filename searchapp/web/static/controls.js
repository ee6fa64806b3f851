// The one row of controls: Type, Folder, Date and More, each a button with a menu. Every change goes through `change`.

import { filterName, drawChips } from "./chips.js";
import { dateChoices } from "./dates.js";
import { byId, h } from "./dom.js";
import { folderTree } from "./folders.js";
import { t } from "./i18n.js";
import { listbox } from "./listbox.js";
import { menu, refill } from "./menu.js";
import { MODES, ORDERS, split, toggled } from "./state.js";

const MOST_VALUES = 12; // of a list in a menu; folders are a tree and have room
const LISTED = ["tag", "language", "field", "heading"]; // under More; collections are chips of their own
const menus = Object.fromEntries(["type", "path", "date", "more"].map((name) => [name, menu(name, t(`facet_${name}`))]));
// Facets count what passed the filters; the values offered before are kept so that one can switch between them.
let offered = { q: null, values: {} };
let current = null; // the state as it is now; a menu may have been drawn for an earlier one

byId("controls").append(...Object.values(menus).flatMap(({ button, panel }) => [button, panel]));

// `facets` as the API counts them; null while they are not there yet, when only the chips are drawn anew.
export function drawControls(state, facets, change) {
  current = state;
  const key = state.like || state.q;
  if (offered.q !== key) offered = { q: key, values: {} };
  const valuesOf = (field, most = MOST_VALUES) => offer(field, state, facets?.[field] ?? {}, most);
  const paths = valuesOf("path", Infinity);
  drawChips(state, paths, change);
  if (!facets) return;
  const options = (field) =>
    valuesOf(field).map((value) => ({ value, text: filterName(`${field}=${value}`), count: facets[field]?.[value], selected: state.filters.includes(`${field}=${value}`), title: value }));
  const toggle = (field) => (value) => change({ filters: toggled(current.filters, `${field}=${value}`) });
  const list = (field) => {
    const choices = options(field);
    return choices.length ? listbox({ name: field, label: t(`facet_${field}`), options: choices, choose: toggle(field), multiple: true }) : null;
  };
  const drawPath = () => {
    const counts = Object.fromEntries(paths.map((path) => [path, facets.path?.[path] ?? 0]));
    const chosen = state.filters.map(split).filter(([field]) => field === "path").map(([, path]) => path);
    refill(menus.path.panel, paths.length ? folderTree({ counts, chosen, choose: toggle("path"), redraw: drawPath }) : none());
  };
  refill(menus.type.panel, list("type") ?? none());
  drawPath();
  refill(menus.date.panel, ...dateChoices(() => current.filters, section("year", list("year")), change));
  refill(menus.more.panel, ...settings(state, change), ...LISTED.map((field) => section(field, list(field))));
}

function offer(field, state, counts, most) {
  const chosen = state.filters.map(split).filter(([name]) => name === field).map(([, value]) => value);
  const byCount = Object.keys(counts).sort((a, b) => counts[b] - counts[a]).slice(0, most);
  const values = [...new Set([...(offered.values[field] ?? []), ...byCount, ...chosen])];
  offered.values[field] = values;
  return field === "year" ? values.sort().reverse() : values;
}

// How is searched, in which order, and whether a document is one entry.
function settings(state, change) {
  const one = (field, label, values, prefix) => {
    const options = values.map((value) => ({ value, text: t(`${prefix}_${value}`), selected: value === state[field], title: prefix === "mode" ? t(`${value}Tip`) : null }));
    return section(field, listbox({ name: field, label, options, choose: (value) => change({ [field]: value }) }), label);
  };
  const onchange = (event) => change({ group: event.target.checked });
  return [
    one("mode", t("modes"), MODES, "mode"),
    one("sort", t("sort"), ORDERS, "order"),
    h("label", { class: "switch" }, h("input", { type: "checkbox", checked: state.group, "data-key": "group", onchange }), t("byDocument")),
  ];
}

const section = (field, list, label) => list && h("section", {}, h("h3", { "aria-hidden": "true" }, label ?? t(`facet_${field}`)), list);

const none = () => h("p", { class: "muted", tabindex: "0" }, t("noChoice"));
