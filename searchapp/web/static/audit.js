// The audit log on the operator's page: who did what, by filters and pages. Nothing here changes a record.

import { byId, h } from "./dom.js";
import { takeDrops } from "./drop.js";
import { showProblem } from "./frame.js";
import { getJson } from "./http.js";
import { labels, lang, t } from "./i18n.js";
import "./palette.js";

const SIZE = 25;
const OUTCOMES = ["done", "refused", "failed", "begun"];
const form = byId("audit-filters");
document.title = `${t("auditTitle")} – ${t("appName")}`;
const pages = [null]; // what `cursor` is on each page so far

function labelOf(kind, name) {
  const key = `${kind}_${name}`;
  return labels[key] ? t(key) : name;
}

function fillSelect(select, kind, names) {
  select.append(h("option", { value: "" }, t(`${kind}_any`)), ...names.map((name) => h("option", { value: name }, labelOf(kind, name))));
}

async function load() {
  const fields = Object.fromEntries(new FormData(form));
  const asked = new URLSearchParams({ size: SIZE });
  for (const [name, value] of Object.entries(fields)) if (value.trim()) asked.set(name, value.trim());
  if (pages.at(-1) !== null) asked.set("cursor", pages.at(-1));
  try {
    draw(await getJson(`/api/audit?${asked}`), asked.size > 1);
  } catch (problem) {
    showProblem(problem, load);
  }
}

function draw({ kept, records, next }, isFiltered) {
  const heads = ["auditWhen", "auditWho", "auditWhat", "auditOn", "auditOutcome"];
  byId("audit").hidden = !records.length;
  byId("audit").replaceChildren(
    h("thead", {}, h("tr", {}, ...heads.map((key) => h("th", { scope: "col" }, t(key))))),
    h("tbody", {}, ...records.map(row)),
  );
  const words = [!records.length && t(isFiltered ? "auditNoneFound" : "auditNone"), kept !== "database" && t(`audit_${kept}`)];
  byId("audit-note").textContent = words.filter(Boolean).join(" ");
  byId("audit-note").hidden = !byId("audit-note").textContent;
  byId("audit-newer").disabled = pages.length === 1;
  byId("audit-older").disabled = next === null;
  byId("audit-older").dataset.next = next ?? "";
  byId("audit-pager").hidden = pages.length === 1 && next === null;
}

function row(record) {
  const error = record.error && h("p", { class: "muted" }, record.error);
  const groups = record.groups?.length ? h("p", { class: "muted" }, t("auditGroups", record.groups.join(", "))) : null;
  const more = Object.keys(record.details).length
    ? h("details", {}, h("summary", {}, t("auditDetails")), h("pre", {}, JSON.stringify(record.details, null, 1)))
    : null;
  return h(
    "tr",
    {},
    h("td", {}, h("time", { datetime: record.when }, moment(record.when))),
    h("td", {}, record.who || t("auditUnknown"), h("p", { class: "muted" }, record.where)),
    h("td", {}, labelOf("what", record.what)),
    h("td", {}, record.on, groups, more),
    h("td", {}, h("span", { class: `state ${record.outcome}` }, labelOf("outcome", record.outcome)), error),
  );
}

const moment = (iso) => new Intl.DateTimeFormat(lang, { dateStyle: "short", timeStyle: "medium" }).format(new Date(iso));

function fromStart() {
  pages.length = 1;
  load();
}

const named = Object.keys(labels).filter((key) => key.startsWith("what_") && key !== "what_any");
fillSelect(form.elements.what, "what", named.map((key) => key.slice(5)));
fillSelect(form.elements.outcome, "outcome", OUTCOMES);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  fromStart();
});
form.addEventListener("change", fromStart);
byId("audit-older").addEventListener("click", () => {
  pages.push(Number(byId("audit-older").dataset.next));
  load();
});
byId("audit-newer").addEventListener("click", () => {
  pages.pop();
  load();
});
byId("audit-again").addEventListener("click", fromStart);
fromStart();
takeDrops();
