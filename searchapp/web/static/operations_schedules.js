// The operator's schedules: all kinds in one list, and a form that adds one.

import { byId, h } from "./dom.js";
import { postJson } from "./http.js";
import { t } from "./i18n.js";
import { EVERY, scheduleList } from "./schedule_list.js";

const form = byId("schedule-new");
const said = byId("schedules-said");
const field = (name) => form.elements[name];
const list = scheduleList(byId("schedules"), said, { empty: t("noSchedules"), found: offer });

// Which of the fields a kind has.
const FIELDS = { folder: ["target"], site: ["target", "depth"], judged: ["target", "least"], snapshot: ["keep"], drift: [], doctor: [] };
const TARGETS = { folder: "targetFolder", site: "targetSite", judged: "targetJudged" };

function offer({ kinds, folders }) {
  if (field("kind").options.length) return;
  field("kind").append(...kinds.map((kind) => h("option", { value: kind }, t(`kind_${kind}`))));
  field("kind").value = "doctor";
  field("every").append(...EVERY.map((every) => h("option", { value: every, selected: every === "day" }, t(`every_${every}`))));
  byId("schedule-folders").replaceChildren(...folders.map((value) => h("option", { value })));
  choose();
}

function choose() {
  const kind = field("kind").value;
  for (const part of form.querySelectorAll("[data-of]")) part.hidden = !FIELDS[kind].includes(part.dataset.of);
  if (TARGETS[kind]) byId("schedule-target").textContent = t(TARGETS[kind]);
}

field("kind").addEventListener("change", choose);
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  if (button.disabled) return;
  button.disabled = true;
  said.textContent = "";
  const kind = field("kind").value;
  const has = (name) => FIELDS[kind].includes(name);
  const number = (name) => Number(field(name).value) || 0;
  const body = { kind, every: field("every").value };
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
  list.draw();
});
list.draw();
