// The start page: what might be asked, what was searched for, what there is, and where files are dropped.

import { collections } from "./collections.js";
import { byId, h } from "./dom.js";
import { showProblem } from "./frame.js";
import { getJson, postJson } from "./http.js";
import { t } from "./i18n.js";
import { drawSearches } from "./searches.js";

const POLL_MS = 1500;
let poll = 0;

// Draws it, and again while documents are being read; each part comes when it is there, and a part that fails stays out.
export async function showHome() {
  clearTimeout(poll);
  drawSearches().catch(() => {}); // a search will say what is wrong; a start page need not
  drawQuestions().catch(() => {});
  drawCollections().catch(() => {});
  try {
    const [{ total }, { total: underway }] = await Promise.all([
      getJson("/api/documents?size=1"),
      getJson("/api/documents?size=1&state=queued,running"),
    ]);
    const named = new URLSearchParams(location.search).getAll("filter").filter((filter) => filter.startsWith("document=")).length;
    byId("home-count").textContent = named ? t("chosenDocuments", named) : [total && t("inIndex", total), underway && t("beingRead", underway)].filter(Boolean).join(" · ");
    byId("home-empty").hidden = total > 0;
    byId("home-hints").hidden = total === 0;
    if (byId("home-drop")) byId("home-drop").hidden = total === 0;
    if (underway) poll = setTimeout(() => document.body.dataset.view === "home" && showHome(), POLL_MS);
  } catch {
    // As above.
  }
}

async function drawQuestions() {
  const { questions } = await getJson("/api/suggested-questions");
  byId("home-questions").hidden = !questions.length;
  const address = (question) => `/?${new URLSearchParams({ q: question, ask: "1" })}`;
  byId("suggested-questions").replaceChildren(
    ...questions.map(({ question, title }) => h("li", {}, h("a", { href: address(question), title, dir: "auto" }, question))),
  );
}

// Collections with their counts; where there are none, nothing stands here.
async function drawCollections() {
  const shown = (await collections()).filter((one) => one.documents > 0);
  byId("home-collections").hidden = !shown.length;
  const address = (one) => `/documents?${new URLSearchParams({ collection: one.name })}`;
  byId("collections").replaceChildren(
    ...shown.map((one) => h("li", {}, h("a", { class: "chip", href: address(one), dir: "auto" }, one.name, h("span", { class: "count" }, String(one.documents))))),
  );
}

byId("try-sample")?.addEventListener("click", async (event) => {
  event.target.disabled = true; // pressed twice it happens once
  try {
    await postJson("/api/samples", {});
    byId("home-empty").hidden = true;
    showHome();
  } catch (problem) {
    showProblem(problem);
  }
  event.target.disabled = false;
});
