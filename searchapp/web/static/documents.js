// The page of documents: what there is and how far it is, adding and deleting.

import { remove } from "./deletions.js";
import { onFiles } from "./drop.js";
import { byId, h, icon } from "./dom.js";
import { hideProblem, showProblem } from "./frame.js";
import { crumbs } from "./hit.js";
import { call, getJson, postJson } from "./http.js";
import { day, languageName, t, typeName } from "./i18n.js";
import { opens } from "./links.js";
import { uploader } from "./uploads.js";
import "./viewer.js";

const PAGE = 50;
const POLL_MS = 1200;
const PAUSE_MS = 250; // of typing, before the list is asked for
const STATES = ["", "queued", "running", "indexed", "failed", "quarantined"];
const SHOWN = { indexed: "indexed,unchanged" }; // "unchanged" is as ready as "indexed"
const RETRIED = ["failed", "quarantined"];
const UNDERWAY = ["queued", "running"];
const ORDERS = ["newest", "oldest", "title", "source", "largest"];
const DEEPEST = Number(document.body.dataset.deepest); // the server counts no further; behind that go its cursors
const list = byId("entries");
let asked = fromAddress();
let poll = 0;
let halted = false; // whether the banner tells why nothing in the queue moves
let drawing = 0;
let beside = {}; // the cursors of the page that is shown: {next, previous}

document.title = `${t("documents")} – ${t("appName")}`;

// What is listed lives in the address: {state, q, sort, from, cursor}. With a cursor, from is only shown.
function fromAddress() {
  const address = new URLSearchParams(location.search);
  const state = address.get("state") ?? "";
  const sort = address.get("sort") ?? "";
  const cursor = address.get("cursor") ?? "";
  const from = Math.max(0, Math.trunc(Number(address.get("from"))) || 0);
  return {
    state: STATES.includes(state) ? state : "",
    q: address.get("q") ?? "",
    sort: ORDERS.includes(sort) ? sort : ORDERS[0],
    from: cursor ? from : Math.min(from, DEEPEST),
    cursor,
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
  byId("sort").value = asked.sort;
  if (document.activeElement !== byId("find")) byId("find").value = asked.q;
  return refresh();
}

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

function draw({ documents, total }) {
  const narrowed = asked.state || asked.q;
  byId("total").textContent = narrowed ? t("matching", total) : t("inIndex", total);
  // Rows that did not change stay, so that focus and selection survive the polling.
  const old = new Map([...list.children].map((row) => [row.dataset.id, row]));
  const rows = documents.map((entry) => {
    const version = JSON.stringify(entry);
    const row = old.get(entry.id);
    return row?.dataset.version === version ? row : entryRow(entry, version);
  });
  if (rows.length !== list.children.length || rows.some((row, i) => row !== list.children[i])) list.replaceChildren(...rows);
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
  byId("total").scrollIntoView({ block: "center" });
}

function entryRow(entry, version) {
  const title = entry.title || crumbs(entry.source).at(-1);
  const facts = [
    entry.type && h("span", { class: "badge" }, typeName(entry.type)),
    entry.language && h("span", { class: "badge" }, languageName(entry.language)),
    entry.depth > 0 && h("span", { class: "badge" }, t("siteOf", entry.depth)),
    entry.pages && h("span", {}, pagesOf(entry)),
    entry.chunks > 0 && h("span", {}, t("chunks", entry.chunks)),
    RETRIED.includes(entry.state) && entry.failures > 1 && h("span", {}, t("attempts", entry.failures)),
    entry.updated && h("time", { datetime: entry.updated }, day(entry.updated)),
  ];
  return h(
    "li",
    { "data-id": entry.id, "data-version": version },
    h("span", { class: `state ${entry.state}` }, t(entry.state)),
    h(
      "div",
      { class: "entry" },
      h("a", { class: "title", ...opens({ document_id: entry.id, type: entry.type }), dir: "auto" }, title),
      h("p", { class: "crumbs", title: entry.source }, ...crumbs(entry.source)),
      h("p", { class: "facts" }, ...facts),
      entry.error && h("p", { class: "error", title: entry.error }, entry.error),
      entry.note && h("p", { class: "notice", title: entry.note }, entry.note),
    ),
    h(
      "p",
      { class: "buttons" },
      RETRIED.includes(entry.state) && tool("again", `${t("retry")}: ${title}`, t("retry"), () => retry(entry)),
      tool("trash", `${t("erase")}: ${title}`, t("erase"), () => remove(entry.id, title, refresh)),
    ),
  );
}

function tool(name, label, title, onclick) {
  return h("button", { type: "button", class: "bare", "aria-label": label, title, onclick }, icon(name));
}

function pagesOf({ pages, pages_indexed: read }) {
  return read === null || read === undefined || read >= pages ? t("pages", pages) : t("pagesRead", read, pages);
}

async function retry(entry) {
  hideProblem();
  try {
    await call(`/api/documents/${encodeURIComponent(entry.id)}/retry`, { method: "POST" });
  } catch (problem) {
    showProblem(problem);
  }
  refresh();
}

async function addAddress(event) {
  event.preventDefault();
  hideProblem();
  try {
    const depth = Number(byId("depth").value);
    await postJson("/api/documents", { url: byId("url").value.trim(), depth });
    byId("url").value = "";
    byId("depth").value = "0";
    progress(depth ? t("siteAdded") : t("added", 1));
  } catch (problem) {
    showProblem(problem);
  }
  refresh();
}

function drawStates() {
  const buttons = STATES.map((name) => {
    const onclick = () => change({ state: name });
    return h("button", { type: "button", "aria-pressed": String(name === asked.state), onclick }, t(name || "all"));
  });
  byId("states").replaceChildren(...buttons);
}

const progress = (text) => (byId("progress").textContent = text);

for (const option of byId("depth").options) {
  if (option.value !== "0") option.textContent = t("linksDeep", Number(option.value));
}
byId("address").addEventListener("submit", addAddress);
for (const order of ORDERS) byId("sort").append(h("option", { value: order }, t(`sort_${order}`)));
byId("sort").addEventListener("change", () => change({ sort: byId("sort").value }));
let pause = 0;
byId("find").addEventListener("input", (event) => {
  clearTimeout(pause);
  if (!event.isComposing) pause = setTimeout(() => change({ q: byId("find").value.trim() }, { replace: true }), PAUSE_MS);
});
byId("find").addEventListener("compositionend", () => change({ q: byId("find").value.trim() }, { replace: true }));
byId("previous").addEventListener("click", () => turn(-1));
byId("next").addEventListener("click", () => turn(1));
byId("first").addEventListener("click", () => go({ from: 0 }));
byId("last").addEventListener("click", () => go(lastPage(beside.total)));
addEventListener("popstate", () => {
  const before = JSON.stringify(asked);
  asked = fromAddress();
  if (JSON.stringify(asked) !== before) show(); // else only the panel beside it came or went
});
onFiles(uploader(byId("progress"), refresh));
show();
