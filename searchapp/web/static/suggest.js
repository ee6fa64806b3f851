// Completions below the box: a combobox with a list (ARIA APG). They never hold up typing, and fail in silence.

import { byId, h } from "./dom.js";
import { getJson } from "./http.js";

const PAUSE_MS = 120;
const SHORTEST = 2; // letters; one character of Chinese, Japanese or Korean says enough
const box = byId("q");
const list = byId("suggestions");
const known = new Map(); // what was asked before
let pause = 0;
let running = null;
let active = -1;

// `filters` gives the page's filters, `chosen` takes the completion that was picked.
export function listenToSuggestions(filters, chosen) {
  const pick = (option) => {
    box.value = option.textContent;
    closeSuggestions();
    chosen(box.value);
  };
  box.addEventListener("input", (event) => typed(event, filters));
  box.addEventListener("compositionend", (event) => typed(event, filters));
  box.addEventListener("blur", closeSuggestions);
  box.addEventListener("keydown", (event) => key(event, pick));
  // The box keeps the focus, so that a press on the list is no blur.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) pick(option);
  });
}

export function closeSuggestions() {
  clearTimeout(pause);
  running?.abort();
  show([]);
}

function typed(event, filters) {
  clearTimeout(pause);
  running?.abort();
  if (event.isComposing) return; // an input method is still making characters of the keys
  const q = box.value.trimStart();
  if (q.length < SHORTEST && !/[^\x00-\x7f]/.test(q)) return show([]);
  pause = setTimeout(() => complete(q, filters()), PAUSE_MS);
}

async function complete(q, filters) {
  const query = new URLSearchParams({ q });
  for (const filter of filters) query.append("filter", filter);
  const asked = query.toString();
  const own = (running = new AbortController());
  try {
    if (!known.has(asked)) known.set(asked, (await getJson(`/api/complete?${asked}`, { signal: own.signal })).completions);
  } catch {
    return show([]); // help that fails must not stand in the way
  }
  if (!own.signal.aborted && document.activeElement === box && box.value.trimStart() === q) show(known.get(asked));
}

function show(texts) {
  list.replaceChildren(...texts.map((text, i) => h("li", { id: `suggestion-${i}`, role: "option", "aria-selected": "false", dir: "auto" }, text)));
  list.hidden = !texts.length;
  box.setAttribute("aria-expanded", String(texts.length > 0));
  mark(-1);
}

function mark(index) {
  active = index;
  [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
  if (index < 0) return box.removeAttribute("aria-activedescendant");
  box.setAttribute("aria-activedescendant", `suggestion-${index}`);
  list.children[index].scrollIntoView({ block: "nearest" });
}

function key(event, pick) {
  if (event.isComposing || list.hidden) return;
  const count = list.children.length;
  if (event.key === "ArrowDown") mark(active + 1 < count ? active + 1 : -1);
  else if (event.key === "ArrowUp") mark(active < 0 ? count - 1 : active - 1);
  else if (event.key === "Escape") closeSuggestions();
  else if (event.key === "Enter" && active >= 0) pick(list.children[active]);
  else return;
  event.preventDefault();
  event.stopPropagation();
}
