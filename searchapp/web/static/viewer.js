// The original beside the answer: openOriginal(documentId, page, passageId). What is open stands in the address.

import { byId, h, icon } from "./dom.js";
import { crumbs } from "./hit.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";
import { findBar } from "./viewer_find.js";
import { documentLinks } from "./viewer_links.js";
import { selectedText } from "./viewer_layer.js";
import { pagesView } from "./viewer_pages.js";
import { failure } from "./viewer_sheet.js";
import { sidePanel } from "./viewer_side.js";
import { markdownView, textView } from "./viewer_text.js";

const panel = h("aside", { id: "viewer", class: "viewer", tabindex: "-1", "aria-labelledby": "viewer-title", hidden: true });
document.body.append(panel);

let shown = ""; // the address's parameters of what is on the screen
let opener = null; // where the focus came from
let view = null; // {keys, finder, goTo, close}: what fills the panel
let find = null; // its find bar
let side = null; // its panel with headings and small pages

// Shows a document at a page, with a passage marked; the address names it, so that it can be shared and reloaded.
function openOriginal(documentId, page = null, passageId = "") {
  const address = new URL(location.href);
  address.searchParams.set("open", documentId);
  set(address, "page", page);
  set(address, "passage", passageId);
  if (!panel.contains(document.activeElement)) opener = document.activeElement;
  // A second passage replaces the first, so that "back" closes the panel and does not walk through it.
  if (panel.hidden) history.pushState({ viewer: true }, "", address);
  else history.replaceState(history.state, "", address);
  follow();
}

function closeOriginal() {
  if (panel.hidden) return false;
  if (history.state?.viewer) {
    history.back(); // popstate does the rest
  } else {
    const address = new URL(location.href);
    for (const name of ["open", "page", "passage"]) address.searchParams.delete(name);
    history.replaceState(null, "", address);
    follow();
  }
  return true;
}

function set(address, name, value) {
  if (value) address.searchParams.set(name, value);
  else address.searchParams.delete(name);
}

// Makes the panel show what the address says. The page alone changes while it is read.
function follow() {
  const asked = new URLSearchParams(location.search);
  const id = asked.get("open");
  if (!id) return hide();
  const next = JSON.stringify(["open", "page", "passage"].map((name) => asked.get(name)));
  if (next === shown) return panel.focus();
  shown = next;
  show(id, Number(asked.get("page")) || null, asked.get("passage") ?? "");
}

function hide() {
  if (panel.hidden) return;
  shown = "";
  leave();
  panel.hidden = true;
  panel.replaceChildren();
  delete document.body.dataset.viewer;
  if (opener?.isConnected) opener.focus();
  opener = null;
}

async function show(id, page, passage) {
  const own = shown;
  const isCurrent = () => own === shown;
  leave();
  const title = h("h2", { id: "viewer-title", dir: "auto" }, t("opening"));
  const where = h("p", { class: "crumbs" });
  const links = h("p", { class: "viewer-links" });
  const tools = h("div", { class: "viewer-tools" });
  const news = h("p", { class: "viewer-note", role: "status", hidden: true });
  const body = h("div", { class: "viewer-body", role: "region", "aria-labelledby": "viewer-title", tabindex: "0", "aria-busy": "true" }, h("p", { class: "viewer-waiting muted" }, t("opening")));
  const main = h("div", { class: "viewer-main" }, body);
  const note = (text) => {
    news.textContent = text;
    news.hidden = !text;
  };
  panel.replaceChildren(h("header", {}, h("div", {}, title, where), closeButton(), links), tools, news, main);
  panel.hidden = false;
  document.body.dataset.viewer = "shown";
  panel.focus({ preventScroll: true });
  try {
    const entry = await getJson(`/api/documents/${encodeURIComponent(id)}`);
    if (!isCurrent()) return;
    title.textContent = entry.title || crumbs(entry.source).at(-1);
    where.replaceChildren(...crumbs(entry.source));
    where.title = entry.source;
    links.replaceChildren(...documentLinks(entry, note).filter(Boolean));
    await fill({ entry, page, passage, tools, main, body, note, isCurrent });
  } catch (problem) {
    if (isCurrent()) body.replaceChildren(failure(problem, () => show(id, page, passage)));
  } finally {
    body.setAttribute("aria-busy", "false");
  }
}

// What was shown stops watching and fetching.
function leave() {
  find?.leave();
  side?.close();
  view?.close?.();
  [view, find, side] = [null, null, null];
}

// PDF pages as pictures, Markdown as it reads, anything else as its text; the text is also what helps when a page
// cannot be drawn, and what a screen reader reads.
async function fill(asked) {
  const { entry, tools, body } = asked;
  const text = () => textView(asked);
  const ways = { pdf: [pagesView, "asPages"], markdown: [markdownView, "asWritten"] };
  const [rich, label] = ways[entry.type] ?? [];
  if (!rich) return draw(asked, text);
  const buttons = [
    [label, () => rich(asked)],
    ["asText", text],
  ].map(([name, make]) => [h("button", { type: "button", "aria-pressed": "false", onclick: ({ currentTarget }) => choose(currentTarget, make) }, t(name)), make]);
  const choose = async (chosen, make) => {
    for (const [button] of buttons) button.setAttribute("aria-pressed", String(button === chosen));
    await draw(asked, make);
  };
  tools.replaceChildren(h("div", { class: "segmented", role: "group", "aria-label": t("showAs") }, ...buttons.map(([button]) => button)));
  try {
    await choose(...buttons[0]);
  } catch (problem) {
    await choose(...buttons[1]);
    body.prepend(failure(problem));
  }
}

async function draw(asked, make) {
  const { entry, tools, main, body, isCurrent } = asked;
  leave();
  for (const old of panel.querySelectorAll(".viewer-pages, .viewer-find, .viewer-side, .viewer-contents, .viewer-seek")) old.remove();
  const made = await make();
  if (!isCurrent() || !made) return made?.close?.();
  view = made;
  find = findBar(view.finder);
  side = sidePanel({ entry, body, view });
  const seek = h("button", { type: "button", class: "bare viewer-seek", "aria-label": t("findInDocument"), title: `${t("findInDocument")} (Ctrl-F)`, onclick: find.open }, icon("search"));
  tools.prepend(side.button);
  tools.append(seek, find.form);
  main.prepend(side.side);
}

function closeButton() {
  return h("button", { type: "button", class: "bare", "aria-label": t("close"), title: `${t("close")} (Esc)`, onclick: closeOriginal }, icon("close"));
}

// Of a narrow screen the panel is all there is.
const isInside = (target) => panel.contains(target) || matchMedia("(max-width: 1000px)").matches;

// What is copied of a PDF reads as its text does, not as its lines are placed.
document.addEventListener("copy", (event) => {
  const text = selectedText(getSelection(), panel);
  if (!text) return;
  event.clipboardData.setData("text/plain", text);
  event.preventDefault();
});

// Links with data-open are opened here; with a modifier key, or the middle button, as any link in a new tab.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-open]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button) return;
  event.preventDefault();
  openOriginal(link.dataset.open, link.dataset.page, link.dataset.passage);
});

document.addEventListener(
  "keydown",
  (event) => {
    if (panel.hidden || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f" && find && !find.isFocused() && isInside(event.target)) {
      event.preventDefault(); // once more, in the field, it is the browser's own
      return find.open();
    }
    if (find?.isFocused() || event.ctrlKey || event.metaKey || event.altKey) return;
    const cardIsOpen = byId("passage")?.hidden === false;
    if (event.key === "Escape" && !cardIsOpen && !document.querySelector("dialog[open], :popover-open")) {
      event.stopImmediatePropagation();
      closeOriginal();
    } else if (panel.contains(event.target) && !event.target.matches("input, select") && view?.keys?.[event.key]) {
      event.preventDefault();
      event.stopImmediatePropagation();
      view.keys[event.key]();
    }
  },
  { capture: true },
);

addEventListener("popstate", follow);
addEventListener("addresschange", follow); // a new search leaves the panel out of its address
follow();
