// The sources of an answer: its citations, a line for each, and a copy of the answer with them.

import { chip } from "./citations.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { opens } from "./links.js";

// `cite(n)` for `Prose`; `quoteOf(n)` is marked in the passage that appears.
export const cites = (hits, quoteOf) => (n) => hits[n - 1] ? chip(n, hits[n - 1], () => quoteOf(n)) : null;

export const quotes = (answer) => (n) => answer?.citations.find((citation) => citation.n === n)?.quote ?? "";

// The citations, or of a refusal the passage that comes nearest.
export function sourceLines(answer, hits) {
  const nearest = answer.citations.length ? null : answer.nearest;
  return (nearest ? [nearest] : answer.citations).map((citation) => {
    const hit = hits[citation.n - 1] ?? citation;
    const link = h("a", opens(hit), citation.title || citation.source);
    const where = citation.page ? t("page", citation.page) : hit.headings?.filter((heading) => heading !== citation.title).at(-1);
    const muted = [nearest && t("nearestPassage"), where].filter(Boolean).join(" · ");
    return h("li", { value: citation.n }, link, muted && h("span", { class: "muted" }, `  ${muted}`));
  });
}

export async function copyWithSources(answer) {
  const text = asText(answer);
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Browsers keep the clipboard from pages over plain http; the old way still works there.
    const area = h("textarea", { class: "sr-only" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

function asText(answer) {
  const sources = answer.citations.map(({ n, title, page, source }) => {
    return [`[${n}] ${title}`, page && t("page", page), source].filter(Boolean).join(", ");
  });
  return [answer.answer, ...(sources.length ? ["", ...sources] : [])].join("\n");
}
