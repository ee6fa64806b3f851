// Folders of the server and sites that are read again and again, as the page of documents shows them.

import { wideDialog } from "./dialog.js";
import { byId, h } from "./dom.js";
import { getJson, postJson } from "./http.js";
import { t } from "./i18n.js";
import { scheduleList } from "./schedule_list.js";

export const allowedFolders = async () => (await getJson("/api/schedules")).folders;
export const addSchedule = (schedule) => postJson("/api/schedules", schedule);

// `changed` is called when a run may have changed documents.
export function listenToSchedules(changed) {
  const button = byId("schedules-open");
  if (!button) return;
  const items = h("ul", { class: "schedules" });
  const said = h("p", { class: "error", role: "alert" });
  const dialog = wideDialog(t("followedTitle"), [said, items]);
  const list = scheduleList(items, said, { kinds: ["folder", "site"], empty: t("noFollowed") });
  button.addEventListener("click", () => (dialog.showModal(), list.draw()));
  dialog.addEventListener("close", () => (list.end(), changed()));
}
