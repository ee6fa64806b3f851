// Where nothing was found: that it is so, and what could help.

import { countsMissed } from "./count_missed.js";
import { byId, h } from "./dom.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";
import { opens } from "./links.js";
import { MODES } from "./state.js";

const MOST_NEAR = 3;
const place = byId("nothing");

// Says so at once; documents that come near, or that there are none at all, follow. `asked` is the search's address.
export async function showNothing(state, asked, change) {
  const action = (text, next) => h("button", { type: "button", class: "quiet", onclick: () => change(next) }, text);
  const own = h("div", { class: "near-documents" });
  const told = [
    h("h2", {}, t("noResults", state.q)),
    h("p", {}, t(state.filters.length ? "tryWithoutFilters" : "tryFewer")),
    h(
      "p",
      { class: "actions" },
      state.filters.length > 0 && action(t("clearFilters"), { filters: [] }),
      state.mode !== MODES[0] && action(t("tryMode"), { mode: MODES[0] }),
    ),
    countsMissed() && h("p", { class: "muted" }, t("missedTold")),
    own,
  ];
  place.replaceChildren(...told.filter(Boolean));
  place.hidden = false;
  try {
    const { total } = await getJson("/api/documents?size=1");
    if (!place.contains(own)) return;
    if (!total) return place.replaceChildren(...noDocuments());
    const near = await (state.filters.length ? unfiltered(asked) : named(state.q));
    if (near) own.append(h("h3", {}, near.title), h("ul", {}, ...near.documents.map(line)));
  } catch {
    // The sentence above says enough.
  }
}

export function hideNothing() {
  place.replaceChildren();
  place.hidden = true;
}

async function unfiltered(asked) {
  const query = new URLSearchParams(asked);
  query.delete("filter");
  query.set("size", MOST_NEAR);
  const { total, hits } = await getJson(`/api/search?${query}`);
  return total > 0 && { title: t("foundUnfiltered", total), documents: hits };
}

// Documents in whose title or source the longest words stand.
async function named(q) {
  const words = (q.match(/[\p{L}\p{N}]{3,}|[\u3400-\u9fff]{2,}/gu) ?? []).sort((a, b) => b.length - a.length).slice(0, 2);
  const found = new Map();
  for (const word of words) {
    const { documents } = await getJson(`/api/documents?${new URLSearchParams({ q: word, size: MOST_NEAR, state: "indexed,unchanged" })}`);
    for (const one of documents) found.set(one.id, { ...one, document_id: one.id });
  }
  return found.size > 0 && { title: t("namedAlike"), documents: [...found.values()].slice(0, MOST_NEAR) };
}

const line = (one) => h("li", {}, h("a", { ...opens(one), dir: "auto" }, one.title || one.source));

export function noDocuments() {
  return [
    h("h2", {}, t("noDocuments")),
    h("p", {}, t("noDocumentsHow")),
    h("pre", {}, h("code", {}, "searchapp ingest ~/Documents https://example.org/")),
    h("p", { class: "actions" }, h("a", { class: "button", href: "/documents" }, t("addDocuments"))),
  ];
}
