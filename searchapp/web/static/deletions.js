// Deletes documents at once, and offers to undo it for as long as the server can. Many are asked about first.

import { changeAll } from "./bulk_change.js";
import { h } from "./dom.js";
import { showProblem } from "./frame.js";
import { t } from "./i18n.js";
import { tell, UNDO_MS } from "./toast.js";

const ASKED_FROM = 10;

// `changed` draws the list again. Resolves to whether they were to be deleted.
export async function removeAll(entries, changed) {
  if (entries.length >= ASKED_FROM && !(await sure(entries.length))) return false;
  let done = [];
  try {
    done = await changeAll("delete", entries.map((entry) => entry.id));
  } catch (problem) {
    done = problem.done ?? [];
    showProblem(problem);
  }
  if (done.length) announce(done, entries.find((entry) => entry.id === done[0]), changed);
  changed();
  return true;
}

function sure(count) {
  const yes = h("button", { type: "button", class: "button" }, t("eraseMany", count));
  const no = h("button", { type: "button", class: "quiet" }, t("cancel"));
  const told = h("p", { class: "muted" }, UNDO_MS > 0 ? t("eraseUndoable", UNDO_MS / 60_000) : t("eraseForGood"));
  const dialog = h("dialog", { "aria-label": t("eraseQuestion", count) }, h("h2", {}, t("eraseQuestion", count)), told, h("div", { class: "actions" }, no, yes));
  document.body.append(dialog);
  dialog.showModal();
  no.focus();
  return new Promise((resolve) => {
    yes.addEventListener("click", () => (resolve(true), dialog.close()));
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => (resolve(false), dialog.remove()));
  });
}

function announce(ids, first, changed) {
  const words = ids.length > 1 ? t("deletedMany", ids.length) : t("deletedTitle", first.title || first.source);
  const restore = () => changeAll("restore", ids).finally(changed);
  tell(words, UNDO_MS > 0 && restore)?.focus(); // the row that had the focus is going
}
