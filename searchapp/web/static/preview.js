// The rail beside a list without an answer: the hit in focus with its surroundings, and what its document is.

import { byId, h, marked } from "./dom.js";
import { crumbs, place } from "./hit.js";
import { day, languageName, t } from "./i18n.js";
import { getJson } from "./http.js";
import { opens } from "./links.js";
import { thumbs } from "./thumbs.js";
import { tools } from "./toolbar.js";

const PAUSE_MS = 150; // on a hit, before it is the one in focus
const MOST_KEPT = 50;
const rail = byId("preview");
const hits = new WeakMap(); // by element
const around = new Map(); // what was fetched, by chunk
let shown = null; // {hit, element}
let pause = 0;
let finds = () => {};

// Tells which hit an element is, and with it what to show when it is in focus. `more(hit)` finds more like it.
export function previews(element, hit, more) {
  hits.set(element, hit);
  finds = more;
}

// Shows the hit of `element` at once; nothing where there is none.
export function showPreview(element) {
  clearTimeout(pause);
  if (shown?.element === element && element) return;
  shown?.element.classList.remove("current");
  shown = element ? { element, hit: hits.get(element) } : null;
  rail.hidden = !shown;
  rail.replaceChildren();
  if (!shown) return;
  if (!rail.checkVisibility()) return (shown = null); // an answer or an opened document has its place
  element.classList.add("current");
  const { hit } = shown;
  const known = around.get(hit.chunk_id);
  draw(hit, known);
  if (!known) surround(hit);
}

async function surround(hit) {
  let found;
  try {
    const id = encodeURIComponent(hit.document_id);
    found = await getJson(`/api/documents/${id}/passages?around=${encodeURIComponent(hit.chunk_id)}&size=3`);
  } catch (problem) {
    found = { problem }; // it may have been deleted since
  }
  if (!found.problem) around.set(hit.chunk_id, found);
  if (around.size > MOST_KEPT) around.delete(around.keys().next().value);
  if (shown?.hit === hit) draw(hit, found);
}

function draw(hit, found) {
  const parts = [
    h("h2", {}, h("a", { ...opens(hit), dir: "auto" }, hit.title || hit.source)),
    place(hit) && h("p", { class: "muted", dir: "auto" }, place(hit)),
    found?.problem && h("p", { class: "gone", role: "status" }, found.problem.message),
    h("div", { class: "preview-text", dir: "auto", tabindex: "0", role: "region", "aria-label": t("passageText") }, ...text(hit, found?.passages ?? [])),
    h("dl", { class: "preview-facts" }, ...facts(hit, found?.document)),
    h("div", { class: "preview-tools" }, h("a", { class: "quiet", ...opens(hit) }, t("openHere")), ...tools(hit, finds)),
    h("p", { class: "preview-judge muted" }, t("judge"), thumbs(hit)),
  ];
  rail.replaceChildren(...parts.filter(Boolean));
}

// The passage between its neighbours, less what they share with it.
function text(hit, passages) {
  const at = passages.findIndex((one) => one.id === hit.chunk_id);
  const [own, before, after] = [passages[at], passages[at - 1], passages[at + 1]];
  const beside = (words) => words.trim() && h("p", { class: "beside" }, words.trim());
  return [
    before && beside(before.text.slice(0, before.text.length - Math.max(0, before.end - own.start))),
    h("p", { class: "own" }, ...(hit.byMeaning ? [hit.text] : marked(markedText(hit)))),
    after && beside(after.text.slice(Math.max(0, own.end - after.start))),
  ].filter(Boolean);
}

// The whole passage with the words marked that the excerpts mark.
function markedText(hit) {
  return hit.highlights.reduce((whole, piece) => whole.replace(piece.replace(/[\uE000\uE001]/g, ""), () => piece), hit.text);
}

function facts(hit, entry) {
  const rows = [
    ["factFolder", h("dd", { title: hit.source }, ...crumbs(hit.source))],
    ["facet_type", h("dd", {}, t(hit.type))],
    ["facet_date", hit.modified && h("dd", {}, h("time", { datetime: hit.modified }, day(hit.modified)))],
    ["factLength", entry?.pages && h("dd", {}, t("pages", entry.pages))],
    ["facet_language", hit.language && h("dd", {}, languageName(hit.language))],
    ["facet_collection", hit.collections?.length > 0 && h("dd", { dir: "auto" }, hit.collections.join(t("comma")))],
    ["facet_tag", hit.tags.length > 0 && h("dd", { dir: "auto" }, hit.tags.map((tag) => `#${tag}`).join(" "))],
  ];
  return rows.filter(([, fact]) => fact).flatMap(([name, fact]) => [h("dt", {}, t(name)), fact]);
}

function follow(event) {
  const element = event.target.closest?.(".hit");
  clearTimeout(pause);
  if (element && hits.has(element)) pause = setTimeout(() => element.isConnected && showPreview(element), PAUSE_MS);
}

byId("results-body").addEventListener("focusin", follow);
byId("results-body").addEventListener("pointerover", (event) => event.pointerType === "mouse" && follow(event));
byId("results-body").addEventListener("pointerleave", () => clearTimeout(pause));
