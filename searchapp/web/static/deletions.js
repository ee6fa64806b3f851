// Deletes documents at once, and offers to undo it for as long as the server can.

import { h, icon } from "./dom.js";
import { showProblem } from "./frame.js";
import { call } from "./http.js";
import { t } from "./i18n.js";

const MOST_SHOWN = 4;
const UNDO_MS = Number(document.body.dataset.undoMinutes) * 60_000;
const toasts = h("div", { class: "toasts", role: "status" });
document.body.append(toasts);

// `changed` draws the list again.
export async function remove(id, title, changed) {
  try {
    await call(address(id), { method: "DELETE" });
    announce(id, title, changed);
  } catch (problem) {
    showProblem(problem);
  }
  changed();
}

function announce(id, title, changed) {
  const undo = UNDO_MS > 0 && h("button", { type: "button", class: "quiet" }, t("undo"));
  const close = h("button", { type: "button", class: "bare", "aria-label": t("dismiss") }, icon("close"));
  const toast = h("div", { class: "toast" }, h("span", {}, t("deletedTitle", title)), undo, close);
  const timer = setTimeout(() => toast.remove(), UNDO_MS || 8000);
  const end = () => (clearTimeout(timer), toast.remove());
  close.addEventListener("click", end);
  toasts.append(toast);
  while (toasts.children.length > MOST_SHOWN) toasts.firstChild.remove();
  if (!undo) return;
  undo.addEventListener("click", async () => {
    undo.disabled = true;
    try {
      await call(`${address(id)}/restore`, { method: "POST" });
    } catch (problem) {
      showProblem(problem);
    }
    end();
    changed();
  });
  undo.focus(); // the row that had the focus is going
}

const address = (id) => `/api/documents/${encodeURIComponent(id)}`;
