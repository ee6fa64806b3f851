// One found passage: what it is, where it stands, why it was found.

import { h, icon, marked } from "./dom.js";
import { behind, duplicates } from "./groups.js";
import { day, lang, languageName, t, typeName } from "./i18n.js";
import { breadcrumb, opens } from "./links.js";
import { thumbs } from "./thumbs.js";

const excerpts = new WeakMap(); // by snippet

// `more` is called with a hit when more like it is wanted.
export function hitElement(hit, more) {
  const snippet = h("p", { class: "snippet", dir: "auto" });
  showExcerpt(snippet, hit);
  return h(
    "li",
    { class: "hit", "data-chunk": hit.chunk_id },
    h("p", { class: "crumbs", title: hit.source }, ...crumbs(hit.source)),
    h(
      "h3",
      {},
      h("a", { class: "title", ...opens(hit), dir: "auto" }, hit.title || hit.source),
    ),
    h("p", { class: "facts" }, ...facts(hit)),
    snippet,
    h(
      "div",
      { class: "hit-tools" },
      wholePassage(hit, snippet),
      h("button", { type: "button", class: "bare", onclick: () => more(hit) }, t("moreLike")),
      why(hit),
      thumbs(hit),
    ),
    behind(hit),
    duplicates(hit),
  );
}

// The pieces that matter; unless the whole passage is open, which stays.
export function showExcerpt(snippet, hit) {
  excerpts.set(snippet, hit.highlights.length ? hit.highlights.join(" … ") : hit.text);
  if (!snippet.classList.contains("whole")) snippet.replaceChildren(...marked(excerpts.get(snippet)));
}

export function crumbs(source) {
  return breadcrumb(source).flatMap((part, i) => (i ? [h("span", { class: "crumb-mark", "aria-hidden": "true" }, "›"), part] : [part]));
}

function facts(hit) {
  const headings = hit.headings.filter((heading) => heading !== hit.title);
  return [
    h("span", { class: "badge" }, typeName(hit.type)),
    hit.language && h("span", { class: "badge" }, languageName(hit.language)),
    hit.page && h("span", {}, t("page", hit.page)),
    hit.modified && h("time", { datetime: hit.modified }, day(hit.modified)),
    headings.length ? h("span", { class: "headings", dir: "auto" }, headings.join(" › ")) : null,
  ];
}

function why(hit) {
  const weighted = Object.keys(hit.weights ?? {}).length > 0;
  const rows = ["keyword", "semantic"].map((retriever) => {
    const place = hit.scores[retriever];
    return h(
      "tr",
      {},
      h("th", { scope: "row" }, t(retriever)),
      h("td", {}, place ? `${place.rank}` : t("notRetrieved")),
      h("td", {}, place?.score?.toFixed(3) ?? "–"),
      weighted && h("td", {}, percent(hit.weights[retriever])),
    );
  });
  const together = h("tr", {}, h("th", { scope: "row" }, t("fused")), h("td", {}, `${hit.rank}`), h("td", {}, hit.score?.toFixed(3) ?? "–"), weighted && h("td", {}, percent(1)));
  const columns = ["retriever", "rank", "score", ...(weighted ? ["weight"] : [])];
  const head = h("tr", {}, ...columns.map((key) => h("th", { scope: "col" }, t(key))));
  return h(
    "details",
    { class: "why" },
    h("summary", {}, t("why"), icon("down")),
    h("p", {}, whyInWords(hit)),
    h("table", {}, h("thead", {}, head), h("tbody", {}, ...rows, together)),
  );
}

function whyInWords({ scores: { keyword, semantic }, weights = {}, reranked = false }) {
  if (reranked) return t("whyReranked");
  if (keyword && semantic) {
    const how = weights.semantic === undefined ? t("whyRanks") : t("whyWeights", percent(weights.keyword), percent(weights.semantic));
    return [t("whyBoth", keyword.rank, semantic.rank), how].join(t("space"));
  }
  return keyword ? t("whyWords", keyword.rank) : t("whyMeaning", semantic?.rank);
}

const percent = (share) => new Intl.NumberFormat(lang, { style: "percent" }).format(share);

function wholePassage(hit, snippet) {
  const button = h("button", { type: "button", class: "bare", "aria-expanded": "false" }, t("whole"));
  button.addEventListener("click", () => {
    const whole = button.getAttribute("aria-expanded") === "false";
    button.setAttribute("aria-expanded", String(whole));
    button.textContent = t(whole ? "excerpt" : "whole");
    snippet.classList.toggle("whole", whole);
    snippet.replaceChildren(...(whole ? [hit.text] : marked(excerpts.get(snippet))));
  });
  return button;
}
