// A list to choose from (ARIA's listbox): arrows, Home, End and letters move, Enter and the space bar choose.

import { h, icon } from "./dom.js";

// `options`: [{value, text, count, selected, title}]; `choose(value)` is told which one was pressed.
export function listbox({ name, label, options, choose, multiple = false }) {
  const list = h("ul", { class: "options", role: "listbox", "aria-label": label, "aria-multiselectable": multiple ? "true" : null });
  const items = options.map(({ value, text, count, selected, title }) => {
    const shown = [h("span", { class: "value", dir: "auto" }, text), h("span", { class: "count" }, count ?? ""), tick()];
    return h("li", { role: "option", "aria-selected": String(Boolean(selected)), "data-key": `${name}:${value}`, "data-value": value, title }, ...shown);
  });
  list.append(...items);
  listen(list, choose);
  return list;
}

export const tick = () => h("span", { class: "tick" }, icon("tick"));

// Makes of the items of `list` one stop of the Tab key; `extra` has further keys, each called with the item in focus.
export function listen(list, choose, extra = {}) {
  const items = () => [...list.children];
  const start = list.querySelector('[aria-selected="true"]') ?? list.firstElementChild;
  for (const item of items()) item.tabIndex = item === start ? 0 : -1;
  const go = (item) => {
    for (const other of items()) other.tabIndex = other === item ? 0 : -1;
    item?.focus();
  };
  list.addEventListener("click", (event) => {
    const item = event.target.closest("[data-value]");
    // The list may be drawn anew by the first press of two, and the second meet another item.
    if (item && event.detail < 2) choose(item.dataset.value);
  });
  list.addEventListener("keydown", (event) => {
    const item = event.target.closest("[data-value]");
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = items();
    const at = all.indexOf(item);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 };
    if (event.key in extra) go(extra[event.key](item) ?? item);
    else if (event.key in moves) go(all[Math.max(0, Math.min(moves[event.key], all.length - 1))]);
    else if (event.key === "Enter" || event.key === " ") choose(item.dataset.value);
    else if (event.key.length === 1) go(next(all, at, event.key) ?? item);
    else return;
    event.preventDefault();
  });
}

// The next item that begins with a letter, from the one in focus on and around.
function next(all, at, letter) {
  const begins = (item) => item.querySelector(".value").textContent.trim().toLowerCase().startsWith(letter.toLowerCase());
  return [...all.slice(at + 1), ...all.slice(0, at)].find(begins);
}
