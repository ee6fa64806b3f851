// The dense table of documents: its columns, a row for each document, and what a row unfolds.

import { byId, h, icon } from "./dom.js";
import { crumbs } from "./hit.js";
import { day, languageName, t } from "./i18n.js";
import { breadcrumb, opens } from "./links.js";
import { may, mayChange } from "./rights.js";
import { unlockForm } from "./password_form.js";

export const ORDERS = ["newest", "oldest", "title", "source", "largest", "type", "state"];
// The first order of a column is what a press on its head asks for, the second what another press does.
const COLUMNS = [
  { name: "columnTitle", orders: ["title"] },
  { name: "columnFolder", orders: ["source"] },
  { name: "columnType", orders: ["type"] },
  { name: "columnSize", orders: ["largest"] },
  { name: "columnAdded", orders: ["newest", "oldest"] },
  { name: "columnState", orders: ["state"] },
];
const RISING = { newest: "descending", largest: "descending" };
export const RETRIED = ["failed", "quarantined"];
const open = new Set(); // ids whose details are shown
const operates = may("operate");

export function drawColumns(sort, change) {
  const heads = COLUMNS.map(({ name, orders }) => {
    const holds = orders.includes(sort);
    const next = orders[(orders.indexOf(sort) + 1) % orders.length];
    const direction = holds && (RISING[sort] ?? "ascending");
    return h(
      "th",
      { scope: "col", class: name, "aria-sort": holds && direction },
      h("button", { type: "button", title: t(`sort_${next}`), onclick: () => change(next) }, t(name), holds && icon("down")),
    );
  });
  const all = h("input", { type: "checkbox", id: "all", "aria-label": t("chooseAll") });
  byId("columns").replaceChildren(h("th", { scope: "col", class: "box" }, all), ...heads, h("th", { scope: "col", class: "more" }, h("span", { class: "sr-only" }, t("details"))));
}

// Rows that did not change stay, so that focus and selection survive the polling.
export function rowsOf(documents, chosen, changed) {
  const old = new Map([...byId("entries").children].map((row) => [row.dataset.id, row]));
  return documents.flatMap((entry) => {
    const version = JSON.stringify(entry);
    const kept = old.get(entry.id);
    const row = kept?.dataset.version === version ? kept : entryRow(entry, version, changed);
    if (!open.has(entry.id)) return [row];
    const below = row.nextElementSibling;
    return [row, row === kept && below?.dataset.of === entry.id ? below : detailsRow(entry, changed)];
  });
}

const titleOf = (entry) => entry.title || breadcrumb(entry.source).at(-1);

function entryRow(entry, version, changed) {
  const title = titleOf(entry);
  const said = entry.error || entry.note;
  const row = h(
    "tr",
    { "data-id": entry.id, "data-version": version, tabindex: "-1", "aria-selected": "false" },
    h("td", { class: "box" }, h("input", { type: "checkbox", tabindex: "-1", "aria-label": t("chooseOne", title) })),
    h("td", { class: "columnTitle" }, h("div", {}, icon("file"), h("a", { class: "title", ...opens({ document_id: entry.id, type: entry.type }), dir: "auto", title }, title))),
    h("td", { class: "columnFolder" }, said ? h("span", { class: entry.error ? "error" : "notice", title: said }, said) : folder(entry)),
    h("td", { class: "columnType" }, entry.type ? t(entry.type) : ""),
    h("td", { class: "columnSize", title: entry.chunks ? t("chunks", entry.chunks) : null }, entry.pages ? pagesOf(entry) : entry.chunks ? t("chunks", entry.chunks) : ""),
    h("td", { class: "columnAdded" }, entry.updated && h("time", { datetime: entry.updated }, day(entry.updated))),
    h("td", { class: "columnState" }, h("span", { class: `state ${entry.state}` }, t(entry.state))),
    h("td", { class: "more" }, unfold(entry, title, changed)),
  );
  row.entry = entry;
  return row;
}

function folder(entry) {
  const parts = crumbs(entry.source);
  return h("span", { class: "crumbs", title: entry.source }, ...(parts.length > 2 ? parts.slice(0, -2) : [t("uploadsPlace")]));
}

function pagesOf({ pages, pages_indexed: read }) {
  return read === null || read === undefined || read >= pages ? t("pages", pages) : t("pagesRead", read, pages);
}

function unfold(entry, title, changed) {
  const button = h("button", { type: "button", class: "bare", "aria-expanded": String(open.has(entry.id)), "aria-label": `${t("details")}: ${title}`, title: t("details"), tabindex: "-1" }, icon("down"));
  button.addEventListener("click", () => {
    const row = button.closest("tr");
    const shown = !open.delete(entry.id) && open.add(entry.id);
    if (shown) row.after(detailsRow(entry, changed));
    else if (row.nextElementSibling?.dataset.of === entry.id) row.nextElementSibling.remove();
    button.setAttribute("aria-expanded", String(Boolean(shown)));
  });
  return button;
}

// A narrow page hides some.
const shownColumns = () => [...byId("columns").children].filter((head) => head.offsetParent).length;

function detailsRow(entry, changed) {
  const facts = [
    [t("columnFolder"), folder(entry)],
    entry.error && [t("columnState"), h("span", { class: "error" }, entry.error, RETRIED.includes(entry.state) && entry.failures > 1 ? ` ${t("attempts", entry.failures)}` : "")],
    entry.note && [t("noted"), h("span", { class: "notice" }, entry.note)],
    entry.language && [t("facet_language"), languageName(entry.language)],
    entry.pages && [t("pagesOf"), pagesOf(entry)],
    entry.chunks > 0 && [t("passagesHeld"), String(entry.chunks)],
    entry.depth > 0 && [t("columnType"), t("siteOf", entry.depth)],
    entry.tags.length > 0 && [t("facet_tag"), entry.tags.map((tag) => `#${tag}`).join(" ")],
    entry.modified && [t("fileDate"), day(entry.modified)],
    entry.content_hash && [t("fingerprint"), h("code", {}, entry.content_hash.slice(0, 12))],
    operates && [t("readers"), entry.groups.join(", ") || t("everybody")],
  ];
  const rows = facts.filter(Boolean).flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]);
  const locked = RETRIED.includes(entry.state) && entry.lacking === "password" && mayChange(entry);
  return h("tr", { class: "details", "data-of": entry.id }, h("td", { colspan: String(shownColumns()) }, h("dl", {}, ...rows), locked ? unlockForm(entry, changed) : null));
}
