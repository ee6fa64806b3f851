// What stands behind a hit: its document's other passages, and passages that say nearly the same.

import { h, icon, marked } from "./dom.js";
import { t } from "./i18n.js";
import { breadcrumb, opens } from "./links.js";

export function behind(hit) {
  const rest = hit.same_document - hit.more_from_document.length;
  return fold(
    hit.same_document && t("morePassages", hit.same_document),
    [...hit.more_from_document.map(passage), rest > 0 ? h("li", { class: "muted" }, t("andMore", rest)) : null],
  );
}

export function duplicates(hit) {
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
