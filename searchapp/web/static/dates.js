// When documents were last changed: presets, the years that were found, and two dates to choose. The API's `before` is the
// first day that is left out, the page's "to" the last one that is not.

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { listbox } from "./listbox.js";
import { valueOf, withValue } from "./state.js";

const PRESETS = { week: (day) => day.setDate(day.getDate() - 7), month: (day) => day.setMonth(day.getMonth() - 1), year: (day) => day.setFullYear(day.getFullYear() - 1) };

const iso = (date) => [String(date.getFullYear()).padStart(4, "0"), ...[date.getMonth() + 1, date.getDate()].map((n) => String(n).padStart(2, "0"))].join("-");

// The day `n` days after an ISO day; empty for what is none.
export function shifted(day, n) {
  const date = new Date(`${day}T12:00`);
  if (Number.isNaN(date.getTime())) return "";
  date.setDate(date.getDate() + n);
  return iso(date);
}

function presetDay(name) {
  const date = new Date();
  PRESETS[name](date);
  return iso(date);
}

// What fills the menu. `filters()` gives those that hold now, which `change({filters})` replaces.
export function dateChoices(filters, years, change) {
  const after = valueOf(filters(), "after");
  const before = valueOf(filters(), "before");
  const set = (field, value) => change({ filters: withValue(filters(), field, value) });
  const preset = (name) => {
    const without = withValue(withValue(filters(), "before", ""), "after", "");
    change({ filters: name === "any" ? without : withValue(without, "after", presetDay(name)) });
  };
  const options = ["any", ...Object.keys(PRESETS)].map((name) => {
    const selected = name === "any" ? !after && !before : after === presetDay(name) && !before;
    return { value: name, text: t(`date_${name}`), selected };
  });
  const input = (field, value, store) => {
    const onchange = (event) => event.target.value !== value && set(field, store(event.target.value));
    return h("label", {}, h("span", {}, t(`date_${field}`)), h("input", { type: "date", value, "data-key": `date:${field}`, max: "9998-12-31", onchange }));
  };
  return [
    listbox({ name: "date", label: t("facet_date"), options, choose: preset }),
    h("div", { class: "range" }, input("after", after, (day) => day), input("before", before && shifted(before, -1), (day) => day && shifted(day, 1))),
    years,
  ];
}
