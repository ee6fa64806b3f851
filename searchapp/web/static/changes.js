// What has become of the documents that a conversation cites, and its sentences checked again.

import { h } from "./dom.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";

const TOLD = { undone: "standing_undone", lost: "standing_lost", changed: "standing_changed" }; // worth a line

// The line for a conversation of `/api/…` at `base`; null where none of its documents has changed.
export function changesOf({ changes: { cited, edited, deleted }, turns }, base) {
  if (!edited.length && !deleted.length) return null;
  const found = h("div", { role: "status" });
  const button = h("button", { type: "button", class: "quiet", onclick: () => check(turns, base, found, button) }, t("checkAgain"));
  return h(
    "div",
    { class: "changes" },
    edited.length > 0 && h("p", { dir: "auto" }, t("sourcesEdited", edited.length, cited), t("colon"), edited.join(t("comma"))),
    deleted.length > 0 && h("p", { dir: "auto" }, t("sourcesDeleted", deleted.length, cited), t("colon"), deleted.join(t("comma"))),
    button,
    found,
  );
}

// Each answer by the documents as they are now; no language model takes part.
async function check(turns, base, found, button) {
  button.disabled = true;
  found.replaceChildren(t("checkingSentences"));
  const sentences = [];
  try {
    for (const turn of turns.filter(({ answer }) => answer.sentences.length)) {
      sentences.push(...(await getJson(`${base}/turns/${turn.n}/check`)).sentences);
    }
  } catch (problem) {
    button.disabled = false;
    return found.replaceChildren([problem.message, problem.remedy].filter(Boolean).join(t("space")));
  }
  const held = sentences.filter(({ standing }) => ["holds", "changed"].includes(standing)).length;
  const lines = sentences.filter(({ standing }) => standing in TOLD);
  button.remove();
  found.replaceChildren(
    h("p", {}, t("sentencesHold", held, sentences.length)),
    h("ul", {}, ...lines.map(({ standing, text }) => h("li", { class: standing, dir: "auto" }, h("span", { class: "badge" }, t(TOLD[standing])), ` ${text}`))),
  );
}
