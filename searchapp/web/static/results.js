// The list of results: searches, draws, pages, and says so when there is nothing.

import { byId, h } from "./dom.js";
import { showProblem } from "./frame.js";
import { hitElement } from "./hit.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";

const PAGE = 10;
const PATIENCE_MS = 200; // a search that is faster than this shows no skeleton, which would only flicker
const list = byId("hits");
let running = null;

// Searches for `state` and draws what is found. Gives the results, or null when a newer search overtook this one.
export async function showResults(state, change) {
  const found = await fetchPage(state, 0, change);
  if (!found) return null;
  list.replaceChildren(...found.hits.map(hitElement));
  list.classList.remove("stale");
  byId("nothing").replaceChildren(...(found.hits.length ? [] : await nothing(state, change)));
  byId("nothing").hidden = found.hits.length > 0;
  const count = t("found", found.total, Math.round(found.took_ms));
  byId("count").textContent = found.hits.length ? [count, state.ask ? "" : t("hint")].filter(Boolean).join(" · ") : "";
  showMore(state, found, change);
  return found;
}

async function fetchPage(state, from, change) {
  running?.abort();
  const own = (running = new AbortController());
  const query = new URLSearchParams({ q: state.q, mode: state.mode, size: PAGE, from });
  for (const filter of state.filters) query.append("filter", filter);
  const waiting = from ? 0 : setTimeout(showWaiting, PATIENCE_MS);
  try {
    const busy = (seconds) => (byId("count").textContent = t("busy", seconds));
    return await getJson(`/api/search?${query}`, { signal: own.signal, busy });
  } catch (problem) {
    if (problem.name === "AbortError") return null;
    list.replaceChildren(...(from ? list.childNodes : []));
    byId("count").textContent = "";
    showProblem(problem, () => change({}));
    return null;
  } finally {
    clearTimeout(waiting);
    if (running === own) list.setAttribute("aria-busy", "false");
  }
}

function showWaiting() {
  list.setAttribute("aria-busy", "true");
  byId("nothing").hidden = true;
  if (list.querySelector(".hit")) {
    list.classList.add("stale");
    return;
  }
  const bone = () => h("li", { class: "bones", "aria-hidden": "true" }, ...[1, 2, 3, 4].map(() => h("span")));
  list.replaceChildren(bone(), bone(), bone());
}

function showMore(state, found, change) {
  const button = byId("more");
  button.hidden = list.children.length >= found.total || !found.hits.length;
  button.onclick = async () => {
    const next = await fetchPage(state, list.children.length, change);
    if (!next) return;
    const first = list.children.length;
    list.append(...next.hits.map(hitElement));
    list.children[first]?.querySelector(".title").focus();
    showMore(state, next, change);
  };
}

export function clearResults() {
  running?.abort();
  list.replaceChildren();
  byId("nothing").hidden = true;
  byId("more").hidden = true;
  byId("count").textContent = "";
}

async function nothing(state, change) {
  const { total } = await getJson("/api/documents?size=1").catch(() => ({ total: 1 }));
  if (!total) return noDocuments();
  const other = state.mode === "semantic" ? "hybrid" : "semantic";
  const action = (text, next) => h("button", { type: "button", class: "quiet", onclick: () => change(next) }, text);
  return [
    h("h2", {}, t("noResults", state.q)),
    h("p", {}, t("tryFewer")),
    h(
      "p",
      { class: "actions" },
      state.filters.length ? action(t("clearFilters"), { filters: [] }) : null,
      state.mode === "keyword" ? action(t("tryMode"), { mode: other }) : null,
    ),
  ];
}

export function noDocuments() {
  return [
    h("h2", {}, t("noDocuments")),
    h("p", {}, t("noDocumentsHow")),
    h("pre", {}, h("code", {}, "searchapp ingest ~/Documents https://example.org/")),
    h("p", { class: "actions" }, h("a", { class: "button", href: "/documents" }, t("addDocuments"))),
  ];
}
