// Which documents are chosen: by boxes, by keys, by a press with Shift. They stay chosen from page to page.

import { byId } from "./dom.js";

// `list` is the body of the table; `tell` is called with the chosen entries, `erase` when Delete is pressed.
export function selection(list, tell, erase) {
  const chosen = new Map(); // entries by id
  let anchor = ""; // where a range begins
  const rows = () => [...list.querySelectorAll("tr[data-id]")];
  const rowOf = (id) => rows().find((row) => row.dataset.id === id);

  function put(row, on) {
    if (on) chosen.set(row.dataset.id, row.entry);
    else chosen.delete(row.dataset.id);
  }

  function show() {
    const all = rows();
    for (const row of all) {
      const on = chosen.has(row.dataset.id);
      row.setAttribute("aria-selected", String(on));
      row.querySelector("input").checked = on;
    }
    const here = all.filter((row) => chosen.has(row.dataset.id)).length;
    const box = byId("all");
    box.checked = here > 0 && here === all.length;
    box.indeterminate = here > 0 && here < all.length;
    tell([...chosen.values()]);
  }

  function range(to, on = true) {
    const all = rows();
    const ends = [all.findIndex((row) => row.dataset.id === anchor), all.indexOf(to)].sort((a, b) => a - b);
    for (const row of all.slice(Math.max(0, ends[0]), ends[1] + 1)) put(row, on);
  }

  function choose(row, { shift = false } = {}) {
    if (shift && rowOf(anchor)) range(row);
    else put(row, !chosen.has(row.dataset.id));
    if (!shift) anchor = row.dataset.id;
    show();
  }

  // One row can be reached by Tab, the others by arrows.
  function focus(row) {
    for (const other of rows()) other.tabIndex = other === row ? 0 : -1;
    row?.focus();
  }

  list.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-id]");
    if (!row || event.target.closest("a, button")) return;
    focus(row);
    choose(row, { shift: event.shiftKey });
  });
  list.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault()); // no text is marked
  document.addEventListener("change", (event) => {
    if (event.target.id !== "all") return;
    for (const row of rows()) put(row, event.target.checked);
    show();
  });
  list.addEventListener("keydown", (event) => {
    const row = event.target.closest("tr[data-id]");
    if (!row || event.target !== row) return; // a button or a link in it has its own keys
    const all = rows();
    const at = all.indexOf(row);
    const steps = { ArrowDown: 1, ArrowUp: -1, Home: -at, End: all.length - 1 - at };
    if (event.key in steps) {
      const next = all[Math.min(all.length - 1, Math.max(0, at + steps[event.key]))];
      if (event.shiftKey) {
        if (!rowOf(anchor)) anchor = row.dataset.id;
        range(next);
        show();
      }
      focus(next);
    } else if (event.key === " ") choose(row, { shift: event.shiftKey });
    else if (event.key === "a" && (event.ctrlKey || event.metaKey)) all.forEach((one) => put(one, true)), show();
    else if (event.key === "Enter") row.querySelector("a").click();
    else if (event.key === "Delete" && chosen.size) erase();
    else if (event.key === "Escape" && chosen.size) api.clear();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const api = {
    entries: () => [...chosen.values()],
    add(entries) {
      for (const entry of entries) chosen.set(entry.id, entry);
      show();
    },
    clear() {
      chosen.clear();
      show();
    },
    // The page was drawn anew: what is known of the chosen is brought up to date.
    drawn(documents, focused) {
      for (const entry of documents) if (chosen.has(entry.id)) chosen.set(entry.id, entry);
      const all = rows();
      if (!all.some((row) => row.tabIndex === 0) && all.length) all[0].tabIndex = 0;
      if (focused && rowOf(focused) && document.activeElement === document.body) focus(rowOf(focused));
      show();
    },
  };
  return api;
}
