// The list of results: searches, draws, pages. What was found a moment ago is drawn again without asking.

import { byId, h } from "./dom.js";
import { showProblem } from "./frame.js";
import { hasMarks, hitElement, showExcerpt } from "./hit.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";
import { preferences } from "./preferences.js";
import { hideNothing, showNothing } from "./nothing.js";
import { previews, showPreview } from "./preview.js";

const PAGE = preferences.results ?? 10;
const PATIENCE_MS = 200; // a search that is faster than this shows no skeleton, which would only flicker
const FRESH_MS = 60_000; // for which what was found stays true enough for the way back
const MOST_KEPT = 20;
const list = byId("hits");
const loose = byId("loose"); // weak hits, folded
const looseList = byId("loose-hits");
const known = new Map(); // by what was asked: {asked, pages, at, open}
let running = null;
let drawn = null; // the one on the screen

// Searches for `state` and draws what is found. Gives the results, or null when a newer search overtook this one.
export async function showResults(state, change) {
  const asked = asking(state).toString();
  let found = known.get(asked);
  if (found && Date.now() - found.at < FRESH_MS) {
    running?.abort();
    settle();
    if (drawn !== found) draw(state, found, change);
  } else {
    const first = await fetchPage(state, 0, change);
    if (!first) return null;
    found = { asked, pages: [first], at: Date.now(), open: false };
    known.delete(asked);
    known.set(asked, found);
    if (known.size > MOST_KEPT) known.delete(known.keys().next().value);
    draw(state, found, change);
    if (!state.like) showSentences(state, found);
  }
  showPreview(list.querySelector(".current") ?? list.firstElementChild);
  return found.pages[0];
}

function draw(state, found, change) {
  drawn = found;
  const [first] = found.pages;
  list.replaceChildren();
  looseList.replaceChildren();
  for (const page of found.pages) append(page, change);
  settle();
  showLead(state, first, change);
  const weakest = looseList.children.length;
  const key = !first.total ? "" : state.group ? "foundDocuments" : "found";
  byId("count").textContent = key && list.children.length ? t(key, first.total, first.matched) : "";
  byId("results-name").textContent = t(state.group ? "resultsDocuments" : "resultsPassages", first.total);
  if (!first.hits.length) showNothing(state, found.asked, change);
  else hideNothing();
  byId("nothing-close").hidden = !first.hits.length || list.children.length > 0;
  loose.open = found.open && weakest > 0;
  showMore(state, found, change);
}

// Hits that neither mean what was typed nor have half of its words stand behind all others, under a fold of their own.
function append({ hits }, change) {
  const more = (wanted) => change({ like: wanted.chunk_id, ask: false, sort: "relevance" });
  const elements = hits.map((hit) => {
    const element = hitElement(hit, more);
    previews(element, hit, more);
    return [hit.weak, element];
  });
  list.append(...elements.filter(([weak]) => !weak).map(([, element]) => element));
  looseList.append(...elements.filter(([weak]) => weak).map(([, element]) => element));
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
  const unmarked = new Map(found.pages[0].hits.filter((hit) => !hasMarks(hit)).map((hit) => [hit.chunk_id, hit]));
  if (!unmarked.size) return;
  const own = running;
  await new Promise((done) => setTimeout(done, PATIENCE_MS));
  if (own.signal.aborted || own !== running) return;
  const { hits } = await getJson(`/api/search?${asking(state)}&sentences=true`, { signal: own.signal }).catch(() => ({ hits: [] }));
  for (const { chunk_id: id, highlights } of hits) {
    const hit = unmarked.get(id);
    if (!hit) continue;
    Object.assign(hit, { highlights, byMeaning: true });
    const snippet = drawn === found && [...list.children, ...looseList.children].find((one) => one.dataset.chunk === id)?.querySelector(".snippet");
    if (snippet) showExcerpt(snippet, hit);
  }
}

function asking(state, from = 0) {
  const query = new URLSearchParams({ mode: state.mode, size: PAGE, from, sort: state.sort, group: state.group });
  query.set(state.like ? "passage" : "q", state.like || state.q);
  for (const filter of state.filters) query.append("filter", filter);
  return query;
}

async function fetchPage(state, from, change) {
  running?.abort();
  const own = (running = new AbortController());
  const query = asking(state, from);
  if (!from) query.set("facets", "true");
  if (!from && !state.like) query.set("spelling", "true");
  const waiting = from ? 0 : setTimeout(showWaiting, PATIENCE_MS);
  try {
    const busy = (seconds) => (byId("count").textContent = t("busy", seconds));
    return await getJson(`/api/${state.like ? "similar" : "search"}?${query}`, { signal: own.signal, busy });
  } catch (problem) {
    if (problem.name === "AbortError") return null;
    if (!from) clearResults();
    showProblem(problem, () => change({}));
    return null;
  } finally {
    clearTimeout(waiting);
    if (running === own) list.setAttribute("aria-busy", "false");
  }
}

function showWaiting() {
  list.setAttribute("aria-busy", "true");
  hideNothing();
  if (list.querySelector(".hit")) {
    list.classList.add("stale");
    return;
  }
  const bone = () => h("li", { class: "bones", "aria-hidden": "true" }, ...[1, 2, 3, 4].map(() => h("span")));
  list.replaceChildren(bone(), bone(), bone());
}

function settle() {
  list.classList.remove("stale");
  list.setAttribute("aria-busy", "false");
}

function showMore(state, found, change) {
  const [first] = found.pages;
  const button = byId("more");
  const soFar = list.children.length + looseList.children.length;
  // Folding may leave less than was counted: a page that is not full is the last.
  button.hidden = soFar >= first.total || found.pages.at(-1).hits.length < PAGE;
  const weak = looseList.children.length > 0;
  loose.hidden = !weak;
  byId("loose-name").textContent = t(state.group ? "looseDocuments" : "loosePassages", first.total - list.children.length);
  (weak ? loose : byId("results-body")).append(button);
  button.onclick = async () => {
    const next = await fetchPage(state, soFar, change);
    if (!next || drawn !== found) return;
    found.pages.push(next);
    append(next, change);
    [...list.children, ...looseList.children][soFar]?.querySelector(".title").focus();
    showMore(state, found, change);
  };
}

export function clearResults() {
  running?.abort();
  drawn = null;
  for (const id of ["hits", "loose-hits", "count", "results-name", "lead"]) byId(id).replaceChildren();
  for (const id of ["loose", "more", "lead", "nothing-close"]) byId(id).hidden = true;
  hideNothing();
  settle();
  showPreview(null);
}

loose.addEventListener("toggle", () => drawn && (drawn.open = loose.open));

// On a narrow screen the results below an answer are a line that opens.
const narrow = matchMedia("(max-width: 1000px)");
const foldButton = byId("results-fold");
let answered = false; // whether there was an answer when this was last decided

// Called with every state: what a reader has opened stays open until another answer comes or goes.
export function foldResults(ask) {
  if (ask === answered) return;
  answered = ask;
  fold(ask && narrow.matches);
}

function fold(folded) {
  byId("results-body").hidden = folded;
  foldButton.setAttribute("aria-expanded", String(!folded));
}

foldButton.addEventListener("click", () => fold(!byId("results-body").hidden));
narrow.addEventListener("change", () => fold(answered && narrow.matches));
