// How far an answer is covered by its passages, in a line.

import { h } from "./dom.js";
import { t } from "./i18n.js";

// "9 of 10 sentences confirmed", and what else is to be known.
export function coverage(answer) {
  const { sentences } = answer;
  const confirmed = sentences.filter(({ support }) => support === "supported").length;
  const checked = sentences.length > 0 && !answer.extractive && !answer.refused;
  const facts = [
    answer.passages_found ? t("used", answer.passages_used, answer.passages_found) : "",
    answer.citations_removed ? t("removedCount", answer.citations_removed) : "",
    answer.model,
  ];
  const all = confirmed === sentences.length;
  return [
    checked && h("span", { class: all ? "confirmed" : "confirmed partly" }, t("confirmed", confirmed, sentences.length)),
    h("span", {}, facts.filter(Boolean).join(" · ")),
  ].filter(Boolean);
}
