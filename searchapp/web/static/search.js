// The search page: what is typed becomes state, state becomes results and, on Enter, an answer.

import { hideAnswer, onNewConversation, showAnswer } from "./answer.js";
import { byId } from "./dom.js";
import { drawFacets, listenToFacets } from "./facets.js";
import { hideProblem } from "./frame.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";
import { listenToKeys } from "./keyboard.js";
import { drawOrder, listenToOrder } from "./order.js";
import { clearResults, noDocuments, showResults } from "./results.js";
import { read, write } from "./state.js";
import { closeSuggestions, listenToSuggestions } from "./suggest.js";
import { drawChips, drawModes, fillPanel, listenToPanel } from "./tools.js";
import "./viewer.js";

const PAUSE_MS = 250; // of typing, before a search starts
const box = byId("q");
let state = read();
let pause = 0;

function change(next, options) {
  state = { ...state, ...next };
  write(state, options);
  show();
}

async function show() {
  clearTimeout(pause);
  hideProblem();
  if (document.activeElement !== box || !box.value.trim()) box.value = state.q;
  byId("clear").hidden = !box.value;
  document.body.dataset.view = state.q ? "results" : "home";
  document.title = state.q ? `${state.q} – ${t("appName")}` : t("appName");
  if (!state.q) return showHome();
  byId("home").hidden = true;
  drawModes(state, change);
  drawChips(state, change);
  drawOrder(state);
  fillPanel(state);
  if (state.ask) showAnswer(state);
  else hideAnswer();
  const asked = state;
  const found = await showResults(asked, change);
  if (found) drawFacets(asked, found.facets, change);
}

async function showHome() {
  clearResults();
  hideAnswer();
  byId("home").hidden = false;
  try {
    const { total } = await getJson("/api/documents?size=1");
    byId("home-count").textContent = total ? t("inIndex", total) : "";
    byId("home-empty").replaceChildren(...(total ? [] : noDocuments()));
    byId("home-empty").hidden = total > 0;
    byId("home-hints").hidden = total === 0;
  } catch {
    // A search will say what is wrong; a start page need not.
  }
}

function clear() {
  box.value = "";
  box.focus();
  closeSuggestions();
  change({ q: "", ask: false, filters: [], like: "" });
}

function typed(event) {
  byId("clear").hidden = !box.value;
  clearTimeout(pause);
  if (event.isComposing) return; // an input method is still making characters of the keys
  const q = box.value.trim();
  if (q === state.q) return;
  // The first letters push a state, so that "back" leads home; the following ones replace it.
  pause = setTimeout(() => change({ q, ask: false, like: "" }, { replace: Boolean(state.q) && !state.ask }), PAUSE_MS);
}

byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  const q = box.value.trim();
  closeSuggestions();
  if (q) change({ q, ask: true, like: "" });
});
box.addEventListener("input", typed);
box.addEventListener("compositionend", typed);
byId("clear").addEventListener("click", clear);
onNewConversation(clear);
listenToPanel(() => state, change);
listenToFacets();
listenToOrder(() => state, change);
listenToSuggestions(
  () => state.filters,
  (q) => change({ q, ask: false, like: "" }),
);
listenToKeys(clear);
addEventListener("popstate", () => {
  const before = JSON.stringify(state);
  state = read();
  box.value = state.q;
  if (JSON.stringify(state) !== before) show(); // else only the panel beside it came or went
});

if (!state.q) box.focus();
show();
