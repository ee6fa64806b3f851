// What readers did not find, on the operator's page: by words, without names, a page at a time.

import { byId, h } from "./dom.js";
import { showProblem } from "./frame.js";
import { call, getJson } from "./http.js";
import { day, lang, t } from "./i18n.js";

const ROOT = "/api/operations/missed";
const SIZE = 20;
const { days, age } = byId("missed-about").dataset;
let from = 0;

async function load() {
  try {
    draw(await getJson(`${ROOT}?${new URLSearchParams({ size: SIZE, from })}`));
  } catch (problem) {
    showProblem(problem, load);
  }
}

function draw({ kept, total, rare, queries }) {
  if (!queries.length && from) {
    from = 0;
    return load();
  }
  byId("missed-about").textContent = kept ? t("missedAbout", Number(days), Number(age)) : t("missedOff");
  const words = [kept && !total && t("missedNone", Number(days)), rare > 0 && t("missedRare", rare)];
  byId("missed-note").textContent = words.filter(Boolean).join(" ");
  byId("missed-clear").hidden = !total && !rare;
  byId("missed").hidden = !queries.length;
  const head = ["missedQuery", "missedNothing", "missedWeak", "missedDays", "missedLast"];
  byId("missed").replaceChildren(
    h("thead", {}, h("tr", {}, ...head.map((key, i) => h("th", { scope: "col", class: i > 0 && i < 4 && "number" }, t(key))), h("th", {}))),
    h("tbody", {}, ...queries.map(row)),
  );
  byId("missed-before").disabled = !from;
  byId("missed-after").disabled = from + SIZE >= total;
  byId("missed-pager").hidden = total <= SIZE;
}

function row({ query, nothing, weak, days: on, last }) {
  const number = (value) => h("td", { class: "number" }, value.toLocaleString(lang));
  const search = h("a", { class: "quiet", href: `/?${new URLSearchParams({ q: query })}`, "aria-label": `${t("missedSearch")}: ${query}` }, t("missedSearch"));
  return h("tr", {}, h("td", { dir: "auto" }, query), number(nothing), number(weak), number(on), h("td", {}, h("time", { datetime: last }, day(`${last}T12:00`))), h("td", {}, search));
}

function turn(by) {
  from = Math.max(0, from + by);
  load();
}

byId("missed-before").addEventListener("click", () => turn(-SIZE));
byId("missed-after").addEventListener("click", () => turn(SIZE));
byId("missed-clear").addEventListener("click", () => {
  const dialog = byId("missed-confirm");
  dialog.returnValue = "no";
  dialog.onclose = async () => {
    if (dialog.returnValue !== "yes") return;
    try {
      await call(ROOT, { method: "DELETE" });
    } catch (problem) {
      showProblem(problem);
    }
    from = 0;
    load();
  };
  dialog.showModal();
});
load();
