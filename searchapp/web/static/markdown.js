// The Markdown that models write, as nodes: paragraphs, headings, lists, tables, fenced code, quotes, rules.
// Nothing of it becomes HTML: every word is a text node. A text that is still growing is drawn as what it will be.

import { h } from "./dom.js";
import { drawInline } from "./inline.js";

const FENCE = /^ {0,3}(`{3,}|~{3,})[ \t]*([\w+-]{0,40})[^`]*$/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?[ \t]*#*$/;
const RULE = /^ {0,3}([-*_=])(?:[ \t]*\1){2,}[ \t]*$/;
const QUOTE = /^ {0,3}>[ \t]?/;
const ITEM = /^([ \t]*)(?:([-*+•])|(\d{1,3})[.)])(?:[ \t]+|$)/;
const DELIMITER = /^[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*$/;
// What a last line begins with before it is known what it is.
const UNKNOWN = /^\s*(?:[-*+•_=]{1,3}|#{1,6}|\d{1,3}[.)]?|`{1,}\w*|~{1,2}|>|[|:\-\s]*)\s*$/;
const DEEPEST = 6; // lists and quotes within each other

// Appends `text` to `root`. `draws` ({leaf, cite, note}) are those of inline.js; `open`: more of it will come.
export function drawMarkdown(root, text, draws, open = false) {
  let at = 0;
  const lines = text.split("\n").map((line) => {
    const start = at;
    at += line.length + 1;
    return { text: line, at: start };
  });
  const last = lines.at(-1);
  if (open && UNKNOWN.test(last.text) && !insideFence(lines)) last.text = "";
  blocks(root, lines, { draws, open, depth: 0 });
}

function insideFence(lines) {
  let fence = "";
  for (const { text } of lines.slice(0, -1)) {
    const found = FENCE.exec(text)?.[1];
    if (fence) fence = text.trim().startsWith(fence) && !text.trim().replaceAll(fence[0], "") ? "" : fence;
    else if (found) fence = found;
  }
  return Boolean(fence);
}

function blocks(parent, lines, how) {
  for (let i = 0; i < lines.length; ) {
    if (!lines[i].text.trim()) i += 1;
    else i = (fenced(parent, lines, i, how) || line(parent, lines, i, how) || quoted(parent, lines, i, how) || list(parent, lines, i, how) || table(parent, lines, i, how) || paragraph(parent, lines, i, how));
  }
}

function fenced(parent, lines, i, how) {
  const found = FENCE.exec(lines[i].text);
  if (!found) return 0;
  let end = i + 1;
  while (end < lines.length && !(lines[end].text.trim().startsWith(found[1]) && !lines[end].text.trim().replaceAll(found[1][0], ""))) end += 1;
  const inside = lines.slice(i + 1, end);
  // Some models wrap the whole answer in a fence of Markdown.
  if (["markdown", "md"].includes(found[2].toLowerCase())) blocks(parent, inside, how);
  else parent.append(h("pre", { tabindex: "0" }, h("code", {}, inside.map(({ text }) => text).join("\n"))));
  return end + 1;
}

function line(parent, lines, i, how) {
  const { text, at } = lines[i];
  if (RULE.test(text)) return text.includes("=") || parent.append(h("hr")), i + 1;
  const found = HEADING.exec(text);
  if (!found) return 0;
  // The question above the answer is the heading of the second level; models begin with one mark or with two.
  const heading = h(`h${Math.min(6, Math.max(3, found[1].length + 1))}`);
  inline(heading, [{ text: found[2] ?? "", at: at + text.indexOf(found[2] ?? "") }], how, i === lines.length - 1);
  parent.append(heading);
  return i + 1;
}

function quoted(parent, lines, i, how) {
  if (!QUOTE.test(lines[i].text) || how.depth >= DEEPEST) return 0;
  let end = i;
  while (end < lines.length && QUOTE.test(lines[end].text)) end += 1;
  const quote = h("blockquote");
  parent.append(quote);
  blocks(quote, lines.slice(i, end).map(({ text, at }) => shifted(text, at, QUOTE.exec(text)[0].length)), { ...how, depth: how.depth + 1, open: how.open && end === lines.length });
  return end;
}

function list(parent, lines, i, how) {
  const first = ITEM.exec(lines[i].text);
  if (!first || how.depth >= DEEPEST) return 0;
  const ordered = first[3] !== undefined;
  const indent = width(first[1]);
  const element = ordered ? h("ol", { start: first[3] === "1" ? null : first[3] }) : h("ul");
  parent.append(element);
  for (let end = i; i < lines.length; i = end) {
    const found = ITEM.exec(lines[i].text);
    if (!found || (found[3] !== undefined) !== ordered || width(found[1]) > indent + 1 || width(found[1]) < indent) break;
    const inside = [shifted(lines[i].text, lines[i].at, found[0].length)];
    for (end = i + 1; end < lines.length; end += 1) {
      const { text, at } = lines[end];
      const deep = width(/^[ \t]*/.exec(text)[0]);
      if (!text.trim() ? !continues(lines, end, indent) : deep <= indent && (ITEM.test(text) || starts(text) || !lines[end - 1].text.trim())) break;
      inside.push(shifted(text, at, Math.min(/^[ \t]*/.exec(text)[0].length, found[0].length)));
    }
    const item = h("li");
    element.append(item);
    const open = how.open && end === lines.length;
    const plain = inside.findIndex(({ text }, n) => n > 0 && (!text.trim() || starts(text) || ITEM.test(text)));
    const words = plain < 0 ? inside : inside.slice(0, plain);
    inline(item, words, how, open && plain < 0);
    if (plain >= 0) blocks(item, inside.slice(plain), { ...how, open, depth: how.depth + 1 });
  }
  return i;
}

// Whether the list goes on behind the blank line at `i`.
function continues(lines, i, indent) {
  const next = lines.slice(i, i + 3).find(({ text }) => text.trim());
  return Boolean(next) && width(/^[ \t]*/.exec(next.text)[0]) > indent;
}

function table(parent, lines, i, how) {
  const { text } = lines[i];
  const next = lines[i + 1]?.text ?? "";
  const growing = how.open && i + 2 > lines.length - (next.trim() ? 0 : 1) && text.trim().startsWith("|");
  if (!text.includes("|") || !(growing || (next.includes("-") && next.includes("|") && DELIMITER.test(next)))) return 0;
  const head = cells(lines[i]);
  const aligned = cells({ text: next, at: 0 }).map((cell) => /^:?-+:$/.test(cell.text) ? (cell.text[0] === ":" ? "middle" : "end") : null);
  const row = (tag, of, open) => h("tr", {}, ...of.slice(0, head.length).map((cell, n) => {
    const element = h(tag, { class: aligned[n] });
    inline(element, [cell], how, open);
    return element;
  }));
  const body = h("tbody");
  const drawn = h("table", {}, h("thead", {}, row("th", head, growing)), body);
  let end = i + 2;
  for (; end < lines.length && lines[end].text.includes("|"); end += 1) body.append(row("td", cells(lines[end]), how.open && end === lines.length - 1));
  parent.append(h("div", { class: "table", tabindex: "0" }, drawn));
  return Math.min(end, lines.length);
}

function cells({ text, at }) {
  const found = [];
  let start = text.length - text.trimStart().length;
  if (text[start] === "|") start += 1;
  for (let i = start; i <= text.length; i += 1) {
    if (i < text.length && (text[i] !== "|" || text[i - 1] === "\\")) continue;
    const cell = text.slice(start, i);
    if (i < text.length || cell.trim()) found.push({ text: cell.trim(), at: at + start + cell.length - cell.trimStart().length });
    start = i + 1;
  }
  return found;
}

function paragraph(parent, lines, i, how) {
  let end = i + 1;
  while (end < lines.length && lines[end].text.trim() && !starts(lines[end].text) && !ITEM.test(lines[end].text)) end += 1;
  const element = h("p");
  inline(element, lines.slice(i, end), how, end === lines.length);
  parent.append(element);
  return end;
}

const starts = (text) => FENCE.test(text) || RULE.test(text) || HEADING.test(text) || QUOTE.test(text) || text.trim().startsWith("|");

const width = (blanks) => blanks.replaceAll("\t", "    ").length;

const shifted = (text, at, by) => ({ text: text.slice(by), at: at + by });

// Draws lines as one run, with the way back to where each of their characters stands.
function inline(parent, lines, { draws, open }, isLast) {
  const rows = lines.map(({ text, at }) => shifted(text.trimEnd(), at, text.length - text.trimStart().length));
  const text = rows.map((row) => row.text).join("\n");
  const at = (index) => {
    for (const row of rows) {
      if (index <= row.text.length) return row.at + index;
      index -= row.text.length + 1;
    }
    return rows.at(-1).at + rows.at(-1).text.length;
  };
  drawInline(parent, { text, at }, draws, open && isLast);
}
