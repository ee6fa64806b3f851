// A dialog of several fields: a heading with a cross beside it, and what stands below.

import { h, icon } from "./dom.js";
import { t } from "./i18n.js";

// A field of it below its label.
export const labelled = (key, field) => h("label", {}, h("span", {}, t(key)), field);

// The element, in the page and closed; `kind` is a further class of it.
export function wideDialog(title, content, kind = "") {
  const close = h("button", { type: "button", class: "bare", "aria-label": t("dismiss"), onclick: () => dialog.close() }, icon("close"));
  const dialog = h("dialog", { class: `wide ${kind}`, "aria-label": title }, h("header", {}, h("h2", {}, title), close), ...content);
  document.body.append(dialog);
  return dialog;
}
