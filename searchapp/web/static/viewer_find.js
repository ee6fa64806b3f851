// Finding in the viewer: a field with a count, the ways to the next and the last place, and marks on all of them.
// A finder is {search(query, signal, report), show(i), clear()}; `report({count, at, isDone, silent})` as places come.

import { h, icon } from "./dom.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";
import { folded, needleOf, occurrences } from "./viewer_words.js";

const PAUSE_MS = 250;
const BATCH = 20; // pages in one call
const MOST = 5000; // places

export function findBar(finder) {
  const field = h("input", { type: "search", class: "viewer-query", "aria-label": t("findInDocument"), placeholder: t("findInDocument"), maxlength: 200, dir: "auto", autocomplete: "off", spellcheck: "false" });
  const count = h("span", { class: "muted viewer-count", role: "status" });
  const button = (name, label, act) => h("button", { type: "button", class: "bare", "aria-label": t(label), title: t(label), onclick: act }, icon(name));
  const form = h("form", { class: "viewer-find", role: "search", hidden: true }, icon("search"), field, count, button("left", "previousPlace", () => step(-1)), button("right", "nextPlace", () => step(1)), button("close", "endFind", close));
  let pause = 0;
  let running = null;
  let found = { count: 0, at: 0 };

  form.addEventListener("submit", (event) => event.preventDefault());
  field.addEventListener("input", (event) => {
    clearTimeout(pause);
    if (!event.isComposing) pause = setTimeout(begin, PAUSE_MS);
  });
  field.addEventListener("compositionend", begin);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) step(event.shiftKey ? -1 : 1);
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });

  async function begin() {
    clearTimeout(pause);
    running?.abort();
    finder.clear();
    found = { count: 0, at: 0 };
    count.textContent = "";
    const needle = needleOf(field.value);
    if (!needle) return;
    const own = (running = new AbortController());
    count.textContent = t("searching");
    try {
      await finder.search(needle, own.signal, (news) => !own.signal.aborted && tell(news));
    } catch (problem) {
      if (!own.signal.aborted) count.textContent = [problem.message, problem.remedy].filter(Boolean).join(" ");
    }
  }

  function tell(news) {
    found = news;
    const most = news.isFull ? "+" : news.isDone ? "" : "…";
    const places = news.count ? t("placeOf", news.at + 1, `${news.count}${most}`) : news.isDone ? t("noPlace") : t("searching");
    count.textContent = news.isDone && news.silent ? `${places} · ${t("silentPages", news.silent)}` : places;
  }

  function step(by) {
    if (!found.count) return;
    found.at = (found.at + by + found.count) % found.count;
    finder.show(found.at);
    tell(found);
  }

  function open() {
    form.hidden = false;
    field.focus();
    field.select();
  }

  function close() {
    leave();
    count.textContent = "";
    form.hidden = true;
    form.closest(".viewer")?.focus({ preventScroll: true });
  }

  function leave() {
    clearTimeout(pause);
    running?.abort();
    finder.clear();
  }

  return { form, open, leave, isFocused: () => document.activeElement === field };
}

// Finds over all pages of a PDF, from the one that is read on; pages need not be drawn.
export function pageFinder({ base, sheets, current, show }) {
  const texts = new Map(); // page -> its runs, without their places
  let needle = "";
  let places = []; // [{page, from, to}], by page
  let chosen = null;
  let isAwaited = false; // the page of what is chosen is not drawn yet
  const drawn = new Map(); // sheet -> the ranges on it

  return {
    async search(wanted, signal, report) {
      needle = wanted;
      places = [];
      chosen = null;
      const start = current();
      let silent = 0;
      for await (const page of pagesFrom(start, signal)) {
        const runs = texts.get(page);
        if (!runs.length) silent += 1;
        const here = occurrences(folded(runs), needle, runs, MOST - places.length).map((place) => ({ page, ...place }));
        if (here.length) {
          const at = places.findIndex((place) => place.page > page);
          places.splice(at < 0 ? places.length : at, 0, ...here);
          mark(sheets[page - 1]);
          if (!chosen) choose(here[0]);
        }
        const isFull = places.length >= MOST;
        report({ count: places.length, at: Math.max(0, places.indexOf(chosen)), isDone: isFull, isFull, silent });
        if (isFull) return;
      }
      report({ count: places.length, at: Math.max(0, places.indexOf(chosen)), isDone: true, silent });
    },
    show: (at) => choose(places[at]),
    mark,
    clear() {
      needle = "";
      places = [];
      chosen = null;
      drawn.clear();
      paint("found", []);
      paint("chosen", []);
    },
  };

  async function* pagesFrom(start, signal) {
    const order = [...sheets.slice(start - 1), ...sheets.slice(0, start - 1)].map((sheet) => sheet.number);
    for (const page of order) {
      if (!texts.has(page)) {
        const { layers } = await getJson(`${base}/layers?from=${page}&size=${BATCH}`, { signal });
        for (const layer of layers) texts.set(layer.page, layer.runs.map(({ text, then }) => ({ text, then })));
      }
      if (signal.aborted) return;
      if (texts.has(page)) yield page;
    }
  }

  function choose(place) {
    chosen = place;
    const sheet = sheets[place.page - 1];
    const range = rangeOf(place, sheet.nodes);
    isAwaited = !range;
    show(place.page, range);
    paint("chosen", range ? [range] : []);
  }

  // Marks what stands on a page that is drawn, now or just.
  function mark(sheet) {
    const here = needle ? places.filter((place) => place.page === sheet.number) : [];
    drawn.set(sheet, here.map((place) => rangeOf(place, sheet.nodes)).filter(Boolean));
    for (const one of drawn.keys()) if (!one.nodes.length) drawn.delete(one); // it is out of sight again
    paint("found", [...drawn.values()].flat());
    if (chosen?.page !== sheet.number || !sheet.nodes.length) return;
    if (isAwaited) choose(chosen);
    else paint("chosen", [rangeOf(chosen, sheet.nodes)]);
  }
}

// Finds in a document that is there as text; `load` brings the rest of it.
export function textFinder({ root, load }) {
  let ranges = [];
  return {
    async search(needle, signal, report) {
      await load?.(signal);
      if (signal.aborted) return;
      const runs = runsOf(root());
      const nodes = runs.map((run) => run.node);
      ranges = occurrences(folded(runs), needle, runs, MOST).map((place) => rangeOf(place, nodes));
      paint("found", ranges);
      if (ranges.length) this.show(0);
      report({ count: ranges.length, at: 0, isDone: true, isFull: ranges.length >= MOST });
    },
    show(at) {
      paint("chosen", [ranges[at]]);
      ranges[at].startContainer.parentElement.scrollIntoView({ block: "center", inline: "nearest" });
    },
    clear() {
      ranges = [];
      paint("found", []);
      paint("chosen", []);
    },
  };
}

function runsOf(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const runs = [];
  let block = null;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const own = node.parentElement.closest("p, li, td, th, pre, blockquote, h1, h2, h3, h4, h5, h6, dt, dd, div");
    if (runs.length && own !== block) runs.at(-1).then = "\n";
    block = own;
    runs.push({ node, text: node.data, then: "" });
  }
  return runs;
}

function rangeOf({ from, to }, nodes) {
  if (!nodes[from[0]] || !nodes[to[0]]) return null;
  const range = document.createRange();
  range.setStart(nodes[from[0]], from[1]);
  range.setEnd(nodes[to[0]], to[1]);
  return range;
}

// Painted by the browser, without a change to the text; where it cannot, the place that is shown is selected.
function paint(name, ranges) {
  if (CSS.highlights) {
    if (ranges.length) CSS.highlights.set(`viewer-${name}`, new Highlight(...ranges));
    else CSS.highlights.delete(`viewer-${name}`);
  } else if (name === "chosen" && ranges.length) {
    getSelection().setBaseAndExtent(ranges[0].startContainer, ranges[0].startOffset, ranges[0].endContainer, ranges[0].endOffset);
  }
}
