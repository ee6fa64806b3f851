// Marks a passage within rendered text, whatever markup runs through it.

import { h } from "./dom.js";

const SIGNIFICANT = /[\p{L}\p{N}]/u;

// Wraps what of `root` reads as `passage` into <mark class="passage-mark">; false where it is not there.
export function markPassage(root, passage) {
  const { letters, places } = lettersOf(root);
  const ranges = find(letters, passage);
  // From the end, so that places before it stay valid while nodes are split.
  for (const [start, end] of ranges.sort((one, other) => other[0] - one[0])) wrap(places, start, end);
  return ranges.length > 0;
}

// The letters and digits of the text below `root`, and for each of them its node and offset.
function lettersOf(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const places = [];
  let letters = "";
  while (walker.nextNode()) {
    const node = walker.currentNode;
    for (let offset = 0; offset < node.data.length; offset += 1) {
      if (!SIGNIFICANT.test(node.data[offset])) continue;
      letters += node.data[offset];
      places.push([node, offset]);
    }
  }
  return { letters, places };
}

// The whole passage, or its lines one by one: numbers of lists and marks of tables are drawn, not written.
function find(letters, passage) {
  const whole = significant(passage);
  const at = whole ? letters.indexOf(whole) : -1;
  if (at >= 0) return [[at, at + whole.length]];
  const ranges = [];
  let from = 0;
  for (const line of passage.split("\n")) {
    const wanted = significant(line.replace(/^\s*\d+\.\s/, ""));
    const place = wanted.length > 3 ? letters.indexOf(wanted, from) : -1;
    if (place < 0) continue;
    ranges.push([place, place + wanted.length]);
    from = place + wanted.length;
  }
  return ranges;
}

const significant = (text) => [...text].filter((one) => SIGNIFICANT.test(one)).join("");

function wrap(places, start, end) {
  const spans = new Map(); // node -> [first offset, last offset]
  for (const [node, offset] of places.slice(start, end)) spans.set(node, [spans.get(node)?.[0] ?? offset, offset]);
  for (const [node, [first, last]] of spans) {
    const middle = node.splitText(first);
    const tail = /^[\p{P}]*/u.exec(middle.data.slice(last - first + 1))[0]; // the full stop belongs to the sentence
    middle.splitText(last - first + 1 + tail.length);
    const mark = h("mark", { class: "passage-mark" });
    middle.replaceWith(mark);
    mark.append(middle);
  }
}
