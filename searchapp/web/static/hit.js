// One found passage as a card of at most five lines: title, where it stands, an excerpt, what is behind it.

import { h, icon, marked } from "./dom.js";
import { day, t } from "./i18n.js";
import { breadcrumb, opens } from "./links.js";
import { hitTools } from "./toolbar.js";

const MOST_WORDS = 6; // that are named as matched

// `more` is called with a hit when more like it is wanted.
export function hitElement(hit, more) {
  const snippet = h("p", { class: "snippet", dir: "auto" });
  showExcerpt(snippet, hit);
  const why = h("p", { class: "why", hidden: true }, whyInWords(hit));
  const folds = [behind(hit), duplicates(hit)].filter(Boolean);
  return h(
    "li",
    { class: "hit", "data-chunk": hit.chunk_id },
    h("h3", {}, h("a", { class: "title", ...opens(hit), dir: "auto", title: hit.title || hit.source }, hit.title || hit.source)),
    h("p", { class: "facts" }, ...facts(hit)),
    snippet,
    folds.length > 0 && h("div", { class: "folds" }, ...folds),
    hitTools(hit, { more, why }),
    why,
  );
}

// The pieces that matter. Of what was found by meaning alone the server marks the nearest sentence whole, no words.
export function showExcerpt(snippet, hit) {
  const pieces = marked(hit.highlights.length ? hit.highlights.join(" … ") : hit.text);
  snippet.replaceChildren(...pieces.map((piece) => (hit.byMeaning && piece instanceof Element ? h("span", { class: "near" }, piece.textContent) : piece)));
}

export const hasMarks = (hit) => hit.highlights.some((piece) => piece.includes("\uE000"));

export function crumbs(source) {
  return breadcrumb(source).flatMap((part, i) => (i ? [h("span", { class: "crumb-mark", "aria-hidden": "true" }, "›"), part] : [part]));
}

// The page and the innermost headings; empty where a document has neither.
export function place(hit) {
  const headings = hit.headings.filter((heading) => heading !== hit.title);
  return [hit.page && t("page", hit.page), headings.slice(-2).join(" › ")].filter(Boolean).join(" · ");
}

function facts(hit) {
  const where = place(hit);
  return [
    h("span", { class: "badge" }, t(hit.type)),
    hit.unembedded && h("span", { class: "by-words", title: t("whyByWords") }, t("byWords")),
    where && h("span", { class: "where", dir: "auto" }, where),
    h("span", { class: where ? "crumbs" : "crumbs where", title: hit.source }, ...crumbs(hit.source)),
    hit.modified && h("time", { datetime: hit.modified }, day(hit.modified)),
  ];
}

// What stands behind it: its document's other passages, and passages that say nearly the same.
function behind(hit) {
  const rest = hit.same_document - hit.more_from_document.length;
  return fold(
    hit.same_document && t("morePassages", hit.same_document),
    [...hit.more_from_document.map(passage), rest > 0 ? h("li", { class: "muted" }, t("andMore", rest)) : null],
  );
}

function duplicates(hit) {
  const rest = hit.near_duplicates - hit.duplicates.length;
  return fold(
    hit.near_duplicates && t("similarPassages", hit.near_duplicates),
    [...hit.duplicates.map(copy), rest > 0 ? h("li", { class: "muted" }, t("andMore", rest)) : null],
  );
}

function fold(words, items) {
  return words ? h("details", { class: "fold" }, h("summary", {}, words, icon("down")), h("ul", {}, ...items)) : null;
}

function passage(hit) {
  const where = [hit.page && t("page", hit.page), hit.headings.at(-1)].filter(Boolean).join(" · ");
  const text = hit.highlights.length ? hit.highlights.join(" … ") : hit.text;
  return h("li", {}, h("a", { ...opens(hit), dir: "auto" }, where || hit.title || hit.source), h("p", { dir: "auto" }, ...marked(text)));
}

function copy(hit) {
  return h("li", {}, h("a", { ...opens(hit), dir: "auto" }, hit.title || hit.source), h("p", { title: hit.source }, breadcrumb(hit.source).join(" › ")));
}

// Why it was found, in a sentence or two: no scores, which mean nothing to people.
function whyInWords(hit) {
  const { keyword, semantic } = hit.scores;
  const words = matchedWords(hit);
  const sentences = [
    words.length && t("whyFound", words.map((word) => t("quoted", word)).join(t("comma"))),
    hit.reranked ? t("whyReranked") : t(keyword && semantic ? "whyBoth" : keyword ? "whyWords" : "whyMeaning", keyword?.rank, semantic?.rank),
    hit.weak && t("whyWeak"),
    hit.unembedded && t("whyByWords"),
  ];
  return sentences.filter(Boolean).join(t("space"));
}

// The words that are marked in it, each once.
function matchedWords(hit) {
  const found = hit.highlights.flatMap((piece) => [...piece.matchAll(/\uE000([^\uE000\uE001]*)\uE001/g)].map(([, word]) => word.trim().toLowerCase()));
  return [...new Set(found)].filter(Boolean).slice(0, MOST_WORDS);
}
