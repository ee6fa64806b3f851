// The search page: what is typed becomes state, state becomes results and, where it is a question, an answer.

import { hideAnswer, onConversation, onNewConversation, showAnswer } from "./answer.js";
import { readsAsQuestion } from "./question.js";
import { copyText } from "./clipboard.js";
import { drawCollections } from "./collections.js";
import { drawControls } from "./controls.js";
import { byId } from "./dom.js";
import { takeDrops } from "./drop.js";
import { countMissed } from "./count_missed.js";
import { hideProblem } from "./frame.js";
import { showHome } from "./home.js";
import { t } from "./i18n.js";
import "./palette.js";
import { listenToSaving, remember } from "./searches.js";
import { listenToKeys } from "./keyboard.js";
import { preferences } from "./preferences.js";
import { clearResults, foldResults, showResults } from "./results.js";
import { comeBack, leave, read, write } from "./state.js";
import { closeSuggestions, listenToSuggestions } from "./suggest.js";
import { tell } from "./toast.js";
import "./viewer.js";

const PAUSE_MS = 250; // of typing, before a search starts
const box = byId("q");
let state = read();
let pause = 0;

function change(next, options) {
  leave(state);
  const before = state;
  // Another question, or the same in other documents, is another conversation.
  const c = "q" in next || "filters" in next || "like" in next ? "" : state.c;
  state = { ...state, c, ...next };
  write(state, options);
  if (state.q !== before.q || state.like !== before.like) scrollTo(0, 0);
  return show();
}

// Gives what is found; null where a newer search overtook it.
async function show() {
  clearTimeout(pause);
  hideProblem();
  if (document.activeElement !== box || !box.value.trim()) box.value = state.q;
  byId("clear").hidden = !box.value;
  document.body.dataset.view = state.q ? "results" : "home";
  document.title = state.q ? `${state.q} – ${t("appName")}` : t("appName");
  if (!state.q) return home();
  byId("home").hidden = true;
  drawControls(state, null, change);
  drawCollections(state, change);
  foldResults(state.ask);
  if (state.ask) showAnswer(state);
  else hideAnswer();
  const asked = state;
  const found = await showResults(asked, change);
  if (found) drawControls(asked, found.facets, change);
  return found;
}

function home() {
  clearResults();
  hideAnswer();
  byId("home").hidden = false;
  return showHome();
}

const here = () => location.pathname + location.search;

async function copyLink() {
  await copyText(location.origin + here());
  tell(t("linkCopied"));
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

function find(ask) {
  const q = box.value.trim();
  closeSuggestions();
  if (!q) return;
  const found = change({ q, ask, like: "" });
  remember(here());
  found.then((results) => countMissed(q, results));
}

byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  find(preferences.answers !== false && readsAsQuestion(box.value));
});
byId("ask").addEventListener("pointerdown", () => clearTimeout(pause)); // a search would move the button from under the pointer
byId("ask").addEventListener("click", () => find(true));
box.addEventListener("input", typed);
box.addEventListener("compositionend", typed);
byId("clear").addEventListener("click", clear);
onNewConversation(clear);
onConversation((c) => write((state = { ...state, c }), { replace: true }));
listenToSuggestions(
  () => state.filters,
  (q) => change({ q, ask: false, like: "" }),
);
listenToKeys(clear);
addEventListener("popstate", async () => {
  const before = JSON.stringify(state);
  leave(state);
  state = read();
  box.value = state.q;
  if (JSON.stringify(state) === before) return; // only the panel beside it came or went
  const shown = state;
  await show();
  if (state === shown) comeBack(shown);
});

listenToSaving(byId("save-search"), here);
byId("copy-link").addEventListener("click", copyLink);
takeDrops(() => document.body.dataset.view === "home" && showHome());

if (!state.q && !document.body.dataset.viewer) box.focus();
show();
