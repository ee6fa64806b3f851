// The list of keys: ? or the button in the header opens it.

import { byId, h, icon } from "./dom.js";
import { t } from "./i18n.js";

const EVERYWHERE = [
  ["Ctrl K", "palette"],
  ["?", "keyHelp"],
];
const SEARCH = [
  ["/", "keyBox"],
  ["Enter", "keyAsk"],
  ["↓ ↑ · j k", "keyMove"],
  ["Enter", "keyOpen"],
  ["Esc", "keyStop"],
];
const VIEWER = [
  ["← →", "keyPages"],
  ["+ −", "keyZoom"],
  ["Ctrl-F", "findInDocument"],
  ["Esc", "keyClose"],
];

function list(title, keys) {
  const rows = keys.map(([names, words]) => [h("dt", {}, ...names.split(" ").map((one) => (one === "·" ? " " : h("kbd", {}, one)))), h("dd", {}, t(words))]);
  return [h("h3", {}, t(title)), h("dl", {}, ...rows.flat())];
}

const dialog = h("dialog", { id: "keys", class: "keys-help", "aria-labelledby": "keys-title" });

function showKeys() {
  if (dialog.open) return dialog.close();
  const close = h("button", { type: "button", class: "bare", "aria-label": t("close"), onclick: () => dialog.close() }, icon("close"));
  dialog.replaceChildren(
    h("header", {}, h("h2", { id: "keys-title" }, t("keysTitle")), close),
    ...(byId("q") ? list("keysSearch", SEARCH) : []),
    ...list("keysViewer", VIEWER),
    ...list("keysEverywhere", EVERYWHERE),
  );
  dialog.showModal();
}

document.body.append(dialog);
byId("help").addEventListener("click", showKeys);
document.addEventListener("keydown", (event) => {
  const typing = event.target.matches?.("input, textarea, select");
  if (event.key !== "?" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  showKeys();
});
