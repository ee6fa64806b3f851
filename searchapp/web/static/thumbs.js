// 👍 and 👎 on a hit: whether its document is what the query looked for. A second press takes it back.

import { h, icon } from "./dom.js";
import { showProblem } from "./frame.js";
import { getJson, postJson } from "./http.js";
import { t } from "./i18n.js";
import { read } from "./state.js";

const unknown = () => ({ q: null, grades: null, pressed: new Map() }); // `pressed`: what was said since, by document
let known = unknown();

// What was said of the documents of this query before; asked for once a query.
function grades(q) {
  if (known.q !== q) known = { q, grades: getJson(`/api/judgements?${new URLSearchParams({ q })}`).then((found) => found.grades), pressed: new Map() };
  return known.grades;
}

export function thumbs(hit) {
  const { q } = read();
  const up = thumb("thumb-up", t("right"), 1);
  const down = thumb("thumb-down", t("wrong"), 0);
  const group = h("span", { class: "thumbs", role: "group", "aria-label": t("judge"), "data-judged": hit.document_id }, up, down);

  function thumb(sign, name, grade) {
    const press = () => say(grade === current() ? null : grade);
    return h("button", { type: "button", class: "bare", "aria-label": name, title: name, "aria-pressed": "false", onclick: press }, icon(sign));
  }
  function current() {
    if (up.getAttribute("aria-pressed") === "true") return 1;
    return down.getAttribute("aria-pressed") === "true" ? 0 : null;
  }
  function show(grade) {
    up.setAttribute("aria-pressed", String(grade === 1));
    down.setAttribute("aria-pressed", String(grade === 0));
  }
  // A document may stand on the page more than once, in the list and beside it.
  function showEverywhere(grade) {
    known.pressed.set(hit.document_id, grade);
    for (const other of document.querySelectorAll("[data-judged]")) {
      if (other.dataset.judged === hit.document_id) other.dispatchEvent(new CustomEvent("judged", { detail: grade }));
    }
  }
  group.addEventListener("judged", ({ detail }) => show(detail));
  async function say(grade) {
    const before = current();
    showEverywhere(grade);
    try {
      const said = await grades(q);
      await postJson("/api/judgements", { query: q, document_id: hit.document_id, grade });
      said[hit.document_id] = grade;
    } catch (problem) {
      showEverywhere(before);
      showProblem(problem);
    }
  }
  // The hits are there without their judgements, and pressing says what is wrong.
  const since = () => known.pressed.get(hit.document_id);
  grades(q).then((said) => show(since() !== undefined ? since() : said[hit.document_id] ?? null), () => (known = unknown()));
  return group;
}
