// Ctrl-K: documents by title, saved searches, pages and actions, by the keyboard alone (a combobox with a list).

import { byId, h } from "./dom.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";
import { opens } from "./links.js";
import { may } from "./rights.js";
import { kept } from "./searches.js";

const PAUSE_MS = 120;
const DOCUMENTS = 6;
const field = h("input", {
  type: "text", role: "combobox", maxlength: "200", autocomplete: "off", spellcheck: "false", dir: "auto", "aria-autocomplete": "list",
  "aria-expanded": "true", "aria-controls": "palette-list", placeholder: t("paletteHint"), "aria-label": t("palette"),
});
const list = h("ul", { id: "palette-list", role: "listbox", "aria-label": t("palette") });
const none = h("p", { class: "muted", role: "status" });
const dialog = h("dialog", { id: "palette", class: "palette", "aria-label": t("palette") }, field, list, none);
let fixed = []; // pages, actions and saved searches: {name, kind, run}
let found = []; // documents
let active = 0;
let pause = 0;
let asking = null;

const go = (address) => () => location.assign(address);
const press = (id) => byId(id) && (() => byId(id).click());

function pagesAndActions() {
  const page = (label, address) => ({ name: t(label), kind: "palettePage", run: go(address) });
  const action = (label, run) => run && { name: t(label), kind: "paletteAction", run };
  return [
    page("startPage", "/"),
    page("documents", "/documents"),
    page("settings", "/settings"),
    may("operate") && page("operations", "/operations"),
    may("operate") && page("accounts", "/access"),
    action("newConversation", byId("answer-new")?.closest("[hidden]") === null ? press("answer-new") : go("/")),
    may("write") && action("addFiles", press("files") ?? go("/documents")),
    action("toTheme", press("theme")),
    action("otherLanguage", press("language")),
    action("keysTitle", press("help")),
    action("logout", press("logout")),
  ].filter(Boolean);
}

async function open() {
  if (dialog.open) return dialog.close();
  if (document.querySelector("dialog[open]")) return; // something else is being asked
  fixed = pagesAndActions();
  found = [];
  field.value = "";
  draw();
  dialog.showModal();
  try {
    const { saved } = await kept();
    fixed = [...saved.map((one) => ({ name: one.name, kind: "paletteSaved", run: go(one.address) })), ...fixed];
    draw();
  } catch {
    // The rest is there.
  }
}

function typed() {
  clearTimeout(pause);
  asking?.abort();
  draw();
  pause = setTimeout(find, PAUSE_MS);
}

async function find() {
  const q = field.value.trim();
  const own = (asking = new AbortController());
  const { documents } = q
    ? await getJson(`/api/documents?${new URLSearchParams({ q, size: DOCUMENTS, sort: "title" })}`, { signal: own.signal }).catch(() => ({ documents: [] }))
    : { documents: [] };
  if (own.signal.aborted || !dialog.open) return;
  found = documents.map((one) => ({ name: one.title || one.source, kind: "paletteDocument", run: show(one) }));
  draw();
}

// As a link in the page, so that the viewer takes it where there is one.
const show = (one) => () => {
  const link = h("a", opens({ document_id: one.id, type: one.type }));
  document.body.append(link);
  link.click();
  link.remove();
};

function draw() {
  const words = field.value.trim().toLowerCase().split(/\s+/);
  const shown = [...fixed.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word))), ...found];
  list.replaceChildren(
    ...shown.map((one, i) => {
      const option = h("li", { id: `palette-${i}`, role: "option", dir: "auto" }, h("span", {}, one.name), h("span", { class: "muted" }, t(one.kind)));
      option.addEventListener("click", () => choose(one));
      option.addEventListener("pointermove", () => i !== active && mark(i));
      option.run = () => choose(one);
      return option;
    }),
  );
  none.textContent = shown.length ? "" : t("paletteNothing");
  mark(0);
}

function choose(one) {
  dialog.close();
  one.run();
}

function mark(index) {
  active = index;
  [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
  const option = list.children[index];
  if (!option) return field.removeAttribute("aria-activedescendant");
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function key(event) {
  if (event.isComposing) return;
  const last = list.children.length - 1;
  const to = { ArrowDown: active < last ? active + 1 : 0, ArrowUp: active ? active - 1 : last, Home: 0, End: last }[event.key];
  if (to !== undefined) mark(Math.max(0, to));
  else if (event.key === "Enter") list.children[active]?.run();
  else return;
  event.preventDefault();
}

document.body.append(dialog);
field.addEventListener("input", typed);
field.addEventListener("keydown", key);
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close()); // beside it
dialog.addEventListener("close", () => (clearTimeout(pause), asking?.abort()));
byId("palette-open")?.addEventListener("click", open);
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  event.preventDefault();
  open();
});
