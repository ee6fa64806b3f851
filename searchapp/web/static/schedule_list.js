// A list of schedules: what, when next, how it went last and before, and what can be done with each.

import { h, icon, redraw } from "./dom.js";
import { call, getJson, postJson } from "./http.js";
import { moment, t, timeAgo } from "./i18n.js";
import { editTime, timeChange } from "./schedule_time.js";
import { tell } from "./toast.js";

export const EVERY = ["hour", "day", "week"];
const POLL_MS = 2000;
const REST_MS = 15000;
const STATES = { done: "done", warned: "warning", failed: "failed" };
const address = (id, rest = "") => `/api/schedules/${encodeURIComponent(id)}${rest}`;

// Shows in `list` the schedules of `kinds` (all without any); `said` tells what went wrong. Gives `show`, and `draw` and
// `end` for who has it fetch them again and again; `changed` is called in place of `draw` where somebody else fetches.
export function scheduleList(list, said, { kinds = null, empty, changed = null }) {
  let timer = 0;
  let asked = 0; // which look is the latest: an earlier one that comes late shows nothing
  let shown = [];
  const open = new Set(); // ids whose earlier runs are shown
  const earlier = new Map(); // and what they are

  function show(all) {
    shown = all.filter((one) => !kinds || kinds.includes(one.kind));
    redraw(list, shown.length ? shown.map(line) : [h("li", { class: "muted" }, empty)]);
  }

  async function draw() {
    clearTimeout(timer);
    const mine = ++asked;
    try {
      const { schedules } = await getJson("/api/schedules");
      if (mine !== asked) return;
      show(schedules);
      timer = setTimeout(draw, shown.some((one) => one.running || (one.next && new Date(one.next) <= new Date())) ? POLL_MS : REST_MS);
    } catch (problem) {
      tellWrong(problem);
    }
  }

  function tellWrong(problem) {
    said.textContent = [problem.message, problem.remedy].filter(Boolean).join(" ");
  }

  // What is done can be taken back: `undo` gives what that takes.
  async function act(does, words = "", undo = null) {
    said.textContent = "";
    try {
      await does();
      if (words) tell(words, undo && (() => act(undo)));
    } catch (problem) {
      tellWrong(problem);
    }
    (changed ?? draw)();
  }

  const patch = (id, body) => call(address(id), { method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

  async function addAgain({ kind, target, every, depth, groups, keep, least, at, paused }) {
    const made = await postJson("/api/schedules", { kind, target, every, depth, groups: groups ?? [], keep, least, at, at_once: false });
    if (paused) await patch((await made.json()).id, { paused });
  }

  function doTo(id, does) {
    const one = shown.find((known) => known.id === id);
    const name = nameOf(one);
    if (does === "run") act(() => call(address(id, "/run"), { method: "POST" }), t("scheduleCalled", name));
    else if (does === "time") editTime(one, name, (change) => saveTime(one, name, change));
    else if (does === "remove") act(() => call(address(id), { method: "DELETE" }), t("scheduleRemoved", name), () => addAgain(one));
    else act(() => patch(id, { paused: !one.paused }), t(one.paused ? "scheduleGoesOn" : "scheduleStops", name), () => patch(id, { paused: one.paused }));
  }

  async function saveTime(one, name, change) {
    await patch(one.id, change);
    tell(t("scheduleTimeChanged", name), () => act(() => patch(one.id, timeChange(one.at))));
    (changed ?? draw)();
  }

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) doTo(button.closest("li").dataset.id, button.dataset.do);
  });
  list.addEventListener("change", ({ target }) => target.matches("select") && act(() => patch(target.closest("li").dataset.id, { every: target.value })));

  function line(schedule) {
    const { id, depth, every, at, paused, running, next, last } = schedule;
    const name = nameOf(schedule);
    const tool = (key, does, picture) => h("button", { type: "button", class: "bare", "aria-label": `${t(key)}: ${name}`, title: t(key), "data-do": does, "data-does": `${id}-${does}` }, icon(picture));
    return h(
      "li",
      { "data-id": id },
      h("div", {}, h("strong", { title: name }, name), depth > 0 && h("span", { class: "muted" }, ` ${t("siteOf", depth)}`), at && h("p", { class: "muted" }, timeOf(at))),
      h("div", {}, ...(last ? [ran(last), history(id)] : [h("p", { class: "muted" }, t("scheduleNever"))])),
      h("p", { class: "muted" }, ...(running ? [t("scheduleRuns")] : next ? [`${t("scheduleNext")}${t("colon")}`, timeAgo(next)] : [t("schedulePaused")])),
      h(
        "div",
        { class: "buttons" },
        h("select", { "aria-label": `${t("scheduleEvery")}: ${name}`, "data-does": `${id}-every` }, ...EVERY.map((one) => h("option", { value: one, selected: one === every }, t(`every_${one}`)))),
        every !== "hour" && tool("changeTime", "time", "pencil"),
        tool("runNow", "run", "again"),
        tool(paused ? "resumeSchedule" : "pauseSchedule", "pause", paused ? "right" : "stop"),
        tool("removeSchedule", "remove", "trash"),
      ),
    );
  }

  function history(id) {
    const details = h("details", { open: open.has(id) }, h("summary", {}, t("earlierRuns")), h("div", { class: "runs" }, ...(earlier.get(id) ?? []).map(ran)));
    details.addEventListener("toggle", async () => {
      if (!details.isConnected) return; // it was drawn anew
      details.open ? open.add(id) : open.delete(id);
      if (!details.open) return;
      try {
        earlier.set(id, (await getJson(address(id, "/runs"))).runs);
        redraw(details.querySelector(".runs"), earlier.get(id).map(ran));
      } catch (problem) {
        tellWrong(problem);
      }
    });
    return details;
  }

  return { show, draw, tell: tellWrong, end: () => clearTimeout(timer) };
}

const nameOf = ({ kind, target }) => [t(`kind_${kind}`), target].filter(Boolean).join(t("colon"));
const timeOf = ({ on, time, zone }) => t("scheduleTime", [on && t(`weekday_${on}`), time, zone].filter(Boolean).join(" "));
const ran = ({ outcome, ended, message }) => h("p", { class: "ran" }, h("span", { class: `state ${STATES[outcome]}`, title: moment(ended) }, t(STATES[outcome])), " ", h("span", { class: "muted" }, timeAgo(ended), `${t("colon")}${message}`));
