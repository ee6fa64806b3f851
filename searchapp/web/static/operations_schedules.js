// The operator's schedules: all kinds in one list, and a form that adds one.

import { byId, h } from "./dom.js";
import { getJson, postJson } from "./http.js";
import { t } from "./i18n.js";
import { EVERY, scheduleList } from "./schedule_list.js";
import { WEEKDAYS } from "./schedule_time.js";

// Which of the fields a kind has.
const FIELDS = { folder: ["target"], site: ["target", "depth"], judged: ["target", "least"], snapshot: ["keep"], drift: [], doctor: [] };
const TARGETS = { folder: "targetFolder", site: "targetSite", judged: "targetJudged" };
const form = byId("schedule-new");
const said = byId("schedules-said");
const field = (name) => form.elements[name];
let list = null;

export const drawSchedules = (schedules) => list.show(schedules);

// `changed` is called when something was added or changed.
export async function offerSchedules(changed) {
  list = scheduleList(byId("schedules"), said, { empty: t("noSchedules"), changed });
  form.addEventListener("submit", (event) => (event.preventDefault(), add(changed)));
  form.addEventListener("change", choose);
  try {
    const { kinds, folders } = await getJson("/api/schedules");
    field("kind").append(...kinds.map((kind) => h("option", { value: kind }, t(`kind_${kind}`))));
    field("kind").value = "doctor";
    field("every").append(...EVERY.map((every) => h("option", { value: every, selected: every === "day" }, t(`every_${every}`))));
    field("on").append(...WEEKDAYS.map((day) => h("option", { value: day }, t(`weekday_${day}`))));
    byId("schedule-folders").replaceChildren(...folders.map((value) => h("option", { value })));
    choose();
  } catch (problem) {
    list.tell(problem);
  }
}

function choose() {
  const kind = field("kind").value;
  for (const part of form.querySelectorAll("[data-of]")) part.hidden = !FIELDS[kind].includes(part.dataset.of);
  for (const part of form.querySelectorAll("[data-every]")) part.hidden = !part.dataset.every.split(" ").includes(field("every").value);
  if (TARGETS[kind]) byId("schedule-target").textContent = t(TARGETS[kind]);
}

async function add(changed) {
  const button = form.querySelector("[type=submit]");
  if (button.disabled) return;
  button.disabled = true;
  said.textContent = "";
  const kind = field("kind").value;
  const every = field("every").value;
  const has = (name) => FIELDS[kind].includes(name);
  const number = (name) => Number(field(name).value) || 0;
  const body = { kind, every };
  if (every !== "hour" && field("time").value) body.at = { time: field("time").value, zone: field("zone").value.trim(), on: every === "week" ? field("on").value : null };
  if (has("target")) body.target = field("target").value.trim();
  if (has("depth")) body.depth = number("depth");
  if (has("least")) body.least = number("least");
  if (has("keep")) body.keep = { daily: number("daily"), weekly: number("weekly"), monthly: number("monthly") };
  try {
    await postJson("/api/schedules", body);
    field("target").value = "";
  } catch (problem) {
    list.tell(problem);
  }
  button.disabled = false;
  changed();
}
