// A line at the foot of the page for what was done, with its way back.

import { h, icon } from "./dom.js";
import { showProblem } from "./frame.js";
import { t } from "./i18n.js";

const MOST_SHOWN = 4;
const SHOWN_MS = 8000;
export const UNDO_MS = Number(document.body.dataset.undoMinutes) * 60_000;
const toasts = h("div", { class: "toasts", role: "status" });
document.body.append(toasts);

// `undo` takes it back, where that is possible; it may fail with a Problem. Gives the button that does.
export function tell(text, undo = null) {
  const button = undo && h("button", { type: "button", class: "quiet" }, t("undo"));
  const close = h("button", { type: "button", class: "bare", "aria-label": t("dismiss") }, icon("close"));
  const toast = h("div", { class: "toast" }, h("span", { dir: "auto" }, text), button, close);
  const timer = setTimeout(() => toast.remove(), (undo && UNDO_MS) || SHOWN_MS);
  const end = () => (clearTimeout(timer), toast.remove());
  close.addEventListener("click", end);
  toasts.append(toast);
  while (toasts.children.length > MOST_SHOWN) toasts.firstChild.remove();
  button?.addEventListener("click", async () => {
    button.disabled = true; // pressed twice it happens once
    await undo().catch(showProblem);
    end();
  });
  return button;
}
