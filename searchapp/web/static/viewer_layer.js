// The text over a page's picture: invisible, and there to be selected, copied, found and read aloud.

import { h } from "./dom.js";
import { SOFT_HYPHEN } from "./viewer_words.js";

const WIDTH = 1500; // pixels of the layer, which is scaled to its page: so letters are set once, whatever the zoom
const SIZE = 100; // pixels, at which letters are measured
const pen = document.createElement("canvas").getContext("2d");
const follows = new WeakMap(); // a run's element -> what comes before the next one

// The layer of a page of `width` by `height` points; `nodes` are its runs' text nodes, in their order.
export function textLayer(runs, [width, height]) {
  const size = [WIDTH, (WIDTH * height) / width];
  pen.font = `${SIZE}px sans-serif`;
  const spans = runs.map((run) => placed(run, size));
  const root = h("div", { class: "text-layer" }, spans, h("div", { class: "text-end", "aria-hidden": "true" }));
  Object.assign(root.style, { width: `${size[0]}px`, height: `${size[1]}px` });
  // Between the lines there is no text to select to; while the button is down, the end of the layer is everywhere.
  root.addEventListener("pointerdown", () => {
    root.classList.add("selecting");
    addEventListener("pointerup", () => root.classList.remove("selecting"), { once: true });
  });
  return { root, nodes: spans.map((span) => span.firstChild) };
}

export const scaleLayer = (root, width) => (root.style.transform = `scale(${width / WIDTH})`);

function placed(run, [width, height]) {
  const span = h("span", { dir: "auto" }, run.text);
  const box = { left: run.left * width, top: run.top * height, width: run.width * width, height: run.height * height };
  const isAcross = run.turn % 2 === 0 && !run.is_vertical;
  const along = isAcross ? box.width : box.height;
  const size = isAcross ? box.height : box.width;
  const measured = run.is_vertical ? [...run.text].length * SIZE : pen.measureText(run.text).width;
  const scale = along / ((measured * size) / SIZE || 1);
  const corner = [
    [box.left, box.top],
    [box.left + box.width, box.top],
    [box.left + box.width, box.top + box.height],
    [box.left, box.top + box.height],
  ][run.is_vertical ? 0 : run.turn];
  Object.assign(span.style, {
    left: `${corner[0]}px`,
    top: `${corner[1]}px`,
    fontSize: `${size}px`,
    transform: run.is_vertical ? `scaleY(${scale})` : `rotate(${run.turn * 90}deg) scaleX(${scale})`,
  });
  if (run.is_vertical) span.className = "upright";
  follows.set(span, run.then);
  return span;
}

// What is selected of the layers, as it is read: lines of a paragraph joined, words whole, cells parted by tabs.
export function selectedText(selection, root) {
  const range = selection.rangeCount && !selection.isCollapsed ? selection.getRangeAt(0) : null;
  if (!range || !root.contains(range.commonAncestorContainer)) return "";
  const parts = [];
  let layer = null;
  for (const span of root.querySelectorAll(".text-layer > span")) {
    if (!range.intersectsNode(span)) continue;
    const node = span.firstChild;
    const start = range.startContainer === node ? range.startOffset : 0;
    const end = range.endContainer === node ? range.endOffset : node.length;
    if (start === end) continue;
    if (layer && layer !== span.parentNode) parts.push("\n");
    layer = span.parentNode;
    const then = follows.get(span);
    const isCut = then === SOFT_HYPHEN && end === node.length;
    parts.push(node.data.slice(start, end), [isCut ? SOFT_HYPHEN : then]);
  }
  return written(parts);
}

function written(parts) {
  let text = "";
  parts.forEach((part, i) => {
    const isLast = i === parts.length - 1;
    if (typeof part === "string") text += part;
    else if (isLast || parts[i + 1] === "\n") return;
    else if (part[0] === SOFT_HYPHEN) text = text.slice(0, -1);
    else text += part[0];
  });
  return text;
}
