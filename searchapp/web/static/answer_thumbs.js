// 👍 and 👎 on an answer. A second press takes it back.

import { byId } from "./dom.js";
import { showProblem } from "./frame.js";
import { getJson, postJson } from "./http.js";

const up = byId("answer-good");
const down = byId("answer-bad");

export function showGrade(grade) {
  up.setAttribute("aria-pressed", String(grade === 1));
  down.setAttribute("aria-pressed", String(grade === 0));
}

// What was said before of an answer that is shown again; `current()` is the one on the screen by then.
export async function recallGrade(answer, current) {
  const { answers } = await getJson(`/api/judgements?${new URLSearchParams({ q: answer.question })}`).catch(() => ({ answers: {} }));
  if (current() === answer) showGrade(answers[answer.answer] ?? null);
}

const shown = () => (up.getAttribute("aria-pressed") === "true" ? 1 : down.getAttribute("aria-pressed") === "true" ? 0 : null);

// `current()` is the answer on the screen.
export function listenToGrades(current) {
  for (const [button, grade] of [[up, 1], [down, 0]]) button.addEventListener("click", () => say(shown() === grade ? null : grade));

  async function say(grade) {
    const answer = current();
    if (!answer) return;
    const before = shown();
    showGrade(grade);
    const sources = [...new Set(answer.citations.map((citation) => citation.document_id))];
    const body = { question: answer.question, answer: answer.answer, model: answer.model, sources, grade };
    try {
      await postJson("/api/judgements/answers", body);
    } catch (problem) {
      if (answer === current()) showGrade(before);
      showProblem(problem);
    }
  }
}
