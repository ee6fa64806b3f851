// The page of documents: what there is and how far it is, adding and deleting.

import { onFiles } from "./drop.js";
import { byId, h, icon } from "./dom.js";
import { hideProblem, showProblem } from "./frame.js";
import { crumbs } from "./hit.js";
import { Problem, call, getJson, postJson } from "./http.js";
import { day, languageName, t, typeName } from "./i18n.js";
import { opens } from "./links.js";
import "./viewer.js";

const PAGE = 50;
const POLL_MS = 1200;
const STATES = ["", "queued", "running", "indexed", "failed", "quarantined"];
const SHOWN = { indexed: "indexed,unchanged" }; // "unchanged" is as ready as "indexed"
const RETRIED = ["failed", "quarantined"];
const MAX_MB = Number(document.body.dataset.maxMb); // asked here, since a server hangs up on what is far too large
const UNDERWAY = ["queued", "running"];
const list = byId("entries");
let state = "";
let size = PAGE; // grows with "more", so that polling refreshes all that is shown
let poll = 0;
let halted = false; // whether the banner tells why nothing in the queue moves
let drawing = 0;

document.title = `${t("documents")} – ${t("appName")}`;

async function refresh() {
  clearTimeout(poll);
  const own = ++drawing;
  try {
    const page = await getJson(`/api/documents?${new URLSearchParams({ size, ...(state && { state: SHOWN[state] ?? state }) })}`);
    if (own !== drawing) return; // a newer one is under way
    draw(page);
    if (page.problem) showProblem(page.problem);
    else if (halted) hideProblem();
    halted = Boolean(page.problem);
    if (await anyUnderway(page)) poll = setTimeout(refresh, POLL_MS);
  } catch (problem) {
    showProblem(problem, refresh);
  }
}

// Entries beyond the page, or hidden by the chosen state, may still be at work.
async function anyUnderway(page) {
  if (page.documents.some((entry) => UNDERWAY.includes(entry.state))) return true;
  return (await getJson(`/api/documents?size=1&state=${UNDERWAY}`)).total > 0;
}

function draw({ documents, total }) {
  byId("total").textContent = state ? "" : t("inIndex", total);
  // Rows that did not change stay, so that focus and selection survive the polling.
  const old = new Map([...list.children].map((row) => [row.dataset.id, row]));
  const rows = documents.map((entry) => {
    const version = JSON.stringify(entry);
    const row = old.get(entry.id);
    return row?.dataset.version === version ? row : entryRow(entry, version);
  });
  if (rows.length !== list.children.length || rows.some((row, i) => row !== list.children[i])) list.replaceChildren(...rows);
  byId("none").hidden = documents.length > 0;
  byId("none").textContent = t(state ? "noneInState" : "noDocuments");
  byId("more").hidden = documents.length >= total || size >= 200;
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
      entry.error && h("p", { class: "error" }, entry.error),
      entry.note && h("p", { class: "notice" }, entry.note),
    ),
    h(
      "p",
      { class: "buttons" },
      RETRIED.includes(entry.state) && tool("again", `${t("retry")}: ${title}`, t("retry"), () => retry(entry)),
      tool("trash", `${t("erase")}: ${title}`, t("erase"), () => erase(entry, title)),
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

function erase(entry, title) {
  const dialog = byId("confirm");
  byId("confirm-text").textContent = t("deleteText", title);
  dialog.returnValue = "no";
  dialog.onclose = async () => {
    if (dialog.returnValue !== "yes") return;
    try {
      await call(`/api/documents/${encodeURIComponent(entry.id)}`, { method: "DELETE" });
      progress(t("deleted"));
    } catch (problem) {
      showProblem(problem);
    }
    refresh();
  };
  dialog.showModal();
}

async function upload(files) {
  hideProblem();
  let added = 0;
  for (const [i, file] of files.entries()) {
    progress(t("uploading", i + 1, files.length, file.name));
    const body = new FormData();
    body.append("file", file);
    try {
      if (file.size > MAX_MB * 2 ** 20) throw new Problem({ detail: t("tooLarge", MAX_MB), remedy: t("tooLargeRemedy") });
      await call("/api/documents", { method: "POST", body });
      added += 1;
    } catch (problem) {
      showProblem({ message: `${file.name}: ${problem.message}`, remedy: problem.remedy }); // the others still go up
    }
    refresh();
  }
  progress(added ? t("added", added) : "");
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
    const onclick = () => {
      state = name;
      size = PAGE;
      drawStates();
      refresh();
    };
    return h("button", { type: "button", "aria-pressed": String(name === state), onclick }, t(name || "all"));
  });
  byId("states").replaceChildren(...buttons);
}

const progress = (text) => (byId("progress").textContent = text);

for (const option of byId("depth").options) {
  if (option.value !== "0") option.textContent = t("linksDeep", Number(option.value));
}
byId("address").addEventListener("submit", addAddress);
byId("more").addEventListener("click", () => {
  size = Math.min(size + PAGE, 200);
  refresh();
});
onFiles(upload);
drawStates();
refresh();
