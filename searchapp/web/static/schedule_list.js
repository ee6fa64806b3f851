// A list of schedules: what, when next, how it went last and before, and what can be done with each.

import { h, icon } from "./dom.js";
import { call, getJson } from "./http.js";
import { lang, t } from "./i18n.js";

export const EVERY = ["hour", "day", "week"];
const POLL_MS = 2000;
const REST_MS = 15000;
const STATES = { done: "done", warned: "warning", failed: "failed" };
const address = (id, rest = "") => `/api/schedules/${encodeURIComponent(id)}${rest}`;

// Fills `list` with the schedules of `kinds` (all without any), and gives what draws it again and what ends that; `said`
// tells what went wrong, and `found` is called with what the server told.
export function scheduleList(list, said, { kinds = null, empty, found = () => {} }) {
  let timer = 0;
  let open = new Set(); // ids whose earlier runs are shown

  async function draw() {
    clearTimeout(timer);
    try {
      const told = await getJson("/api/schedules");
      const schedules = told.schedules.filter((one) => !kinds || kinds.includes(one.kind));
      const focused = document.activeElement?.dataset?.does;
      list.replaceChildren(...(schedules.length ? schedules.map(line) : [h("li", { class: "muted" }, empty)]));
      if (focused) list.querySelector(`[data-does="${CSS.escape(focused)}"]`)?.focus();
      found(told);
      timer = setTimeout(draw, schedules.some((one) => one.running || (one.next && new Date(one.next) <= new Date())) ? POLL_MS : REST_MS);
    } catch (problem) {
      tell(problem);
    }
  }

  function tell(problem) {
    said.textContent = [problem.message, problem.remedy].filter(Boolean).join(" ");
  }

  async function act(path, options) {
    said.textContent = "";
    try {
      await call(path, options);
    } catch (problem) {
      tell(problem);
    }
    draw();
  }

  const send = (schedule, body) =>
    act(address(schedule.id), { method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

  function line(schedule) {
    const { id, kind, target, every, depth, paused, running, next, last } = schedule;
    const name = [t(`kind_${kind}`), target].filter(Boolean).join(t("colon"));
    const when = h("select", { "aria-label": `${t("scheduleEvery")}: ${name}`, "data-does": `${id}-every` }, ...EVERY.map((one) => h("option", { value: one, selected: one === every }, t(`every_${one}`))));
    when.addEventListener("change", () => send(schedule, { every: when.value }));
    const tool = (key, picture, onclick) => h("button", { type: "button", class: "bare", "aria-label": `${t(key)}: ${name}`, title: t(key), "data-does": `${id}-${key}`, onclick }, icon(picture));
    return h(
      "li",
      {},
      h("strong", { title: name }, name),
      depth > 0 && h("span", { class: "muted" }, t("siteOf", depth)),
      h("p", { class: "muted" }, running ? t("scheduleRuns") : next ? t("scheduleNext", moment(next)) : t("schedulePaused")),
      last ? ran(last) : h("p", { class: "muted" }, t("scheduleNever")),
      h(
        "div",
        { class: "buttons" },
        when,
        tool("runNow", "again", () => act(address(id, "/run"), { method: "POST" })),
        tool(paused ? "resumeSchedule" : "pauseSchedule", paused ? "right" : "stop", () => send(schedule, { paused: !paused })),
        tool("removeSchedule", "trash", () => act(address(id), { method: "DELETE" })),
      ),
      last && history(id),
    );
  }

  const ran = ({ outcome, ended, message }) => h("p", {}, h("span", { class: `state ${STATES[outcome]}` }, t(STATES[outcome])), " ", h("span", { class: "muted" }, `${moment(ended)}${t("colon")}${message}`));

  function history(id) {
    const runs = h("div", { class: "runs" });
    const details = h("details", { open: open.has(id) }, h("summary", {}, t("earlierRuns")), runs);
    const fill = async () => {
      try {
        const { runs: kept } = await getJson(address(id, "/runs"));
        runs.replaceChildren(...kept.map(ran));
      } catch (problem) {
        tell(problem);
      }
    };
    details.addEventListener("toggle", () => {
      if (!details.isConnected) return; // it was drawn anew
      details.open ? open.add(id) : open.delete(id);
      if (details.open) fill();
    });
    if (details.open) fill();
    return details;
  }

  return { draw, tell, end: () => clearTimeout(timer) };
}

const moment = (iso) => new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
