// Asks at what time of the day a schedule is due. A dialog of its own, as the list is drawn anew all the while.

import { labelled, wideDialog } from "./dialog.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

// What a change of a schedule's time says: another one, or none.
export const timeChange = (at) => (at ? { at } : { at_any_time: true });

// `save` is called with that change, and throws what goes wrong; `name` is the schedule's.
export function editTime({ every, at }, name, save) {
  const on = h("select", {}, h("option", { value: "" }, t("weekdayNext")), ...WEEKDAYS.map((day) => h("option", { value: day, selected: day === at?.on }, t(`weekday_${day}`))));
  const time = h("input", { type: "time", value: at?.time ?? "" });
  const zone = h("input", { type: "text", maxlength: "64", spellcheck: "false", autocomplete: "off", placeholder: t("zoneOfServer"), value: at?.zone ?? "" });
  const said = h("p", { class: "error", role: "alert" });
  const button = h("button", { type: "submit", class: "button" }, t("saveTime"));
  const form = h("form", { class: "schedule-time" }, every === "week" && labelled("scheduleOn", on), labelled("scheduleAt", time), labelled("scheduleZone", zone), h("p", { class: "muted" }, t("noTimeNote")), said, h("div", { class: "actions" }, button));
  const dialog = wideDialog(t("changeTimeOf", name), [form], "fields");
  dialog.showModal();
  dialog.addEventListener("close", () => dialog.remove());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true; // pressed twice it happens once
    try {
      await save(timeChange(time.value && { time: time.value, zone: zone.value.trim(), on: (every === "week" && on.value) || null }));
      dialog.close();
    } catch (problem) {
      said.textContent = [problem.message, problem.remedy].filter(Boolean).join(" ");
    }
    button.disabled = false;
  });
}
