// The conversation around an answer: the turns before it, what a follow-up became, and the box for the next one.

import { byId, h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { Prose } from "./prose.js";
import { cites, quotes, sourceLines } from "./sources.js";

const MOST_TURNS = 20; // that are sent along; the server reads the latest few

// What the API takes as history: the questions as they were searched for, and their answers.
export const asHistory = (turns) => {
  return turns.slice(-MOST_TURNS).map(({ answer }) => ({ question: answer.query, answer: answer.answer.slice(0, 2000) }));
};

// The turns before the one on the screen, each with its question as typed, its sources, and a button for `copy(answer)`.
export function drawPast(turns, copy) {
  byId("answer-past").replaceChildren(...turns.map((turn) => past(turn, copy)));
}

function past({ answer, hits }, copy) {
  const told = h("div", { class: "told" });
  new Prose(told, cites(hits, quotes(answer))).finish(answer);
  const button = { type: "button", class: "bare", "aria-label": t("copy"), title: t("copy"), onclick: () => copy(answer) };
  return h(
    "li",
    {},
    h("div", { class: "asked-row" }, h("p", { class: "asked", dir: "auto" }, answer.question), h("button", button, icon("copy"))),
    told,
    h("ol", { class: "sources", "aria-label": t("sources") }, ...sourceLines(answer, hits)),
  );
}

// The question above its answer, where there is a conversation; what is searched for follows with `drawQuery`.
export function drawQuestion(question, { alone }) {
  byId("answer-question").textContent = alone ? "" : question;
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

export function showFollowUp(ready) {
  byId("follow-up").hidden = !ready;
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
