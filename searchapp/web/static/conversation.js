// The conversation around an answer: the turns before it, what a follow-up became, and the box for the next one.

import { byId, h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { Prose } from "./prose.js";
import { cites, sourceCards } from "./sources.js";

const MOST_TURNS = 20; // that are sent along; the server reads the latest few

// What the API takes as history: the questions as they were searched for, and their answers.
export const asHistory = (turns) => {
  const whole = turns.filter(({ state = "done", withheld = false }) => state === "done" && !withheld);
  return whole.slice(-MOST_TURNS).map(({ answer }) => ({ question: answer.query, answer: answer.answer.slice(0, 2000) }));
};

// The turns before the one on the screen, whole, each to be folded away, with a button for `copy(answer)`.
export function drawPast(turns, copy) {
  byId("answer-past").replaceChildren(...turns.map((turn) => past(turn, copy)));
}

function past({ answer, hits, state, problem, withheld }, copy) {
  const said = withheld ? t("turnWithheld") : state === "stopped" || state === "failed" ? (problem?.message ?? t("turnStopped")) : "";
  const told = h("div", { class: "told prose", dir: "auto" });
  new Prose(told, cites(hits, () => answer)).finish(answer);
  const button = { type: "button", class: "bare", "aria-label": t("copy"), title: t("copy"), onclick: () => copy(answer) };
  return h(
    "li",
    {},
    h(
      "details",
      { open: true },
      h("summary", {}, h("h2", { class: "asked", dir: "auto" }, answer.question), icon("down")),
      h("ol", { class: "sources", "aria-label": t("sources") }, ...sourceCards(hits, answer)),
      told,
      said && h("p", { class: "notice" }, said),
      !withheld && h("p", { class: "answer-tools" }, h("button", button, icon("copy"), t("copyShort"))),
    ),
  );
}

// The question above its answer; what is searched for in its place follows with `drawQuery`.
export function drawQuestion(question) {
  byId("answer-question").textContent = question;
  byId("answer-query").hidden = true;
}

export function drawQuery({ question, query, rewriting }) {
  byId("answer-query").hidden = query === question;
  byId("answer-query-text").value = query;
  byId("answer-rewriting").textContent = { model: t("rewrittenByModel"), joined: t("rewrittenJoined") }[rewriting] ?? "";
}

// The parts that a question of several was searched for in, and those of which nothing speaks.
export function drawParts(parts) {
  byId("answer-parts").hidden = !parts?.length;
  byId("answer-parts").replaceChildren(
    h("span", {}, t("searchedInParts")),
    h("ul", {}, ...(parts ?? []).map(({ text, found }) => h("li", { class: found ? "" : "lacking", dir: "auto" }, found ? text : t("partLacking", text)))),
  );
}

// The box for the next question, and what might be asked.
export function showFollowUp(ready, suggestions = [], ask = () => {}) {
  byId("follow-up").hidden = !ready;
  byId("answer-suggestions").hidden = !ready || !suggestions.length;
  const button = (text) => h("button", { type: "button", class: "suggestion", dir: "auto", onclick: () => ask(text) }, text, icon("plus"));
  byId("answer-suggestions").replaceChildren(...suggestions.map((text) => h("li", {}, button(text))));
}

// `ask(text)` goes on with the conversation, `edit(text)` searches for other words, `begin()` starts again.
export function listenToConversation({ ask, edit, begin }) {
  onSubmit("follow-up", "follow-up-text", (text, box) => {
    box.value = "";
    ask(text);
  });
  onSubmit("answer-query", "answer-query-text", edit);
  byId("answer-new").addEventListener("click", begin);
}

function onSubmit(form, box, handler) {
  byId(form).addEventListener("submit", (event) => {
    event.preventDefault();
    const text = byId(box).value.trim();
    if (text) handler(text, byId(box));
  });
}
