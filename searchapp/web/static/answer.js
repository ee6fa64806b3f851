// The answer: asks, streams, stops, breaks off, and shows again what is kept of a conversation.

import { listenToGrades, recallGrade, showGrade } from "./answer_thumbs.js";
import { coverage } from "./answer_coverage.js";
import { changesOf } from "./changes.js";
import { copyText } from "./clipboard.js";
import { asHistory, drawParts, drawPast, drawQuery, drawQuestion, listenToConversation, showFollowUp } from "./conversation.js";
import { byId, h } from "./dom.js";
import { asEvidence, asFile, copyWithSources, download, named } from "./exports.js";
import { showProblem } from "./frame.js";
import { events, postJson } from "./http.js";
import { t } from "./i18n.js";
import { apiOf, asTurns, readKept, settled } from "./kept_conversation.js";
import { chosenModel, chosenThinking, offerModels, onModel } from "./models.js";
import { Prose } from "./prose.js";
import { openSharing } from "./sharing.js";
import { cites, sourceCards } from "./sources.js";
import { keep, kept } from "./storage.js";
import { clearClock, startClock, status, stopClock } from "./answer_status.js";

const panel = byId("answer");
const changed = h("div");
const session = () => sessionStorage;
let running = null; // AbortController of the answer that is being written
let shown = null; // key of the conversation on the screen
let past = []; // its turns before the last one: [{hits, answer}]
let conversation = ""; // where the server keeps it
let turn = 0; // the place of its last turn there
let asked = null; // the last question: {question, query, filter, quotes}; query where it is known
let hits = [];
let current = null; // the finished answer
let readAs = ""; // what was searched for in the place of a follow-up
let prose = null;

const keyOf = (state) => state.c || JSON.stringify([state.q, [...state.filters].sort()]);
byId("answer-past").before(changed);

// Shows the conversation state.c, or begins one with state.q.
export function showAnswer(state) {
  const key = keyOf(state);
  if (key === shown) return;
  abort();
  shown = key;
  past = [];
  turn = 0;
  conversation = state.c;
  changed.replaceChildren();
  offerModels();
  asked = { question: state.q, filter: state.filters };
  return conversation ? restore() : write(asked);
}

// Draws what is kept, without a model; while another tab writes its last turn, once more when that is done.
async function restore() {
  const own = (running = new AbortController());
  begin();
  clearClock();
  try {
    let found = await readKept(conversation, own.signal);
    for (;;) {
      if (own.signal.aborted) return;
      redraw(found);
      if (found.turns.at(-1).state !== "writing") return;
      found = await settled(conversation, own.signal);
    }
  } catch (problem) {
    if (problem.name === "AbortError" || own.signal.aborted) return;
    hideAnswer();
    showProblem(problem);
  } finally {
    if (running === own) running = null;
  }
}

function redraw(found) {
  const turns = asTurns(found.turns);
  const last = turns.at(-1);
  const { question, query, rewriting } = last.answer;
  past = turns.slice(0, -1);
  turn = last.n;
  asked = { question, query: rewriting === "none" ? "" : query, filter: found.turns.at(-1).filters };
  begin();
  clearClock();
  changed.replaceChildren(...[changesOf(found, apiOf(conversation))].filter(Boolean));
  hits = last.hits;
  if (past.length) drawQuery(last.answer);
  if (last.state === "done" && !last.withheld) {
    complete(last.answer);
    recallGrade(last.answer, () => current);
  } else partly(last);
  byId("follow-up-text").value = takeUnasked();
}

// What there is of an answer that is not whole.
function partly({ state, answer, problem, withheld }) {
  if (state === "writing") return status(t("turnWriting"));
  byId("answer-sources").replaceChildren(...sourceCards(hits));
  prose.add(answer.answer);
  for (const sentence of answer.sentences) prose.check(sentence);
  if (withheld) byId("answer-notice").textContent = t("turnWithheld");
  if (state === "failed") breakOff(problem ?? { message: t("connectionLost") });
  else finishEarly(withheld ? "" : t("stopped"));
  showFollowUp(true, [], goOn);
}

// Asks and shows the answer as it is written, as the last turn of the conversation.
async function write(question) {
  abort();
  asked = question;
  begin();
  const own = (running = new AbortController());
  const { quotes = false, ...words } = question;
  const place = { conversation: conversation || "new", instead_of: turn };
  const body = { ...words, ...place, quotes, history: asHistory(past), model: chosenModel(), think: chosenThinking() };
  try {
    const busy = (seconds) => status(t("busy", seconds));
    const response = await postJson("/api/ask", body, { signal: own.signal, busy });
    for await (const { name, data } of events(response)) {
      if (own.signal.aborted) return;
      receive(name, data);
    }
    if (!current) breakOff({ message: t("connectionLost") });
  } catch (problem) {
    if (problem.name === "AbortError" || own.signal.aborted) return;
    if (problem.status === 404 && conversation) return beginAnew(question);
    if (problem.status === 401 && conversation) keep("unasked", question.question, session); // the login page comes
    breakOff(problem);
  } finally {
    if (running === own) running = null;
  }
}

function receive(name, data) {
  if (name === "conversation") {
    turn = data.turn;
    if (data.id === conversation) return;
    shown = conversation = data.id;
    addressed(conversation);
  } else if (name === "query") {
    readAs = data.query;
    drawQuery(data);
  } else if (name === "sources") {
    hits = data.hits.slice(0, data.passages_used || undefined);
    drawParts(data.parts);
    byId("answer-sources").replaceChildren(...sourceCards(data.passages_used ? hits : []));
    status(data.passages_used ? t("reading", data.passages_used) : t("searching"));
  } else if (name === "reading") {
    status(data.read < data.total && data.title ? t("readingPassages", data.title, data.read, data.total) : t("writing"));
  } else if (name === "thinking") status(t("thinking"));
  else if (name === "token") {
    panel.dataset.said = "";
    status(t("writing"));
    prose.add(data.text);
  } else if (name === "sentence") prose.check(data);
  else if (name === "done") complete(data);
  else if (name === "error") throw Object.assign(new Error(data.detail), { remedy: data.remedy });
}

function begin() {
  panel.hidden = false;
  panel.dataset.state = "writing";
  delete panel.dataset.said;
  panel.dataset.quotes = String(Boolean(asked.quotes));
  panel.setAttribute("aria-busy", "true");
  document.body.dataset.answer = "shown";
  for (const id of ["answer-label", "answer-notice", "answer-coverage", "answer-sources"]) byId(id).replaceChildren();
  byId("answer-broken").hidden = true;
  drawParts([]);
  current = null;
  hits = [];
  readAs = "";
  drawPast(past, copy);
  drawQuestion(asked.question);
  showFollowUp(false);
  status(t("searching"));
  startClock();
  prose = new Prose(byId("answer-text"), (n) => cites(hits, () => current)(n));
}

function complete(answer) {
  current = answer;
  prose.finish(answer);
  stopClock();
  panel.dataset.state = answer.refused ? "refused" : "done";
  panel.setAttribute("aria-busy", "false");
  const label = answer.refused ? t("refused") : answer.extractive ? t("extractive") : "";
  byId("answer-label").textContent = label;
  byId("answer-label").title = answer.extractive && !answer.refused ? t("extractiveTip") : "";
  byId("answer-notice").textContent = answer.notices.map(({ message }) => message).join(t("space"));
  byId("answer-coverage").replaceChildren(...coverage(answer));
  drawParts(answer.parts);
  byId("answer-sources").replaceChildren(...sourceCards(hits, answer));
  showGrade(null);
  showFollowUp(true, answer.follow_ups, goOn);
  status(t("ready"), { spoken: true });
}

// The conversation was deleted in another tab: what is on the screen goes on as a new one.
function beginAnew(question) {
  conversation = "";
  turn = 0;
  showProblem({ message: t("conversationGone") });
  return write(question);
}

function finishEarly(words) {
  prose.finish(null);
  stopClock();
  panel.dataset.state = "stopped";
  showFollowUp(true);
  panel.setAttribute("aria-busy", "false");
  status(words);
}

// What came stays, and what went wrong is said below it.
function breakOff(problem) {
  finishEarly("");
  byId("answer-broken-why").textContent = [problem.message, problem.remedy].filter(Boolean).join(t("space"));
  byId("answer-broken-kept").textContent = prose.text.trim() ? t("whatCameStays") : "";
  byId("answer-broken").hidden = false;
}

function takeUnasked() {
  const text = kept("unasked", session) ?? "";
  keep("unasked", "", session);
  return text;
}

function abort() {
  running?.abort();
  running = null;
}

// Ends the writing; true when there was something to end.
export function stopAnswer() {
  if (!running) return false;
  abort();
  finishEarly(t("stopped"));
  return true;
}

export function hideAnswer() {
  abort();
  stopClock();
  shown = null;
  past = [];
  conversation = "";
  panel.hidden = true;
  delete document.body.dataset.answer;
}

// The next question of the conversation.
function goOn(question) {
  if (current) past.push({ hits, answer: current });
  turn = 0;
  write({ question, filter: asked.filter });
}

async function copy(answer) {
  if (!answer) return;
  await copyWithSources(answer);
  status(t("copied"));
}

const again = () => write({ ...asked, quotes: false });
const quotes = () => write({ ...asked, query: asked.query || readAs, quotes: true });
const listen = (id, handler) => byId(id).addEventListener("click", handler);
listen("answer-stop", stopAnswer);
listen("answer-quotes", quotes);
listen("answer-broken-quotes", quotes);
listen("answer-broken-again", again);
listen("answer-again", again);
listen("answer-copy", () => copy(current));
listen("answer-share", async () => {
  if (conversation) return openSharing({ id: conversation });
  await copyText(location.href);
  status(t("addressCopied"));
});
listen("answer-markdown", () => current && download(named(current.question, "md"), asFile(current), "text/markdown"));
listen("answer-evidence", () => current && download(named(current.question, "json"), asEvidence(current), "application/json"));
listenToGrades(() => current);

let leave = hideAnswer;
let addressed = () => {};
onModel(again);
listenToConversation({ ask: goOn, edit: (query) => write({ ...asked, query }), begin: () => leave() });

// `handler(id)` puts a conversation that has begun into the address.
export function onConversation(handler) {
  addressed = handler;
}

// `handler` leaves the conversation for a new one.
export function onNewConversation(handler) {
  leave = handler;
}
