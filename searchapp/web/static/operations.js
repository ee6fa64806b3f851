// The operator's page: how the installation stands, live, and the operations that have a way back.

import { byId, h, redraw } from "./dom.js";
import { takeDrops } from "./drop.js";
import { hideProblem, showProblem } from "./frame.js";
import { call, getJson, postJson } from "./http.js";
import { ago, t } from "./i18n.js";
import { changes, NAMES, PANELS } from "./operations_panels.js";
import { drawSchedules, offerSchedules } from "./operations_schedules.js";
import "./palette.js";
import { tell } from "./toast.js";

const ROOT = "/api/operations";
const BUSY_MS = 2000;
const REST_MS = 8000;
const FIRST_MS = 1000; // until all was looked at once
const LONGEST_WAIT_MS = 30_000; // while the server is away
const ANSWER_MS = 20_000;
const TICK_MS = 20_000;
let poll = 0;
let tag = ""; // of the answer that is shown
let shown = null;
let failures = 0;
let asked = 0; // which look is the latest: an earlier one that comes late shows nothing
const drawn = new Map(); // of each panel, what it shows

document.title = `${t("operationsTitle")} – ${t("appName")}`;

async function refresh() {
  clearTimeout(poll);
  const mine = ++asked;
  let wait = LONGEST_WAIT_MS;
  try {
    const known = tag ? { "If-None-Match": tag } : {};
    const answer = await call(`${ROOT}/board`, { headers: known, cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
    if (mine !== asked) return;
    failures = 0;
    if (answer.status !== 304) {
      tag = answer.headers.get("ETag") ?? "";
      show(await answer.json());
    }
    byId("board").dataset.state = stateOf(shown);
    byId("away").hidden = true;
    byId("board").classList.remove("stale");
    wait = !shown.examined || !shown.overview ? FIRST_MS : isBusy(shown) ? BUSY_MS : REST_MS;
  } catch (problem) {
    if (mine !== asked) return;
    if (problem.status === 401) return; // on the way to the login
    wait = Math.min(BUSY_MS * 2 ** failures++, LONGEST_WAIT_MS);
    byId("away").textContent = shown ? t("boardAway", problem.message || t("offline")) : problem.message || t("offline");
    byId("away").hidden = false;
    byId("board").classList.add("stale");
    byId("board").dataset.state = "away";
  }
  if (!document.hidden) poll = setTimeout(refresh, wait);
}

const stateOf = ({ examined, wants }) => wants[0]?.severity ?? (examined ? "ok" : "looking");
const running = (board) => board.tasks.find((task) => task.state === "running");
const isDue = ({ running, called, next }) => running || called || (next && new Date(next) <= new Date());
const isBusy = (board) => Boolean(running(board)) || board.schedules.some(isDue);

function show(board) {
  if (shown) tellEnded(shown, board);
  shown = board;
  const busy = Boolean(running(board));
  for (const [id, panel] of Object.entries(PANELS)) {
    const of = panel.of(board, busy);
    const key = JSON.stringify(of);
    if (drawn.get(id) === key) continue;
    drawn.set(id, key);
    const nodes = panel.draw(of);
    byId(panel.hides ?? id).hidden = !nodes.length;
    redraw(byId(id), nodes);
  }
  drawSchedules(board.schedules);
}

// What ran at the last look and has ended is told, with its way back.
function tellEnded(before, { tasks }) {
  const was = running(before);
  const now = was && tasks.find((task) => task.id === was.id);
  if (!now || now.state === "running") return;
  const back = now.state === "done" && now.action === "rollback" ? () => begin("rollback") : null;
  tell([`${t(NAMES[now.action] ?? now.action)}: ${t(now.state)}.`, now.message].filter(Boolean).join(" "), back);
}

// Holds the queue still, or lets it go on: both at once, and each is the other's way back.
async function hold(paused) {
  hideProblem();
  try {
    await postJson(`${ROOT}/queue`, { paused }, { method: "PUT" });
    tell(t(paused ? "queueNowPaused" : "queueNowGoes"), () => hold(!paused));
  } catch (problem) {
    showProblem(problem);
  }
  refresh();
}

async function begin(action, options = {}) {
  hideProblem();
  try {
    await postJson(`${ROOT}/tasks`, { action, ...options });
  } catch (problem) {
    showProblem(problem);
  }
  await refresh();
}

function ask(action) {
  const dialog = byId("confirm");
  byId("confirm-title").textContent = t(`${NAMES[action]}Title`);
  byId("confirm-text").textContent = t(`${NAMES[action]}Text`);
  byId("options").hidden = action !== "reindex";
  dialog.querySelector("[value=yes]").textContent = t(action === "pause" ? "pauseQueue" : "begin");
  dialog.returnValue = "no";
  dialog.onclose = () => {
    if (dialog.returnValue !== "yes") return;
    if (action === "pause") hold(true);
    else begin(action, action === "reindex" ? { model: byId("next-model").value.trim(), throttle: Number(byId("throttle").value) } : {});
  };
  dialog.showModal();
}

async function stop(id) {
  try {
    await call(`${ROOT}/tasks/${encodeURIComponent(id)}`, { method: "DELETE" });
  } catch (problem) {
    showProblem(problem);
  }
  refresh();
}

async function examine() {
  const button = byId("look");
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  button.textContent = t("looking");
  try {
    await getJson(`${ROOT}/findings`);
    await Promise.all([refresh(), showChanges()]);
  } catch (problem) {
    showProblem(problem, examine);
  }
  button.removeAttribute("aria-disabled");
  button.textContent = t("lookAgain");
}

async function showChanges() {
  if (!byId("changes").open) return;
  try {
    redraw(byId("changed"), changes((await getJson(`${ROOT}/findings/history`)).changes));
  } catch (problem) {
    showProblem(problem, showChanges);
  }
}

// Buttons are drawn anew while the page lives, so nobody listens to one of them.
byId("board").addEventListener("click", (event) => {
  const button = event.target.closest("[data-does]");
  if (!button || button.getAttribute("aria-disabled")) return;
  const { does, task } = button.dataset;
  if (does === "stop") stop(task);
  else if (does === "resume") hold(false);
  else if (does === "pause" || NAMES[does]) ask(does);
});
byId("look").addEventListener("click", examine);
byId("changes").addEventListener("toggle", showChanges);
document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(poll) : refresh()));
setInterval(() => {
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const words = ago(time.dateTime);
    if (time.textContent !== words) time.textContent = words;
  }
}, TICK_MS);
offerSchedules(refresh);
refresh();
takeDrops();
