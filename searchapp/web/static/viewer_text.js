// A document in the viewer as text: Markdown as it reads, anything else passage by passage with its headings.

import { byId, cleaned, h } from "./dom.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";
import { fragmentLink } from "./links.js";
import { markPassage } from "./marks.js";
import { textFinder } from "./viewer_find.js";

const AROUND = 40; // passages at a time
const AT_ONCE = 200; // where all of them are fetched, to find in them
const MOST = 6000; // passages in one page of a browser
const CELL_BREAK = " | ";

export async function markdownView(asked) {
  const base = `/api/documents/${encodeURIComponent(asked.entry.id)}`;
  const { html } = await getJson(`${base}/html`);
  const root = h("div", { class: "reading", dir: "auto" }, cleaned(html));
  if (asked.passage) {
    const found = await getJson(`${base}/passages?${new URLSearchParams({ around: asked.passage, size: 1 })}`);
    // What is marked must be the passage: where it cannot be found in the file, its text is shown instead.
    if (!markPassage(root, found.passages[0].text)) return textView(asked);
  }
  for (const link of root.querySelectorAll('a[href*=":"]')) link.target = "_blank";
  asked.body.replaceChildren(root);
  bringIntoView(root);
  const goTo = ({ title }) => headingIn(root, title)?.scrollIntoView({ block: "start" });
  return { finder: textFinder({ root: () => root }), goTo };
}

const headingIn = (root, title) => [...root.querySelectorAll("h1, h2, h3, h4, h5, h6")].find((one) => one.textContent.trim() === title);

export async function textView({ entry, passage, body, isCurrent }) {
  const base = `/api/documents/${encodeURIComponent(entry.id)}/passages`;
  const read = (query) => getJson(`${base}?${new URLSearchParams(query)}`);
  const start = await read(passage ? { around: passage, size: AROUND } : { size: AROUND });
  const root = h("div", { class: "reading passages", dir: "auto" });
  const passages = [...start.passages];
  const marked = passages.find((one) => one.id === passage);
  if (marked) pointLiveLink(marked.text);
  draw();
  body.replaceChildren(root);
  bringIntoView(root);
  return { finder: textFinder({ root: () => root, load: loadAll }), goTo };

  async function loadAll(signal) {
    let isMore = true;
    while (isMore && passages.length < MOST && !signal?.aborted) {
      const before = passages[0]?.position ?? 0;
      const next = before + passages.length;
      const size = Math.min(AT_ONCE, before);
      if (size) passages.unshift(...(await read({ from: before - size, size })).passages);
      else if (next < start.total) passages.push(...(await read({ from: next, size: AT_ONCE })).passages);
      isMore = passages[0]?.position > 0 || passages.length < start.total;
    }
    if (isCurrent()) keepingPlace(draw);
  }

  async function goTo({ passage: wanted }) {
    const found = () => root.querySelector(`[data-id="${CSS.escape(wanted)}"]`);
    if (!found()) await loadAll();
    const block = found();
    const heading = block?.previousElementSibling;
    (heading?.tagName === "H3" ? heading : block)?.scrollIntoView({ block: "start" });
  }

  // What was being read stays where it was.
  function keepingPlace(change) {
    const anchor = [...root.querySelectorAll(".passage-block")].find((one) => one.getBoundingClientRect().bottom > body.getBoundingClientRect().top);
    const top = anchor?.getBoundingClientRect().top ?? 0;
    change();
    const same = anchor && root.querySelector(`[data-id="${CSS.escape(anchor.dataset.id)}"]`);
    if (same) body.scrollTop += same.getBoundingClientRect().top - top;
  }

  function draw() {
    const before = passages[0]?.position ?? 0;
    const after = start.total - before - passages.length;
    root.replaceChildren(
      ...(before > 0 ? [more("earlier", { from: Math.max(0, before - AROUND), size: Math.min(AROUND, before) }, (found) => passages.unshift(...found))] : []),
      ...passages.flatMap((one, i) => passageNodes(one, passages[i - 1], passages[i + 1], passage)),
      ...(after > 0 ? [more("later", { from: before + passages.length, size: AROUND }, (found) => passages.push(...found))] : []),
      ...(passages.length ? [] : [h("p", { class: "muted" }, t("noText"))]),
    );
  }

  function more(label, query, take) {
    const button = h("button", { type: "button", class: "quiet" }, t(label));
    button.addEventListener("click", async () => {
      const found = (await read(query)).passages;
      if (!isCurrent()) return;
      keepingPlace(() => {
        take(found);
        draw();
      });
    });
    return button;
  }
}

// Neighbours share some text; it is shown once, and within the marked passage.
function passageNodes(one, previous, next, marked) {
  let text = one.text;
  if (one.id !== marked && previous && previous.end > one.start) text = text.slice(previous.end - one.start);
  if (next && next.id === marked && one.end > next.start) text = text.slice(0, text.length - (one.end - next.start));
  const heading = one.headings.at(-1) ?? "";
  const isNew = heading && heading !== previous?.headings.at(-1);
  if (heading && text.trimStart().startsWith(heading)) text = text.trimStart().slice(heading.length);
  text = text.replace(/^\n+|\s+$/g, "");
  const words = text && written(text, (piece) => (one.id === marked ? h("mark", { class: "passage-mark" }, piece) : piece));
  return [
    one.page && one.page !== previous?.page && h("p", { class: "page-rule" }, t("page", one.page)),
    isNew && h("h3", {}, one.id === marked ? h("mark", {}, heading) : heading),
    words && h("div", { class: "passage-block", "data-id": one.id }, words),
  ].filter(Boolean);
}

// Lines of as many cells, two at the least, are a table; what stands between tables stays as it is.
function written(text, mark) {
  const parts = [];
  for (const line of text.split("\n")) {
    const cells = line.split(CELL_BREAK);
    const width = cells.length > 1 ? cells.length : 0;
    const last = parts.at(-1);
    if (last?.width === width) last.lines.push(line);
    else parts.push({ width, lines: [line] });
  }
  const nodes = [];
  for (const { width, lines } of parts) {
    if (width && lines.length > 1) nodes.push(h("table", {}, h("tbody", {}, lines.map((line) => h("tr", {}, line.split(CELL_BREAK).map((cell) => h("td", {}, cell && mark(cell))))))));
    else if (typeof nodes.at(-1) === "string") nodes.push(`${nodes.pop()}\n${lines.join("\n")}`);
    else if (lines.some((line) => line.trim())) nodes.push(lines.join("\n"));
  }
  return nodes.map((node) => (typeof node === "string" ? mark(node) : node));
}

function bringIntoView(root) {
  root.querySelector(".passage-mark")?.scrollIntoView({ block: "center" });
}

// A browser scrolls the live page to these words.
function pointLiveLink(text) {
  const link = byId("viewer-live");
  if (link) link.href = fragmentLink(link.href.split("#")[0], text);
}
