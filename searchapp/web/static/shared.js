// A conversation that somebody shares: as it was then, with what has changed in its documents since.

import { changesOf } from "./changes.js";
import { drawPast } from "./conversation.js";
import { byId } from "./dom.js";
import { copyWithSources } from "./exports.js";
import { showProblem } from "./frame.js";
import { getJson } from "./http.js";
import { day, t } from "./i18n.js";
import "./viewer.js";

const base = `/api/shared/${encodeURIComponent(document.body.dataset.shared)}`;

async function show() {
  let found;
  try {
    found = await getJson(base);
  } catch (problem) {
    return showProblem(problem);
  }
  document.title = `${found.title} – ${t("appName")}`;
  byId("shared-title").textContent = found.title;
  byId("shared-about").textContent = t("sharedOn", day(found.began));
  byId("shared-changes").replaceChildren(...[changesOf(found, base)].filter(Boolean));
  drawPast(found.turns, copyWithSources);
}

show();
