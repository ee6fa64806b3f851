// The page of documents: which of them are listed lives in the address; the list, the tree and the panels are drawn here.

import { listenToAdding } from "./adding.js";
import { onFiles, takeDrops } from "./drop.js";
import { chosenBar } from "./chosen.js";
import { byId, h } from "./dom.js";
import { drawColumns, ORDERS, rowsOf } from "./documents_table.js";
import { drawTree } from "./folder_tree.js";
import { hideProblem, showProblem } from "./frame.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";
import { may } from "./rights.js";
import { listenToSchedules } from "./schedules.js";
import { selection } from "./selection.js";
import { uploader } from "./uploads.js";
import "./palette.js";
import "./viewer.js";

const PAGE = 100;
const POLL_MS = 1200;
const PAUSE_MS = 250; // of typing, before the list is asked for
const STATES = ["", "queued", "running", "indexed", "failed", "quarantined"];
const SHOWN = { indexed: "indexed,unchanged" }; // "unchanged" is as ready as "indexed"
const UNDERWAY = ["queued", "running"];
const { deepest } = document.body.dataset;
const DEEPEST = Number(deepest); // the server counts no further; behind that go its cursors
const list = byId("entries");
let asked = fromAddress();
let poll = 0;
let halted = false; // whether the banner tells why nothing in the queue moves
let drawing = 0;
let beside = {}; // the cursors of the page that is shown: {next, previous}

document.title = `${t("documents")} – ${t("appName")}`;

// What is listed lives in the address: {state, q, below, collection, sort, from, cursor}. With a cursor, from is only shown.
function fromAddress() {
  const address = new URLSearchParams(location.search);
  const told = (name) => address.get(name) ?? "";
  const from = Math.max(0, Math.trunc(Number(address.get("from"))) || 0);
  return {
    state: STATES.includes(told("state")) ? told("state") : "",
    q: told("q"),
    below: told("below"),
    collection: told("collection"),
    sort: ORDERS.includes(told("sort")) ? told("sort") : ORDERS[0],
    from: told("cursor") ? from : Math.min(from, DEEPEST),
    cursor: told("cursor"),
  };
}

function change(next, { replace = false } = {}) {
  asked = { ...asked, from: 0, cursor: "", ...next };
  const address = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) {
    if (value && value !== ORDERS[0]) address.set(name, value);
  }
  const query = address.toString();
  history[replace ? "replaceState" : "pushState"](null, "", query ? `/documents?${query}` : "/documents");
  dispatchEvent(new Event("addresschange"));
  show();
}

function show() {
  drawStates();
  drawColumns(asked.sort, (sort) => change({ sort }));
  drawTree(asked, narrow);
  if (document.activeElement !== byId("find")) byId("find").value = asked.q;
  return refresh();
}

const narrow = (where) => change({ ...where, q: "" });

async function refresh() {
  clearTimeout(poll);
  const own = ++drawing;
  try {
    const page = await getJson(`/api/documents?${parameters()}`);
    if (own !== drawing) return; // a newer one is under way
    if (!page.documents.length && asked.from) return change(lastPage(page.total), { replace: true });
    if (asked.cursor === "last") asked.from = page.total - page.documents.length;
    beside = page;
    draw(page);
    if (page.problem) showProblem(page.problem);
    else if (halted) hideProblem();
    halted = Boolean(page.problem);
    if (await anyUnderway(page)) poll = setTimeout(refresh, POLL_MS);
  } catch (problem) {
    showProblem(problem, refresh);
  }
}

function parameters() {
  const { state, from, cursor, ...others } = asked;
  return new URLSearchParams({ size: PAGE, ...others, ...(state && { state: SHOWN[state] ?? state }), ...(cursor ? { cursor } : { from }) });
}

// Entries beyond the page, or hidden by the chosen state, may still be at work.
async function anyUnderway(page) {
  if (page.documents.some((entry) => UNDERWAY.includes(entry.state))) return true;
  return (await getJson(`/api/documents?size=1&state=${UNDERWAY}`)).total > 0;
}

// Something was added, deleted or read: the list and the counts of the tree are others now.
function changed() {
  refresh();
  drawTree(asked, narrow, { again: true });
}

function draw({ documents, total }) {
  const narrowed = asked.state || asked.q || asked.below || asked.collection;
  byId("total").textContent = narrowed ? t("matching", total) : t("inIndex", total);
  const rows = rowsOf(documents, chosen, changed);
  const focused = document.activeElement?.closest?.("tr")?.dataset.id;
  if (rows.length !== list.children.length || rows.some((row, i) => row !== list.children[i])) list.replaceChildren(...rows);
  chosen.drawn(documents, focused);
  byId("table").hidden = !documents.length;
  byId("none").hidden = documents.length > 0;
  byId("none").textContent = t(narrowed ? "noneInState" : "noDocuments");
  drawPager(total, documents.length);
}

function drawPager(total, here) {
  const { from } = asked;
  byId("pager").hidden = total <= PAGE;
  byId("range").textContent = t("range", from + 1, from + here, total);
  byId("first").disabled = byId("previous").disabled = !beside.previous;
  byId("last").disabled = byId("next").disabled = !beside.next;
}

// One page on or back. Behind what the server counts the cursor tells where, and from only what to show.
function turn(step) {
  const from = Math.max(0, asked.from + step * PAGE);
  go({ from, cursor: from > DEEPEST ? (step > 0 ? beside.next : beside.previous) : "" });
}

function lastPage(total) {
  const from = Math.max(0, Math.floor((total - 1) / PAGE) * PAGE);
  return from > DEEPEST ? { from, cursor: "last" } : { from };
}

function go(where) {
  change(where);
  byId("table").scrollIntoView({ block: "start" });
}

function drawStates() {
  const buttons = STATES.map((name) => {
    const onclick = () => change({ state: name });
    return h("button", { type: "button", "aria-pressed": String(name === asked.state), onclick }, t(name || "all"));
  });
  byId("states").replaceChildren(...buttons);
}

const bar = chosenBar(changed, () => ({ parameters, total: beside.total ?? 0 }));
const chosen = selection(list, (entries) => bar.draw(entries, chosen), () => bar.remove(chosen));
let pause = 0;
const typed = () => change({ q: byId("find").value.trim() }, { replace: true });
byId("find").addEventListener("input", (event) => {
  clearTimeout(pause);
  if (!event.isComposing) pause = setTimeout(typed, PAUSE_MS);
});
byId("find").addEventListener("compositionend", typed);
byId("previous").addEventListener("click", () => turn(-1));
byId("next").addEventListener("click", () => turn(1));
byId("first").addEventListener("click", () => go({ from: 0 }));
byId("last").addEventListener("click", () => go(lastPage(beside.total)));
addEventListener("popstate", () => {
  const before = JSON.stringify(asked);
  asked = fromAddress();
  if (JSON.stringify(asked) !== before) show(); // else only the panel beside it came or went
});
// What another tab did meanwhile is seen when this one is looked at again.
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && changed());
byId("places").open = !matchMedia("(max-width: 860px)").matches;
if (may("write")) {
  const batch = uploader(byId("batch"), changed);
  onFiles(batch.add);
  listenToAdding(batch);
} else {
  takeDrops(); // says that they may not
}
listenToSchedules(changed);
show();
