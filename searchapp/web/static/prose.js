// An answer's text as it grows: the sentences that were checked stay put, only the rest is drawn again.

import { h } from "./dom.js";
import { t } from "./i18n.js";

const MARKER = /\[(\d+(?:\s*[,，、]\s*\d+)*)\]/;
const OPEN_MARKER = /\s*\[[\d\s,，、]*$/; // a marker of which the end has not arrived

export class Prose {
  #root;
  #cite;
  #tail = h("span");
  #all = "";
  #pending = "";
  #missed = false;

  // `cite(n)` gives the chip for passage n, or null where there is no such passage.
  constructor(root, cite) {
    this.#root = root;
    this.#cite = cite;
    root.replaceChildren(this.#tail);
  }

  add(text) {
    this.#all += text;
    this.#pending += text;
    this.#tail.replaceChildren(...this.#cited(this.#pending.replace(OPEN_MARKER, "")));
  }

  check(sentence) {
    const found = find(this.#pending, sentence.text);
    if (!found) {
      this.#missed = true; // the model's words and the checked ones differ; finish() puts it right
      return;
    }
    const { start, end } = found;
    this.#tail.before(this.#pending.slice(0, start), this.#sentence(this.#pending.slice(start, end), sentence));
    this.#pending = this.#pending.slice(end);
    this.#tail.replaceChildren(...this.#cited(this.#pending));
  }

  finish(answer) {
    if (!this.#missed && this.#all.trim() === answer.answer.trim()) {
      this.#tail.replaceChildren(...this.#cited(this.#pending));
      return;
    }
    this.#root.replaceChildren(this.#tail);
    this.#pending = "";
    this.add(answer.answer);
    for (const sentence of answer.sentences) this.check(sentence);
  }

  #sentence(text, { support, missing = [] }) {
    const nodes = this.#cited(text);
    if (support === "supported") return h("span", {}, ...nodes);
    const why = [t(support), missing.length && t("missing", missing.join(t("comma")))].filter(Boolean).join(" ");
    const words = h("span", { class: support, title: why }, ...nodes);
    return h("span", {}, words, h("span", { class: "sr-only" }, ` (${why}) `));
  }

  #cited(text) {
    return text.split(new RegExp(MARKER, "g")).flatMap((piece, i) => {
      if (i % 2 === 0) return [piece];
      const chips = piece.split(/[,，、]/).map((n) => this.#cite(Number(n)));
      return chips.every(Boolean) ? chips : [`[${piece}]`];
    });
  }
}

// Where `sentence` stands in `text`, whatever the white space between its words.
function find(text, sentence) {
  const words = sentence.trim().split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const match = new RegExp(words.join("\\s+")).exec(text);
  return match && { start: match.index, end: match.index + match[0].length };
}
