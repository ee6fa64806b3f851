// The list of results: searches, draws, pages, and says so when there is nothing.

import { byId, h } from "./dom.js";
import { showProblem } from "./frame.js";
import { hitElement, showExcerpt } from "./hit.js";
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
  const element = (hit) => hitElement(hit, (wanted) => change({ like: wanted.chunk_id, ask: false, sort: "relevance" }));
  list.replaceChildren(...found.hits.map(element));
  list.classList.remove("stale");
  byId("nothing").replaceChildren(...(found.hits.length ? [] : await nothing(state, change)));
  byId("nothing").hidden = found.hits.length > 0;
  const count = t(state.group ? "foundDocuments" : "found", found.total, Math.round(found.took_ms));
  byId("order").hidden = !found.hits.length;
  showLead(state, found, change);
  byId("count").textContent = found.hits.length ? [count, state.ask ? "" : t("hint")].filter(Boolean).join(" · ") : "";
  showMore(state, found, change, element);
  if (!state.like) showSentences(state, found);
  return found;
}

// What the list is, where it is not simply what was typed; or what may have been meant.
function showLead(state, found, change) {
  const link = (words, next) => h("button", { type: "button", class: "link", dir: "auto", onclick: () => change(next) }, words);
  const meant = found.did_you_mean ? [t("didYouMean"), link(found.did_you_mean, { q: found.did_you_mean })] : [];
  const said = found.notices.map(({ message }) => `${message} `);
  const lead = state.like ? [t("likeThis", found.query), link(t("backTo", state.q), { like: "" })] : [...said, ...meant];
  byId("lead").replaceChildren(...lead);
  byId("lead").hidden = !lead.length;
}

// Passages in which no word was matched show the sentence that is nearest in meaning, a moment later: that takes a
// model some time, and the list need not wait.
async function showSentences(state, found) {
  if (found.hits.every((hit) => hit.highlights.some((piece) => piece.includes("\uE000")))) return;
  const own = running;
  await new Promise((done) => setTimeout(done, PATIENCE_MS));
  if (own.signal.aborted || own !== running) return;
  const { hits } = await getJson(`/api/search?${asked(state, 0)}&sentences=true`, { signal: own.signal }).catch(() => ({ hits: [] }));
  if (own !== running) return;
  for (const hit of hits) {
    const snippet = [...list.children].find((one) => one.dataset.chunk === hit.chunk_id)?.querySelector(".snippet");
    if (snippet) showExcerpt(snippet, hit);
  }
}

function asked(state, from) {
  const query = new URLSearchParams({ mode: state.mode, size: PAGE, from, sort: state.sort, group: state.group });
  query.set(state.like ? "passage" : "q", state.like || state.q);
  for (const filter of state.filters) query.append("filter", filter);
  return query;
}

async function fetchPage(state, from, change) {
  running?.abort();
  const own = (running = new AbortController());
  const query = asked(state, from);
  if (!from) query.set("facets", "true");
  if (!from && !state.like) query.set("spelling", "true");
  const waiting = from ? 0 : setTimeout(showWaiting, PATIENCE_MS);
  try {
    const busy = (seconds) => (byId("count").textContent = t("busy", seconds));
    const found = await getJson(`/api/${state.like ? "similar" : "search"}?${query}`, { signal: own.signal, busy });
    for (const hit of found.hits) hit.weights = found.weights; // "Why this result" tells them
    return found;
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

function showMore(state, found, change, element) {
  const button = byId("more");
  // Folding may leave less than was counted: a page that is not full is the last.
  button.hidden = list.children.length >= found.total || found.hits.length < PAGE;
  button.onclick = async () => {
    const next = await fetchPage(state, list.children.length, change);
    if (!next) return;
    const first = list.children.length;
    list.append(...next.hits.map(element));
    list.children[first]?.querySelector(".title").focus();
    showMore(state, next, change, element);
  };
}

export function clearResults() {
  running?.abort();
  list.replaceChildren();
  byId("nothing").hidden = true;
  byId("more").hidden = true;
  byId("order").hidden = true;
  byId("lead").hidden = true;
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
