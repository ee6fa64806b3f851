// Inline Markdown as nodes: bold, emphasis, strike, code, line breaks. A link becomes its words, whatever it leads to;
// what a model may point at are its sources, by [n].

import { h } from "./dom.js";

const DEEPEST = 8; // marks within marks
const CITED = /^\[\d{1,3}(?:\s*[,，、]\s*\d{1,3})*\]/;
const LINK = /^!?\[([^[\]\n]{1,300})\]\((?:[^()\n]|\([^()\n]{0,200}\)){0,600}\)/;
const ADDRESS = /^<((?:https?:\/\/|mailto:)[^<>\s]{1,600})>/;
const BREAK = /^<br\s{0,2}\/?>/i;
const PLAIN = /^[^\\`*_~[!<\n]+/;
const TAGS = { "***": ["strong", "em"], "**": ["strong"], __: ["strong"], "~~": ["del"], "*": ["em"], _: ["em"] };
// What may become a mark when more of the text comes: not shown before that.
const HALF = /(?:[*_~\\!]{1,3}|<b?r?\s?\/?|\[[\d\s,，、]*)$/;
const HALF_LINK = /!?\[([^[\]\n]{1,300})\]?(?:\([^()\n]*)?$/;
const WORD = /[\p{L}\p{N}]/u;

// Appends the nodes of `run` ({text, at(i)}: where its character i stands in the whole text) to `parent`.
// `leaf(parent, text, at)` appends plain text, `cite(numbers, raw, at)` gives chips; `open`: more may come at its end.
export function drawInline(parent, run, { leaf, cite, note }, open = false) {
  const text = open ? closed(run.text) : run.text;
  const missing = new Set(); // marks of which no other half follows: each is looked for once
  draw(parent, 0, text.length, 0);

  function draw(into, from, to, depth) {
    for (let i = from; i < to; ) i = step(into, i, to, depth);
  }

  function step(into, i, to, depth) {
    const rest = text.slice(i, Math.min(to, i + 1000));
    const plain = PLAIN.exec(rest)?.[0];
    if (plain) return leaf(into, plain, run.at(i)), i + plain.length;
    const sign = text[i];
    if (sign === "\n") return newline(into, i);
    if (sign === "\\" && i + 1 < to && /[!-/:-@[-`{-~]/.test(text[i + 1])) return leaf(into, text[i + 1], run.at(i + 1)), i + 2;
    if (sign === "`") return code(into, i, to);
    if (sign === "[" || sign === "!") return bracket(into, i, rest);
    if (sign === "<") {
      const broken = BREAK.exec(rest);
      if (broken) return into.append(h("br")), i + broken[0].length;
      const address = ADDRESS.exec(rest);
      if (address) return leaf(into, address[1], run.at(i + 1)), i + address[0].length;
    }
    return TAGS[sign] || sign === "~" ? marked(into, i, to, depth) : (leaf(into, sign, run.at(i)), i + 1);
  }

  // Models begin a new line where they mean one; text that goes on in lower case was only wrapped.
  function newline(into, i) {
    if (/^\n[a-z]/.test(text.slice(i, i + 2))) leaf(into, " ", run.at(i));
    else into.append(h("br"));
    return i + 1;
  }

  function code(into, i, to) {
    const fence = /^`+/.exec(text.slice(i, to))[0];
    const end = missing.has(fence) ? -1 : text.indexOf(fence, i + fence.length);
    if (end < 0) missing.add(fence);
    if ((end < 0 || end >= to) && !(open && to === text.length)) return leaf(into, fence, run.at(i)), i + fence.length;
    const inside = text.slice(i + fence.length, end < 0 ? to : end);
    const element = h("code", {}, inside.replaceAll("\n", " "));
    into.append(element);
    note(element, run.at(i), run.at(i) + inside.length);
    return end < 0 ? to : end + fence.length;
  }

  function bracket(into, i, rest) {
    const cited = CITED.exec(rest)?.[0];
    const link = LINK.exec(rest);
    if (cited || (link && CITED.test(`[${link[1]}]`))) {
      const raw = cited ?? link[0];
      const chips = cite((cited ?? `[${link[1]}]`).match(/\d+/g).map(Number));
      if (!chips) return leaf(into, raw, run.at(i)), i + raw.length;
      into.append(...chips);
      note(chips.at(-1), run.at(i), run.at(i) + raw.length);
      return i + (link && cited ? link[0].length : raw.length);
    }
    if (!link) return leaf(into, text[i], run.at(i)), i + 1;
    draw(into, i + link[0].indexOf("[") + 1, i + link[0].indexOf("[") + 1 + link[1].length, DEEPEST);
    return i + link[0].length;
  }

  function marked(into, i, to, depth) {
    const mark = ["***", "**", "__", "~~", "*", "_"].find((one) => text.startsWith(one, i)) ?? text[i];
    const start = i + mark.length;
    // A star or bar between two words may be a sign of its own: 2*3, max_map_count.
    const opens = TAGS[mark] && depth < DEEPEST && start < to && !/\s/.test(text[start]) && !(mark[0] === "_" && WORD.test(text[i - 1] ?? ""));
    const end = opens ? closing(mark, start, to) : -1;
    if (end < 0) return leaf(into, mark, run.at(i)), start;
    const inner = TAGS[mark].reduce((outer, tag) => {
      const element = h(tag);
      outer.append(element);
      return element;
    }, into);
    draw(inner, start, end, depth + 1);
    return Math.min(to, end + mark.length);
  }

  function closing(mark, start, to) {
    if (missing.has(mark)) return openEnd(mark, to);
    for (let at = text.indexOf(mark, start + 1); at >= 0; at = text.indexOf(mark, at + 1)) {
      if (at + mark.length > to) return openEnd(mark, to);
      const alone = mark.length > 1 || (text[at + 1] !== mark && text[at - 1] !== mark) || text.startsWith(mark.repeat(3), at);
      if (alone && !/\s/.test(text[at - 1]) && !(mark[0] === "_" && WORD.test(text[at + mark.length] ?? ""))) return at;
    }
    missing.add(mark);
    return openEnd(mark, to);
  }

  // Of a text that grows, a mark of two is taken for one whose other half will come.
  function openEnd(mark, to) {
    return open && mark.length > 1 && to === text.length ? to : -1;
  }
}

function closed(text) {
  const tail = text.slice(-900);
  const head = text.slice(0, text.length - tail.length);
  const cut = tail.replace(HALF, "");
  const link = HALF_LINK.exec(cut);
  const words = link && !/\]$/.test(link[0]) && !/^\d+$/.test(link[1]) ? `${cut.slice(0, link.index)}${link[1]}` : cut;
  return head + words;
}
