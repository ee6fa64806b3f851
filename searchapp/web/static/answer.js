// The answer panel: asks, streams, stops, copies, and remembers answers for the way back.

import { chip } from "./citations.js";
import { byId, h } from "./dom.js";
import { showProblem } from "./frame.js";
import { events, postJson } from "./http.js";
import { t } from "./i18n.js";
import { opens } from "./links.js";
import { Prose } from "./prose.js";
import { keep, kept } from "./storage.js";

const panel = byId("answer");
const session = () => sessionStorage;
let running = null; // AbortController of the answer that is being written
let shown = null; // key of the answer on the screen
let hits = [];
let current = null; // the finished answer

const keyOf = (state) => `answer:${JSON.stringify([state.q, [...state.filters].sort()])}`;

// Shows the answer to state.q: the remembered one if there is one, else a new one.
export async function showAnswer(state, { fresh = false } = {}) {
  const key = keyOf(state);
  if (key === shown && !fresh) return;
  abort();
  shown = key;
  current = null;
  hits = [];
  const prose = begin();
  const remembered = fresh ? null : kept(key, session);
  if (remembered) {
    const { hits: found, answer } = JSON.parse(remembered);
    hits = found;
    prose.finish(answer);
    complete(answer);
    return;
  }
  const own = (running = new AbortController());
  try {
    const busy = (seconds) => status(t("busy", seconds));
    const question = { question: state.q, filter: state.filters };
    const response = await postJson("/api/ask", question, { signal: own.signal, busy });
    for await (const { name, data } of events(response)) {
      if (own.signal.aborted) return;
      receive(name, data, prose, key);
    }
    if (!current) finishEarly();
  } catch (problem) {
    if (problem.name === "AbortError" || own.signal.aborted) return;
    fail(problem, state);
  } finally {
    if (running === own) running = null;
  }
}

function receive(name, data, prose, key) {
  if (name === "sources") {
    hits = data.hits.slice(0, data.passages_used || undefined);
    status(t("writing"));
  } else if (name === "token") {
    prose.add(data.text);
  } else if (name === "sentence") {
    prose.check(data);
  } else if (name === "done") {
    prose.finish(data);
    complete(data);
    keep(key, JSON.stringify({ hits, answer: data }), session);
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
  status(t("searching"));
  const quoteOf = (n) => current?.citations.find((citation) => citation.n === n)?.quote ?? "";
  return new Prose(byId("answer-text"), (n) => (hits[n - 1] ? chip(n, hits[n - 1], () => quoteOf(n)) : null));
}

function complete(answer) {
  current = answer;
  panel.dataset.state = answer.refused ? "refused" : "done";
  panel.setAttribute("aria-busy", "false");
  const label = answer.refused ? t("refused") : answer.extractive ? t("extractive") : "";
  byId("answer-label").textContent = label;
  byId("answer-label").title = answer.extractive && !answer.refused ? t("extractiveTip") : "";
  byId("answer-notice").textContent = answer.notices.map(noticeText).join(t("space"));
  const marked = (support) => answer.sentences.filter((sentence) => sentence.support === support).length;
  const facts = [
    answer.passages_found ? t("used", answer.passages_used, answer.passages_found) : "",
    marked("unsupported") ? t("unsupportedCount", marked("unsupported")) : "",
    marked("weak") ? t("weakCount", marked("weak")) : "",
    answer.citations_removed ? t("removedCount", answer.citations_removed) : "",
    answer.model,
  ];
  byId("answer-coverage").textContent = facts.filter(Boolean).join(" · ");
  byId("answer-sources").replaceChildren(...answer.citations.map(sourceLine));
  status(t("ready"), { spoken: true });
}

// In the interface's language where it has words for this code.
function noticeText({ code, subject, message }) {
  const key = `notice_${code}`;
  const words = t(key, subject);
  return words === key ? message : words;
}

function sourceLine(citation) {
  const hit = hits[citation.n - 1] ?? citation;
  const link = h("a", opens(hit), citation.title || citation.source);
  const where = citation.page ? t("page", citation.page) : hit.headings?.at(-1);
  return h("li", { value: citation.n }, link, where && h("span", { class: "muted" }, `  ${where}`));
}

function fail(problem, state) {
  finishEarly();
  shown = null;
  showProblem(problem, () => showAnswer(state, { fresh: true }));
}

function finishEarly() {
  panel.dataset.state = "stopped";
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
  panel.hidden = true;
  delete document.body.dataset.answer;
}

// `spoken`: only for those who cannot see that the answer is there.
function status(text, { spoken = false } = {}) {
  byId("answer-status").textContent = text;
  byId("answer-status").classList.toggle("sr-only", spoken);
}

function asText(answer) {
  const sources = answer.citations.map(({ n, title, page, source }) => {
    return [`[${n}] ${title}`, page && t("page", page), source].filter(Boolean).join(", ");
  });
  return [answer.answer, ...(sources.length ? ["", ...sources] : [])].join("\n");
}

async function copy() {
  if (!current) return;
  const text = asText(current);
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Browsers keep the clipboard from pages over plain http; the old way still works there.
    const area = h("textarea", { class: "sr-only" });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  status(t("copied"));
}

byId("answer-stop").addEventListener("click", stopAnswer);
byId("answer-copy").addEventListener("click", copy);

export function onAskAgain(handler) {
  byId("answer-again").addEventListener("click", handler);
}
