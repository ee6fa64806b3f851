// The answer panel: asks, streams, stops, copies, and remembers answers for the way back.

import { asHistory, drawParts, drawPast, drawQuery, drawQuestion, listenToConversation, showFollowUp } from "./conversation.js";
import { byId } from "./dom.js";
import { showProblem } from "./frame.js";
import { events, postJson } from "./http.js";
import { t } from "./i18n.js";
import { chosenModel, chosenThinking, offerModels, onModel } from "./models.js";
import { Prose } from "./prose.js";
import { keep, kept } from "./storage.js";
import { cites, copyWithSources, quotes, sourceLines } from "./sources.js";

const panel = byId("answer");
const session = () => sessionStorage;
let running = null; // AbortController of the answer that is being written
let shown = null; // key of the conversation on the screen
let past = []; // its turns before the last one: [{hits, answer}]
let asked = null; // the last question: {question, query, filter}; query where its asker wrote it
let hits = [];
let current = null; // the finished answer

const keyOf = (state) => `conversation:${JSON.stringify([state.q, [...state.filters].sort()])}`;

// Shows the conversation that state.q begins: the remembered one if there is one, else a new one.
export function showAnswer(state) {
  const key = keyOf(state);
  if (key === shown) return;
  abort();
  shown = key;
  past = [];
  offerModels();
  const remembered = JSON.parse(kept(key, session) ?? "null");
  if (!remembered) return write({ question: state.q, filter: state.filters });
  const last = remembered.at(-1);
  past = remembered.slice(0, -1);
  asked = { question: last.answer.question, query: past.length ? last.answer.query : "", filter: state.filters };
  const prose = begin();
  hits = last.hits;
  if (past.length) drawQuery(last.answer);
  prose.finish(last.answer);
  complete(last.answer);
}

// Asks and shows the answer as it is written, as the last turn of the conversation.
async function write(question) {
  abort();
  asked = question;
  const prose = begin();
  const own = (running = new AbortController());
  const body = { ...question, history: asHistory(past), model: chosenModel(), think: chosenThinking() };
  try {
    const busy = (seconds) => status(t("busy", seconds));
    const response = await postJson("/api/ask", body, { signal: own.signal, busy });
    for await (const { name, data } of events(response)) {
      if (own.signal.aborted) return;
      receive(name, data, prose);
    }
    if (!current) finishEarly();
  } catch (problem) {
    if (problem.name === "AbortError" || own.signal.aborted) return;
    finishEarly();
    showProblem(problem, () => write(question));
  } finally {
    if (running === own) running = null;
  }
}

function receive(name, data, prose) {
  if (name === "query") {
    drawQuery(data);
  } else if (name === "sources") {
    hits = data.hits.slice(0, data.passages_used || undefined);
    drawParts(data.parts);
    status(t("writing"));
  } else if (name === "reading") {
    status(data.read < data.total && data.title ? t("readingPassages", data.title, data.read, data.total) : t("writing"));
  } else if (name === "token") {
    prose.add(data.text);
  } else if (name === "sentence") {
    prose.check(data);
  } else if (name === "done") {
    prose.finish(data);
    complete(data);
    keep(shown, JSON.stringify([...past, { hits, answer: data }]), session);
  } else if (name === "error") {
    throw Object.assign(new Error(data.detail), { remedy: data.remedy });
  }
}

function begin() {
  panel.hidden = false;
  panel.dataset.state = "writing";
  panel.setAttribute("aria-busy", "true");
  document.body.dataset.answer = "shown";
  for (const id of ["answer-label", "answer-notice", "answer-coverage", "answer-sources"]) byId(id).replaceChildren();
  drawParts([]);
  current = null;
  hits = [];
  drawPast(past, copy);
  drawQuestion(asked.question, { alone: !past.length });
  showFollowUp(false);
  status(t("searching"));
  return new Prose(byId("answer-text"), (n) => cites(hits, quotes(current))(n));
}

function complete(answer) {
  current = answer;
  panel.dataset.state = answer.refused ? "refused" : "done";
  panel.setAttribute("aria-busy", "false");
  const label = answer.refused ? t("refused") : answer.extractive ? t("extractive") : "";
  byId("answer-label").textContent = label;
  byId("answer-label").title = answer.extractive && !answer.refused ? t("extractiveTip") : "";
  byId("answer-notice").textContent = answer.notices.map(({ message }) => message).join(t("space"));
  const marked = (support) => answer.sentences.filter((sentence) => sentence.support === support).length;
  const facts = [
    answer.passages_found ? t("used", answer.passages_used, answer.passages_found) : "",
    marked("unsupported") ? t("unsupportedCount", marked("unsupported")) : "",
    marked("weak") ? t("weakCount", marked("weak")) : "",
    answer.citations_removed ? t("removedCount", answer.citations_removed) : "",
    answer.model,
  ];
  byId("answer-coverage").textContent = facts.filter(Boolean).join(" · ");
  drawParts(answer.parts);
  byId("answer-sources").replaceChildren(...sourceLines(answer, hits));
  showFollowUp(true);
  status(t("ready"), { spoken: true });
}

function finishEarly() {
  panel.dataset.state = "stopped";
  showFollowUp(true);
  panel.setAttribute("aria-busy", "false");
  status(t("stopped"));
}

function abort() {
  running?.abort();
  running = null;
}

// Ends the writing; true when there was something to end.
export function stopAnswer() {
  if (!running) return false;
  abort();
  finishEarly();
  return true;
}

export function hideAnswer() {
  abort();
  shown = null;
  past = [];
  panel.hidden = true;
  delete document.body.dataset.answer;
}

// `spoken`: only for those who cannot see that the answer is there.
function status(text, { spoken = false } = {}) {
  byId("answer-status").textContent = text;
  byId("answer-status").classList.toggle("sr-only", spoken);
}

async function copy(answer) {
  if (!answer) return;
  await copyWithSources(answer);
  status(t("copied"));
}

byId("answer-stop").addEventListener("click", stopAnswer);
byId("answer-copy").addEventListener("click", () => copy(current));

let leave = hideAnswer;
byId("answer-again").addEventListener("click", () => write(asked));
onModel(() => write(asked));
listenToConversation({
  ask(question) {
    if (current) past.push({ hits, answer: current });
    write({ question, filter: asked.filter });
  },
  edit: (query) => write({ ...asked, query }),
  begin: () => leave(),
});

// `handler` leaves the conversation for a new one.
export function onNewConversation(handler) {
  leave = handler;
}
