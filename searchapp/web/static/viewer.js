// The original beside the answer: openOriginal(documentId, page, passageId). What is open stands in the address.

import { byId, h, icon } from "./dom.js";
import { crumbs } from "./hit.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";
import { pageView } from "./viewer_page.js";
import { markdownView, textView } from "./viewer_text.js";

const panel = h("aside", { id: "viewer", class: "viewer", tabindex: "-1", "aria-labelledby": "viewer-title", hidden: true });
document.body.append(panel);

let shown = ""; // the address's parameters of what is on the screen
let opener = null; // where the focus came from
let view = null; // {element, keys}: what fills the panel

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

// Makes the panel show what the address says.
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
  panel.hidden = true;
  panel.replaceChildren();
  delete document.body.dataset.viewer;
  if (opener?.isConnected) opener.focus();
  opener = null;
}

async function show(id, page, passage) {
  const own = shown;
  const title = h("h2", { id: "viewer-title", dir: "auto" }, t("opening"));
  const where = h("p", { class: "crumbs" });
  const tools = h("div", { class: "viewer-tools" });
  const body = h("div", { class: "viewer-body", role: "region", "aria-labelledby": "viewer-title", tabindex: "0", "aria-busy": "true" }, h("p", { class: "viewer-waiting muted" }, t("opening")));
  panel.replaceChildren(h("header", {}, h("div", {}, title, where), links(), closeButton()), tools, body);
  panel.hidden = false;
  document.body.dataset.viewer = "shown";
  panel.focus({ preventScroll: true });
  try {
    const entry = await getJson(`/api/documents/${encodeURIComponent(id)}`);
    if (own !== shown) return;
    title.textContent = entry.title || crumbs(entry.source).at(-1);
    where.replaceChildren(...crumbs(entry.source));
    where.title = entry.source;
    panel.querySelector(".viewer-links").replaceWith(links(entry, page));
    await fill({ entry, page, passage, tools, body, isCurrent: () => own === shown });
  } catch (problem) {
    if (own === shown) body.replaceChildren(failure(problem));
  } finally {
    body.setAttribute("aria-busy", "false");
  }
}

// PDF pages as pictures, Markdown as it reads, anything else as its text; the text is also what helps when a page
// cannot be drawn, and what a screen reader reads.
async function fill(asked) {
  const { entry, tools } = asked;
  const text = () => textView(asked);
  const ways = { pdf: [pageView, "asPages"], markdown: [markdownView, "asWritten"] };
  const [rich, label] = ways[entry.type] ?? [];
  if (!rich) {
    view = await text();
    return;
  }
  const buttons = [
    [label, () => rich(asked)],
    ["asText", text],
  ].map(([name, make]) => {
    const button = h("button", { type: "button", "aria-pressed": "false" }, t(name));
    button.addEventListener("click", () => choose(button, make));
    return [button, make];
  });
  const choose = async (chosen, make) => {
    for (const [button] of buttons) button.setAttribute("aria-pressed", String(button === chosen));
    tools.querySelector(".viewer-pages")?.remove();
    view = await make();
  };
  tools.replaceChildren(h("div", { class: "segmented", role: "group", "aria-label": t("showAs") }, ...buttons.map(([button]) => button)));
  try {
    await choose(...buttons[0]);
  } catch (problem) {
    await choose(...buttons[1]);
    asked.body.prepend(failure(problem));
  }
}

function failure({ message, remedy }) {
  return h("div", { class: "viewer-failure", role: "status" }, h("strong", {}, message), remedy && h("p", {}, remedy));
}

// To the whole original in a tab of its own, and to the live page of what was read from the web.
function links(entry, page) {
  const file = entry && `/documents/${encodeURIComponent(entry.id)}/file${entry.type === "pdf" && page ? `#page=${page}` : ""}`;
  const live = entry && /^https?:/i.test(entry.source) && entry.source;
  const link = (id, href, label) => h("a", { id, class: "bare", href, target: "_blank", rel: "noopener noreferrer" }, t(label));
  return h("p", { class: "viewer-links" }, live && link("viewer-live", live, "livePage"), file && link("viewer-whole", file, "wholeOriginal"));
}

function closeButton() {
  return h("button", { type: "button", class: "bare", "aria-label": t("close"), title: `${t("close")} (Esc)`, onclick: closeOriginal }, icon("close"));
}

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
    if (panel.hidden || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const cardIsOpen = byId("passage")?.hidden === false;
    if (event.key === "Escape" && !cardIsOpen && !document.querySelector("dialog[open]")) {
      event.stopImmediatePropagation();
      closeOriginal();
    } else if (panel.contains(event.target) && !event.target.matches("input") && view?.keys?.[event.key]) {
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
