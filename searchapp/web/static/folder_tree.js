// The tree beside the list: folders, sites, what was uploaded, and collections, with how many documents lie in each.

import { editCollection } from "./collection_editor.js";
import { byId, h, icon } from "./dom.js";
import { showProblem } from "./frame.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";

const open = new Set([""]); // places whose folders are shown
const levels = new Map(); // answers by place
let collections = null;
let drawing = 0;

// `current` is {below, collection}, and `choose` is called with another; `again` has the counts asked for anew.
export async function drawTree(current, choose, { again = false } = {}) {
  const own = ++drawing;
  try {
    for (const place of [...open]) {
      if (again || !levels.has(place)) levels.set(place, await getJson(`/api/folders?${new URLSearchParams({ below: place })}`));
      if (own !== drawing) return;
    }
    if (again || !collections) ({ collections } = await getJson("/api/collections"));
    if (own !== drawing) return;
  } catch (problem) {
    return showProblem(problem);
  }
  const { total } = levels.get("");
  const focused = document.activeElement?.closest?.("#tree [data-place]");
  const every = line({ place: "", documents: total, folders: 0 }, t("allDocuments"), "file", current, choose);
  const sets = collections.map((one) => {
    const own = line({ place: one.name, documents: one.documents, folders: 0 }, one.name, "collection", current, choose);
    if (one.id && one.changeable) own.append(editButton(one, current, choose));
    return h("li", {}, own);
  });
  byId("tree").replaceChildren(h("li", {}, every), ...branches("", current, choose), ...(sets.length ? [h("li", { class: "tree-part" }, t("collections")), ...sets] : []));
  if (focused) {
    const same = [...byId("tree").querySelectorAll(focused.tagName)].find((one) => one.dataset.place === focused.dataset.place);
    same?.focus();
  }
}

function editButton(one, current, choose) {
  const changed = (name) => {
    if (current.collection === one.name) choose({ collection: name, below: "" });
    drawTree({ ...current, ...(current.collection === one.name && { collection: name }) }, choose, { again: true });
  };
  return h("button", { type: "button", class: "bare", "aria-label": t("collectionEdit", one.name), onclick: () => editCollection(one, changed) }, icon("pencil"));
}

function branches(place, current, choose) {
  const { folders, left_out: leftOut } = levels.get(place) ?? { folders: [], left_out: 0 };
  const lines = folders.map((folder) => {
    const { kind } = folder;
    const name = kind === "uploads" ? t("uploadsPlace") : folder.name;
    const shown = open.has(folder.place) && levels.has(folder.place);
    const own = line(folder, name, kind === "site" ? "globe" : "folder", current, choose);
    return h("li", {}, own, shown ? h("ul", {}, ...branches(folder.place, current, choose)) : null);
  });
  return leftOut ? [...lines, h("li", { class: "muted" }, t("andMore", leftOut))] : lines;
}

function line({ place, documents, folders }, name, picture, current, choose) {
  const shown = open.has(place);
  const where = picture === "collection" ? { collection: place, below: "" } : { below: place, collection: "" };
  const query = new URLSearchParams(Object.entries(where).filter(([, value]) => value)).toString();
  const holds = where.below === current.below && where.collection === current.collection;
  const fold = () => {
    if (!open.delete(place)) open.add(place);
    drawTree(current, choose);
  };
  const onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a new tab
    event.preventDefault();
    choose(where);
  };
  return h(
    "div",
    { class: "place" },
    folders > 0
      ? h("button", { type: "button", class: "bare", "data-place": place, "aria-expanded": String(shown), "aria-label": t(shown ? "foldPlace" : "unfoldPlace", name), onclick: fold }, icon(shown ? "down" : "right"))
      : h("span", { class: "leaf" }),
    h(
      "a",
      { href: query ? `/documents?${query}` : "/documents", "data-place": place, title: place || null, "aria-current": holds ? "true" : null, onclick },
      icon(picture),
      h("span", { class: "name", dir: "auto" }, name),
      h("span", { class: "count" }, String(documents)),
    ),
  );
}
