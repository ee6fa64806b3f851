// The operator's page: how the installation stands, and the operations that have a way back.

import { takeDrops } from "./drop.js";
import { byId, h } from "./dom.js";
import { hideProblem, showProblem } from "./frame.js";
import { call, getJson, postJson } from "./http.js";
import { lang, t } from "./i18n.js";
import "./palette.js";

const ROOT = "/api/operations";
const POLL_MS = 1500;
const REST_MS = 15000;
const STATES = ["queued", "running", "indexed", "failed", "quarantined"];
const BY_QUEUE = ["retry"];
const NAMES = { reindex: "reindex", rollback: "rollback", discard: "discard", retry: "retryAll", pause: "pauseQueue" };
let poll = 0;
let was = ""; // the id of the operation that ran at the last look

document.title = `${t("operationsTitle")} – ${t("appName")}`;

async function refresh() {
  clearTimeout(poll);
  try {
    const { tasks } = await getJson(`${ROOT}/tasks`);
    const running = tasks.find((task) => task.state === "running");
    drawRunning(running);
    drawHistory(tasks.filter((task) => task !== running));
    drawOverview(await getJson(ROOT), Boolean(running));
    if (was && !running) examine(); // what it changed may be what the doctor looked at
    was = running?.id ?? "";
    poll = setTimeout(refresh, running ? POLL_MS : REST_MS);
  } catch (problem) {
    showProblem(problem, refresh);
  }
}

function drawOverview(found, busy) {
  byId("store").textContent =
    found.store === "embedded" ? t("embeddedStore") : t("serverIs", found.version, found.nodes, found.licence);
  byId("model").textContent = `${t("configuredModel")}${t("colon")}${found.configured}`;
  const trouble = [found.fault, !found.matches && t("otherModel"), found.pending > 0 && t("pendingChanges", found.pending)];
  byId("trouble").textContent = trouble.filter(Boolean).join(" ") || (found.versions.length ? "" : t("noIndexYet"));
  byId("trouble").hidden = !byId("trouble").textContent;
  byId("trouble").className = found.versions.length ? "error" : "muted";
  drawVersions(found.versions);
  const buttons = (names) =>
    names.map((name) => h("button", { type: "button", class: "quiet", disabled: busy, onclick: () => ask(name) }, t(NAMES[name])));
  byId("actions").replaceChildren(...buttons(found.actions.filter((name) => !BY_QUEUE.includes(name))));
  byId("queue-actions").replaceChildren(...buttons(found.actions.filter((name) => BY_QUEUE.includes(name))), pausing(found.queue.paused));
  drawQueue(found.queue);
}

function drawVersions(versions) {
  const head = ["version", "versionState", "modelOf"].map((key) => h("th", { scope: "col" }, t(key)));
  const numbers = ["documentsHeld", "passagesHeld", "sizeHeld"].map((key) => h("th", { scope: "col", class: "number" }, t(key)));
  const rows = versions.map((one) =>
    h(
      "tr",
      {},
      h("td", {}, one.name),
      h("td", {}, h("span", { class: `state ${one.state}` }, t(one.state)), one.built !== null && h("p", { class: "muted" }, t("builtSoFar", one.built))),
      h("td", {}, one.model),
      h("td", { class: "number" }, one.documents.toLocaleString(lang)),
      h("td", { class: "number" }, one.passages.toLocaleString(lang)),
      h("td", { class: "number" }, size(one.bytes)),
    ),
  );
  byId("versions").hidden = !versions.length;
  byId("versions").replaceChildren(h("thead", {}, h("tr", {}, ...head, ...numbers)), h("tbody", {}, ...rows));
}

function drawQueue({ states, workers, paused, batches, in_hand: held, problem, unembedded }) {
  const counts = { ...states, indexed: (states.indexed ?? 0) + (states.unchanged ?? 0) };
  const shown = STATES.filter((name) => counts[name] > 0);
  byId("queue").replaceChildren(
    ...shown.map((name) => h("li", {}, h("strong", {}, counts[name].toLocaleString(lang)), t(name))),
  );
  const words = [
    !shown.length && t("queueEmpty"),
    t("workersNow", workers),
    batches !== null && t("batchesWait", batches, held),
    unembedded > 0 && t("vectorsFollow", unembedded),
    problem,
  ];
  byId("workers").textContent = words.filter(Boolean).join(" ");
  byId("paused").hidden = !paused;
  byId("paused").textContent = paused ? t("queuePaused", moment(paused.since), paused.by) : "";
}

function pausing(paused) {
  return h("button", { type: "button", class: "quiet", onclick: () => (paused ? hold(false) : ask("pause")) }, t(paused ? "resumeQueue" : "pauseQueue"));
}

// Holds the queue still, or lets it go on: both at once, and each is the other's way back.
async function hold(paused) {
  hideProblem();
  try {
    await postJson(`${ROOT}/queue`, { paused }, { method: "PUT" });
  } catch (problem) {
    showProblem(problem);
  }
  refresh();
}

function drawRunning(task) {
  byId("now").hidden = !task;
  if (!task) return;
  const known = task.total > 0;
  const step = t(task.step || "starting");
  byId("running").replaceChildren(
    h("p", { role: "status" }, `${t(NAMES[task.action])}: ${step}${known ? ` ${t("stepOf", task.done, task.total)}` : ""}`),
    h("button", { type: "button", class: "quiet", disabled: task.stopping, onclick: () => stop(task) }, t(task.stopping ? "stopping" : "stop")),
    h("progress", { max: known ? task.total : null, value: known ? task.done : null, "aria-label": step }),
  );
}

function drawHistory(tasks) {
  const rows = tasks.map((task) =>
    h(
      "li",
      {},
      h("span", { class: `state ${task.state}` }, t(task.state)),
      h(
        "div",
        {},
        h("p", {}, `${t(NAMES[task.action] ?? task.action)}. ${task.message}`),
        h("p", {}, [task.remedy, t("startedBy", task.by, moment(task.started))].filter(Boolean).join(" ")),
      ),
    ),
  );
  byId("history").replaceChildren(...(rows.length ? rows : [h("li", {}, h("p", { class: "muted" }, t("nothingDone")))]));
}

async function examine() {
  const button = byId("look");
  button.disabled = true;
  button.textContent = t("looking");
  try {
    const { findings } = await getJson(`${ROOT}/findings`);
    const order = ["error", "warning", "info", "ok"];
    findings.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
    byId("findings").replaceChildren(...(findings.length ? findings.map(findingRow) : [h("li", {}, h("p", {}, t("allWell")))]));
  } catch (problem) {
    showProblem(problem, examine);
  }
  button.disabled = false;
  button.textContent = t("lookAgain");
}

function checkName(check) {
  const key = `check_${check.replace(/\W/g, "_")}`;
  const name = t(key);
  return name === key ? check : name; // of a product: Redis
}

function findingRow({ severity, check, message, remedy }) {
  return h(
    "li",
    {},
    h("span", { class: `state ${severity}` }, t(severity)),
    h("div", {}, h("p", {}, `${checkName(check)}${t("colon")}${message}`), remedy && h("p", {}, remedy)),
  );
}

function ask(action) {
  const dialog = byId("confirm");
  byId("confirm-title").textContent = t(`${NAMES[action]}Title`);
  byId("confirm-text").textContent = t(`${NAMES[action]}Text`);
  byId("options").hidden = action !== "reindex";
  dialog.querySelector("[value=yes]").textContent = t(action === "pause" ? "pauseQueue" : "begin");
  dialog.returnValue = "no";
  dialog.onclose = async () => {
    if (dialog.returnValue !== "yes") return;
    if (action === "pause") return hold(true);
    hideProblem();
    const options = action === "reindex" ? { model: byId("next-model").value.trim(), throttle: Number(byId("throttle").value) } : {};
    try {
      await postJson(`${ROOT}/tasks`, { action, ...options });
    } catch (problem) {
      showProblem(problem);
    }
    refresh();
  };
  dialog.showModal();
}

async function stop(task) {
  try {
    await call(`${ROOT}/tasks/${encodeURIComponent(task.id)}`, { method: "DELETE" });
  } catch (problem) {
    showProblem(problem);
  }
  refresh();
}

function size(bytes) {
  const unit = bytes < 1e6 ? ["kilobyte", 1e3] : bytes < 1e9 ? ["megabyte", 1e6] : ["gigabyte", 1e9];
  return new Intl.NumberFormat(lang, { style: "unit", unit: unit[0], maximumFractionDigits: 1 }).format(bytes / unit[1]);
}

const moment = (iso) => new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));

byId("look").addEventListener("click", examine);
refresh();
examine();
takeDrops();
