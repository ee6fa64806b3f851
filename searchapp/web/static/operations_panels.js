// What each panel of the operator's page shows: `of` picks it from the board, so that a panel is drawn anew only where
// that has changed, and `draw` makes the nodes of it. A panel without any is hidden.

import { h } from "./dom.js";
import { labels, lang, moment, t, timeAgo } from "./i18n.js";

export const NAMES = { reindex: "reindex", rollback: "rollback", discard: "discard", retry: "retryAll", pause: "pauseQueue", snapshot: "takeSnapshot", drill: "drillSnapshot" };
const STATES = ["queued", "running", "indexed", "failed", "quarantined"];
const PLACES = { schedules: "schedules", queue: "queue-panel", index: "index", aliases: "index", versions: "index", snapshots: "snapshots-panel", audit: "records", disk: "vitals", health: "vitals", services: "vitals" };
const LINES_OF_FINDINGS = ["error", "warning"];
const BOTH = ["snapshot", "drill"];
const MOST_CHANGES = 30;

const button = (does, busy, key = NAMES[does]) => h("button", { type: "button", class: "quiet", "data-does": does, "aria-disabled": busy && "true" }, t(key));
const number = (value) => value.toLocaleString(lang);
const named = (prefix, name) => (labels[`${prefix}_${name}`] ? t(`${prefix}_${name}`) : name);

function checkName(check) {
  const key = `check_${check.replace(/\W/g, "_")}`;
  return labels[key] ? t(key) : check; // of a product: Redis
}

const line = (name, ...value) => [h("dt", {}, t(name)), h("dd", {}, ...value)];
const state = (kind, ...words) => h("span", { class: `state ${kind}` }, ...words);

function size(bytes) {
  const unit = bytes < 1e6 ? ["kilobyte", 1e3] : bytes < 1e9 ? ["megabyte", 1e6] : bytes < 1e12 ? ["gigabyte", 1e9] : ["terabyte", 1e12];
  return new Intl.NumberFormat(lang, { style: "unit", unit: unit[0], maximumFractionDigits: 1 }).format(bytes / unit[1]);
}

function verdict({ wants, examined, behind }) {
  const words = !examined && !wants.length ? t("boardLooking") : wants.length ? t("boardWants", wants.length) : t("boardWell");
  return [words, behind && h("span", { class: "muted" }, " ", t("boardBehind"), " ", timeAgo(behind))].filter(Boolean);
}

// What it is about, each once; the worst comes first.
const wants = (found) =>
  [...new Set(found.map((one) => one.about))].map((about) => {
    const all = found.filter((one) => one.about === about);
    const more = all.length > 1 ? ` (${number(all.length)})` : "";
    return h("li", {}, h("a", { href: `#${PLACES[about] ?? "findings-panel"}`, class: `state ${all[0].severity}`, title: all.map((one) => one.message).join(" ") }, checkName(about) + more));
  });

function vitals({ overview, disk, services }) {
  const cell = (key, kind, value, more) => h("div", {}, h("dt", {}, t(key)), h("dd", {}, state(kind, value), more && h("p", { class: "muted" }, more)));
  const cells = [];
  if (overview) {
    const { store, version, health, nodes, licence } = overview;
    const kind = { red: "error", yellow: "warning" }[health] ?? "ok";
    cells.push(store === "embedded" ? cell("vitalStore", kind, t("embeddedStore")) : cell("vitalStore", kind, `Elasticsearch ${version}`, t("vitalCluster", named("health", health), nodes, licence)));
  }
  if (disk) cells.push(cell("vitalDisk", disk.free < disk.total / 20 ? "error" : disk.free < disk.total / 7 ? "warning" : "ok", t("vitalFree", size(disk.free)), t("vitalOf", size(disk.total))));
  for (const { name, model, problem } of services) cells.push(cell(name === "embedding_model" ? "vitalEmbedding" : "vitalLanguage", problem ? (name === "embedding_model" ? "error" : "warning") : "ok", model, problem));
  return cells;
}

function trouble({ fault, matches, pending, versions }) {
  const words = [fault, !matches && t("otherModel"), pending > 0 && t("pendingChanges", pending)].filter(Boolean);
  if (!words.length && !versions.length) words.push(t("noIndexYet"));
  return words.length ? [words.join(" ")] : [];
}

function versions({ versions, actions, busy }) {
  if (!versions.length) return [];
  const back = actions.includes("rollback") ? versions.findLast((one) => one.state === "written") : null;
  const head = ["version", "versionState", "modelOf"].map((key) => h("th", { scope: "col" }, t(key)));
  const numbers = ["documentsHeld", "passagesHeld", "sizeHeld"].map((key) => h("th", { scope: "col", class: "number" }, t(key)));
  const rows = versions.map((one) =>
    h(
      "tr",
      { "data-name": one.name },
      h("td", {}, one.name),
      h("td", {}, state(one.state, t(one.state)), one.built !== null && h("p", { class: "muted" }, t("builtSoFar", one.built)), one === back && h("p", {}, button("rollback", busy))),
      h("td", {}, one.model),
      h("td", { class: "number" }, number(one.documents)),
      h("td", { class: "number" }, number(one.passages)),
      h("td", { class: "number" }, size(one.bytes)),
    ),
  );
  return [h("thead", {}, h("tr", {}, ...head, ...numbers)), h("tbody", {}, ...rows)];
}

function queue({ states, waiting }) {
  const counts = { ...states, indexed: (states.indexed ?? 0) + (states.unchanged ?? 0) };
  const shown = STATES.filter((name) => counts[name] > 0);
  return shown.map((name) =>
    h("li", { class: name }, h("strong", {}, number(counts[name])), t(name), name === "queued" && waiting && h("span", {}, t("oldestWaits"), " ", timeAgo(waiting))),
  );
}

const workers = ({ states, workers: working, batches, in_hand: held, unembedded, problem }) =>
  [[!Object.keys(states).length && t("queueEmpty"), t("workersNow", working), batches !== null && t("batchesWait", batches, held), unembedded > 0 && t("vectorsFollow", unembedded), problem].filter(Boolean).join(" ")];

function snapshots({ taken }) {
  if (!taken) return [];
  const latest = taken.latest ? [timeAgo(taken.latest), taken.documents === null ? "" : ` · ${t("documentsIn", taken.documents)}`] : [state("warning", t("snapshotNone"))];
  const drilled = taken.drilled ? [state(taken.passed ? "ok" : "error", t(taken.passed ? "drillPassed" : "drillFailed")), " ", timeAgo(taken.drilled)] : [h("span", { class: "muted" }, t("drillNever"))];
  return [...line("snapshotLatest", ...latest), ...line("snapshotNumber", number(taken.number)), ...line("snapshotDrill", ...drilled)];
}

function quality(judged) {
  if (!judged.length) return line("qualityNone", h("span", { class: "muted" }, t("qualityHow")));
  return judged.flatMap(({ target, last, least }) => {
    const reached = last?.figures["ndcg@10"];
    const low = reached !== undefined && reached < least;
    const told = reached === undefined ? h("span", { class: "muted" }, t(last ? "qualityFailed" : "scheduleNever")) : state(low ? "warning" : "ok", reached.toFixed(3));
    const more = [least > 0 && t("qualityFloor", least.toFixed(3)), reached !== undefined && t("qualityQueries", last.figures.queries)].filter(Boolean).join(" · ");
    return [h("dt", {}, `nDCG@10 ${target.split("/").pop()}`), h("dd", {}, told, " ", h("span", { class: "muted" }, more, " ", last && timeAgo(last.ended)))];
  });
}

function findings({ findings: found, examined }) {
  if (!examined) return [h("p", { class: "muted" }, t("boardLooking"))];
  const row = ({ severity, check, message, remedy }) =>
    h("li", {}, h("strong", { class: `state ${severity}` }, h("span", { class: severity === "error" ? "" : "sr-only" }, `${t(severity)}${t("colon")}`), checkName(check)), h("p", {}, message), remedy && h("p", { class: "muted" }, remedy));
  const bad = LINES_OF_FINDINGS.flatMap((kind) => found.filter((one) => one.severity === kind));
  const rest = ["info", "ok"].flatMap((kind) => found.filter((one) => one.severity === kind));
  return [
    bad.length ? h("ul", {}, ...bad.map(row)) : h("p", {}, state("ok", t("allWell"))),
    rest.length > 0 && h("details", {}, h("summary", {}, t("findingsFine", rest.length)), h("ul", {}, ...rest.map(row))),
    h("p", { class: "muted" }, t("lookedAt"), " ", timeAgo(examined)),
  ].filter(Boolean);
}

// What examinations found new, or found gone, the latest first.
export function changes(found) {
  const rows = found.flatMap(({ at, new: came, gone }) => [...came.map((one) => [at, "findingNew", one]), ...gone.map((one) => [at, "findingGone", one])]);
  if (!rows.length) return [h("li", { class: "muted" }, t("findingsChangesNone"))];
  return rows.slice(0, MOST_CHANGES).map(([at, what, { severity, check, message }]) =>
    h("li", {}, state(what === "findingNew" ? severity : "ok", t(what)), h("div", {}, h("p", {}, message), h("p", {}, `${checkName(check)}, `, timeAgo(at)))),
  );
}

function underWay(task) {
  if (!task) return [];
  const known = task.total > 0;
  const step = t(task.step || "starting");
  return [
    h("p", { role: "status" }, `${t(NAMES[task.action])}: ${step}${known ? ` ${t("stepOf", task.done, task.total)}` : ""}`),
    h("button", { type: "button", class: "quiet", "data-does": "stop", "data-task": task.id, "aria-disabled": task.stopping && "true" }, t(task.stopping ? "stopping" : "stop")),
    h("progress", { max: known ? task.total : null, value: known ? task.done : null, "aria-label": step }),
  ];
}

function history(tasks) {
  if (!tasks.length) return [h("li", {}, h("p", { class: "muted" }, t("nothingDone")))];
  return tasks.map((task) =>
    h(
      "li",
      {},
      state(task.state, t(task.state)),
      h("div", {}, h("p", {}, `${t(NAMES[task.action] ?? task.action)}. ${task.message}`), h("p", {}, task.remedy && `${task.remedy} `, `${task.by}, `, timeAgo(task.started))),
    ),
  );
}

function records(found) {
  if (!found.length) return [h("li", { class: "muted" }, t("auditNone"))];
  return found.map(({ when, who, what, on, outcome }) =>
    h("li", {}, timeAgo(when), h("span", {}, who || t("auditUnknown")), h("span", {}, named("what", what), on && h("span", { class: "muted", title: on }, ` ${on}`)), state(outcome, named("outcome", outcome))),
  );
}

const ofOverview = (pick) => (board, busy) => board.overview && { ...pick(board.overview), busy };
const buttons = (of) => (found) => (found ? of(found) : []);

export const PANELS = {
  verdict: { of: ({ wants: all, examined, behind }) => ({ wants: all.map((one) => one.severity), examined: Boolean(examined), behind }), draw: verdict },
  wants: { of: (board) => board.wants, draw: wants },
  vitals: { of: ({ overview, disk, services }) => ({ overview: overview && { store: overview.store, version: overview.version, health: overview.health, nodes: overview.nodes, licence: overview.licence }, disk, services }), draw: vitals },
  running: { hides: "now", of: (board) => board.tasks.find((task) => task.state === "running") ?? null, draw: underWay },
  trouble: { of: ofOverview(({ fault, matches, pending, versions: all }) => ({ fault, matches, pending, versions: all.map((one) => one.name) })), draw: buttons(trouble) },
  versions: { of: ofOverview(({ versions: all, actions }) => ({ versions: all, actions })), draw: buttons(versions) },
  actions: { of: ofOverview(({ actions }) => ({ actions })), draw: buttons(({ actions, busy }) => actions.filter((name) => ["reindex", "discard"].includes(name)).map((name) => button(name, busy))) },
  queue: { of: ({ overview, waiting }) => overview && { states: overview.queue.states, waiting }, draw: buttons(queue) },
  workers: { of: ({ overview }) => overview?.queue ?? null, draw: buttons(workers) },
  paused: { of: ({ overview }) => overview?.queue.paused ?? null, draw: (paused) => (paused ? [t("queuePaused", moment(paused.since), paused.by)] : []) },
  "queue-actions": {
    of: ofOverview(({ queue: { paused }, actions }) => ({ paused: Boolean(paused), retry: actions.includes("retry") })),
    draw: buttons(({ paused, retry, busy }) => [retry && button("retry", busy), paused ? button("resume", false, "resumeQueue") : button("pause", false)].filter(Boolean)),
  },
  snapshots: { hides: "snapshots-panel", of: ({ snapshots: taken }) => ({ taken }), draw: snapshots },
  "snapshot-actions": { of: ofOverview(({ actions }) => ({ actions: actions.filter((name) => BOTH.includes(name)) })), draw: buttons(({ actions, busy }) => actions.map((name) => button(name, busy))) },
  quality: { of: ({ schedules }) => schedules.filter((one) => one.kind === "judged").map(({ target, last, least }) => ({ target, last, least })), draw: quality },
  findings: { of: ({ findings: found, examined }) => ({ findings: found, examined }), draw: findings },
  history: { of: ({ tasks }) => tasks.filter((task) => task.state !== "running"), draw: history },
  records: { of: (board) => board.records, draw: records },
};
