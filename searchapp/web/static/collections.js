// Collections as chips with the number of their documents: a press bounds the search to one, another one takes that back.

import { byId, h } from "./dom.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";
import { split, toggled } from "./state.js";

const FRESH_MS = 5000; // others make and fill them meanwhile
const MOST_CHIPS = 8; // in a row; all of them on demand
let known = { at: -FRESH_MS, list: Promise.resolve([]) };
let every = false;
let drawing = 0;

// As the API lists them, each name once; asked for again when that was a while ago.
export function collections() {
  if (performance.now() - known.at > FRESH_MS) {
    const before = known.list;
    const list = getJson("/api/collections").then(({ collections: all }) => [...new Map(all.map((one) => [one.name, one])).values()]);
    known = { at: performance.now(), list: list.catch(() => before) }; // a search will say what is wrong
  }
  return known.list;
}

// Chips of `list`; those of `chosen` names are pressed, also where there is no such collection any more.
function collectionChips(list, chosen, choose) {
  const there = new Map(list.map((one) => [one.name, one]));
  const gone = chosen.filter((name) => !there.has(name)).map((name) => ({ name, documents: 0, description: t("collectionGone") }));
  return [...gone, ...list].map((one) => {
    const pressed = chosen.includes(one.name);
    const chip = { type: "button", class: there.has(one.name) ? "chip" : "chip gone", "aria-pressed": String(pressed), title: one.description || one.name };
    const count = h("span", { class: "count" }, String(one.documents));
    return h("button", { ...chip, "data-name": one.name, onclick: () => choose(one.name) }, h("span", { class: "name", dir: "auto" }, one.name), count);
  });
}

// The row of the search page; it is not there where there is no collection.
export async function drawCollections(state, change) {
  const mine = (drawing += 1);
  const list = await collections();
  if (mine !== drawing) return; // another state has been drawn meanwhile
  const row = byId("collection-chips");
  const chosen = state.filters.map(split).filter(([field]) => field === "collection").map(([, name]) => name);
  const filled = list.filter((one) => one.documents || chosen.includes(one.name));
  const largest = [...filled].sort((a, b) => b.documents - a.documents).slice(0, MOST_CHIPS);
  const shown = every ? filled : filled.filter((one) => largest.includes(one) || chosen.includes(one.name));
  const focused = document.activeElement?.closest?.("#collection-chips button")?.dataset.name;
  const chips = collectionChips(shown, chosen, (name) => change({ filters: toggled(state.filters, `collection=${name}`) }));
  if (filled.length > largest.length) chips.push(more(filled.length, () => drawCollections(state, change)));
  row.replaceChildren(...chips);
  row.hidden = !chips.length;
  row.classList.toggle("every", every);
  if (focused !== undefined) [...row.children].find((chip) => chip.dataset.name === focused)?.focus();
}

function more(count, redraw) {
  const onclick = () => {
    every = !every;
    redraw();
  };
  return h("button", { type: "button", class: "quiet", "aria-expanded": String(every), "data-name": "", onclick }, every ? t("collectionsFewer") : t("collectionsAll", count));
}
