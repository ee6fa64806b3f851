// The sources of an answer: a numbered card each, there before its first word.

import { chip } from "./citations.js";
import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { opens } from "./links.js";

const FIRST = 8; // cards that are shown at once; a document that is read whole has hundreds of passages
const ICONS = { html: "globe", csv: "table", xlsx: "table", xls: "table", ods: "table", image: "picture", png: "picture", jpeg: "picture" };

// `cite(n)` for `Prose`; `answer()` is the finished one, or null while it is written.
export const cites = (hits, answer) => (n) => (hits[n - 1] ? chip(n, hits[n - 1], () => quoteOf(answer(), n)) : null);

const quoteOf = (answer, n) => answer?.citations.find((citation) => citation.n === n)?.quote ?? "";

// The cards of the passages that were sent; of a finished `answer` those that it cites stand out, and of one that
// refuses there is only the passage that comes nearest.
export function sourceCards(hits, answer = null) {
  if (!answer) return hits.slice(0, FIRST).map((hit, i) => card(i + 1, hit));
  const cited = new Map(answer.citations.map((citation) => [citation.n, citation]));
  if (!cited.size) {
    const { nearest } = answer;
    return nearest ? [card(nearest.n, hits[nearest.n - 1] ?? nearest, { note: t("nearestPassage") })] : [];
  }
  const all = hits.length > FIRST ? [] : hits.map((_, i) => i + 1);
  return [...new Set([...all, ...cited.keys()])].sort((a, b) => a - b).map((n) => card(n, hits[n - 1] ?? cited.get(n), { uncited: !cited.has(n) }));
}

function card(n, hit, { note = "", uncited = false } = {}) {
  const title = hit.title || hit.source;
  const section = hit.headings?.filter((heading) => heading !== hit.title).at(-1);
  const where = [note, section, hit.page && t("page", hit.page)].filter(Boolean).join(" · ");
  return h(
    "li",
    { class: uncited ? "uncited" : null },
    h(
      "a",
      { ...opens(hit), class: "source", title: [title, where, uncited && t("notCited")].filter(Boolean).join("\n") },
      h("span", { class: "source-title", dir: "auto" }, title),
      h("span", { class: "source-where" }, h("span", { class: "source-n" }, String(n)), hit.type && h("span", { class: "source-type", title: t(hit.type) }, icon(ICONS[hit.type] ?? "file")), h("span", { class: "source-part", dir: "auto" }, where || (hit.type ? t(hit.type) : ""))),
    ),
  );
}
