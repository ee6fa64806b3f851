// How well judged queries were answered over time: a drawing, and the same as a table.

import { byId, h } from "./dom.js";
import { showProblem } from "./frame.js";
import { getJson } from "./http.js";
import { lang, moment, t } from "./i18n.js";
import { drawChart } from "./judged_chart.js";

const CHANGES = ["index", "model", "settings"];
const select = byId("judged-target");
const figure = (value) => value.toLocaleString(lang, { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const nameOf = (target) => (target === "thumbs" ? t("judgedThumbs") : target);
let runs = []; // the oldest first

async function load() {
  try {
    runs = (await getJson("/api/operations/judged")).runs.toReversed();
  } catch (problem) {
    return showProblem(problem, load);
  }
  const targets = [...new Set(runs.map((run) => run.target).toReversed())]; // what was asked last first
  select.replaceChildren(...targets.map((target) => h("option", { value: target }, nameOf(target))));
  byId("judged-which").hidden = targets.length < 2;
  byId("judged-note").hidden = targets.length > 0;
  byId("judged-note").textContent = targets.length ? "" : t("judgedNone");
  draw();
}

function draw() {
  const shown = runs.filter((run) => run.target === select.value);
  byId("judged-chart").hidden = byId("judged-runs").hidden = !shown.length;
  if (!shown.length) return;
  const points = shown.map((run, i) => ({
    at: new Date(run.ended).getTime(),
    value: run.ndcg_at_10,
    text: t("judgedPoint", moment(run.ended), figure(run.ndcg_at_10)),
    changes: i ? CHANGES.filter((name) => run[name] !== shown[i - 1][name]).map((name) => t(`judged_${name}`)) : [],
  }));
  const values = points.map((point) => point.value);
  const [first, last] = [shown[0], shown.at(-1)];
  const told = t("judgedChart", nameOf(last.target), shown.length, moment(first.ended), moment(last.ended), figure(last.ndcg_at_10), figure(Math.min(...values)), figure(Math.max(...values)));
  drawChart(byId("judged-chart"), points, last.least, told);
  drawTable(shown, points);
}

function drawTable(shown, points) {
  const head = [t("judgedWhen"), "nDCG@10", "recall@100", t("judgedQueries"), t("judgedUnknown"), t("judgedChanged")];
  const number = (text) => h("td", { class: "number" }, text);
  const rows = shown.map((run, i) =>
    h(
      "tr",
      {},
      h("td", {}, h("time", { datetime: run.ended }, moment(run.ended))),
      number(figure(run.ndcg_at_10)),
      number(figure(run.recall_at_100)),
      number(run.queries.toLocaleString(lang)),
      number(run.unknown.toLocaleString(lang)),
      h("td", {}, points[i].changes.length ? h("span", { title: CHANGES.map((name) => run[name]).join("\n") }, points[i].changes.join(", ")) : ""),
    ),
  );
  byId("judged-table").replaceChildren(
    h("thead", {}, h("tr", {}, ...head.map((text, i) => h("th", { scope: "col", class: i > 0 && i < 5 && "number" }, text)))),
    h("tbody", {}, ...rows.toReversed()),
  );
}

select.addEventListener("change", draw);
let width = 0;
new ResizeObserver(([{ contentRect }]) => {
  if (Math.round(contentRect.width) === width) return;
  width = Math.round(contentRect.width);
  draw();
}).observe(byId("judged-section"));
load();
