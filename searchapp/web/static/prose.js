// An answer's text as it grows: Markdown with its citations as chips, and a "?" behind each sentence that its sources
// do not bear out. What is drawn already stays where it is; only what changed is replaced.

import { doubt } from "./citations.js";
import { h, morph } from "./dom.js";
import { drawMarkdown } from "./markdown.js";

const PAUSE_MS = 40; // between two drawings; tokens come faster
const MARKERS = /\s*\[\d+\]/g;

export class Prose {
  #root;
  #cite;
  #text = "";
  #checked = []; // {start, end, sentence}: where the sentences stand in the text
  #missed = false;
  #timer = 0;

  // `cite(n)` gives the chip for passage n, or null where there is no such passage.
  constructor(root, cite) {
    this.#root = root;
    this.#cite = cite;
    root.replaceChildren();
  }

  get text() {
    return this.#text;
  }

  add(text) {
    this.#text += text;
    this.#timer ||= setTimeout(() => this.#draw({ open: true }), PAUSE_MS);
  }

  // The sentence as it was checked, its markers among it, takes the place of what the model wrote.
  check(sentence) {
    const from = this.#checked.at(-1)?.end ?? 0;
    const found = find(this.#text, sentence.text, from);
    if (!found) {
      this.#missed = true; // finish() puts it right
      return;
    }
    const { start, end } = found;
    this.#text = this.#text.slice(0, start) + sentence.text + this.#text.slice(end);
    this.#checked.push({ start, end: start + sentence.text.length, sentence });
    this.#timer ||= setTimeout(() => this.#draw({ open: true }), PAUSE_MS);
  }

  // No more will come: `answer` is the whole of it, or null where it ends in the middle.
  finish(answer) {
    if (answer && (this.#missed || this.#text.trim() !== answer.answer.trim())) {
      this.#text = answer.answer;
      this.#checked = [];
      for (const sentence of answer.sentences) this.check(sentence);
    }
    this.#draw({ open: !answer, quoted: answer?.extractive && !answer.refused });
  }

  #draw({ open, quoted = false }) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const drawn = h("div");
    const last = new Map(); // by doubtful sentence: the last node of it
    const draws = {
      leaf: (parent, text, at) => this.#leaf(parent, text, at, last),
      cite: (numbers) => {
        const chips = numbers.map((n) => this.#cite(n));
        return chips.every(Boolean) ? chips : null;
      },
      note: (node, at) => {
        const { sentence } = this.#at(at) ?? {};
        if (!sentence || sentence.support === "supported") return;
        last.set(sentence, node);
        if (node.localName === "code") node.classList.add(sentence.support);
      },
    };
    // What is quoted word for word from documents is no Markdown.
    if (quoted) drawQuotes(drawn, this.#text, draws);
    else drawMarkdown(drawn, this.#text, draws, open);
    // Nothing may part the "?" from the sentence, not even the end of a line.
    for (const [sentence, node] of last) node.after("\u2060", doubt(sentence));
    morph(this.#root, drawn);
  }

  #at(index) {
    return this.#checked.find(({ start, end }) => start <= index && index < end);
  }

  // Plain words, those of a doubtful sentence within an element of their own.
  #leaf(parent, text, at, last) {
    for (let i = 0; i < text.length; ) {
      const here = this.#at(at + i);
      const next = here ? here.end : this.#checked.find(({ start }) => start > at + i)?.start;
      const end = Math.min(text.length, next === undefined ? text.length : next - at);
      const words = text.slice(i, end);
      i = end;
      if (!here || here.sentence.support === "supported") {
        parent.append(words);
        continue;
      }
      const span = h("span", { class: here.sentence.support }, words);
      parent.append(span);
      last.set(here.sentence, span);
    }
  }
}

function drawQuotes(root, text, { leaf, cite }) {
  let at = 0;
  for (const line of text.split("\n")) {
    if (line.trim()) {
      const paragraph = h("p");
      let from = at;
      for (const piece of line.split(/(\[\d+\])/)) {
        const chips = /^\[\d+\]$/.test(piece) ? cite([Number(piece.slice(1, -1))]) : null;
        if (chips) paragraph.append(...chips);
        else if (piece) leaf(paragraph, piece, from);
        from += piece.length;
      }
      root.append(paragraph);
    }
    at += line.length + 1;
  }
}

// Where `sentence` stands in `text` from `from` on, whatever the white space and the markers between its words.
function find(text, sentence, from) {
  const words = sentence.replace(MARKERS, "").trim().split(/\s+/);
  if (!words[0]) return null;
  for (let start = text.indexOf(words[0][0], from); start >= 0; start = text.indexOf(words[0][0], start + 1)) {
    const end = matched(text, words, start);
    if (end) return { start, end: afterMarkers(text, end) };
  }
  return null;
}

function matched(text, words, start) {
  let at = start;
  for (const [i, word] of words.entries()) {
    if (i) at = skipped(text, at, /\s/);
    for (const letter of word) {
      if (!text.startsWith(letter, at)) at = skipped(text, at, null);
      if (!text.startsWith(letter, at)) return 0;
      at += letter.length;
    }
  }
  return at;
}

// Past white space (where `blank` says so) and markers.
function skipped(text, at, blank) {
  for (;;) {
    const marker = /^\s*\[\d+\]/.exec(text.slice(at, at + 12));
    if (marker) at += marker[0].length;
    else if (blank && blank.test(text[at] ?? "")) at += 1;
    else return at;
  }
}

function afterMarkers(text, at) {
  return skipped(text, at, null);
}
