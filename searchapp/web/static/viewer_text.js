// A document in the viewer as text: Markdown as it reads, anything else passage by passage with its headings.

import { byId, cleaned, h } from "./dom.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";
import { fragmentLink } from "./links.js";
import { markPassage } from "./marks.js";

const AROUND = 40; // passages at a time

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
  return {};
}

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
  return {};

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
      const anchor = root.querySelector(".passage-block");
      const top = anchor?.getBoundingClientRect().top ?? 0;
      const id = anchor?.dataset.id;
      take(found);
      draw();
      // What was being read stays where it was.
      const same = id && root.querySelector(`[data-id="${CSS.escape(id)}"]`);
      if (same) body.scrollTop += same.getBoundingClientRect().top - top;
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
  const words = text && (one.id === marked ? h("mark", { class: "passage-mark" }, text) : text);
  return [
    one.page && one.page !== previous?.page && h("p", { class: "page-rule" }, t("page", one.page)),
    isNew && h("h3", {}, one.id === marked ? h("mark", {}, heading) : heading),
    words && h("p", { class: "passage-block", "data-id": one.id }, words),
  ].filter(Boolean);
}

function bringIntoView(root) {
  root.querySelector(".passage-mark")?.scrollIntoView({ block: "center" });
}

// A browser scrolls the live page to these words.
function pointLiveLink(text) {
  const link = byId("viewer-live");
  if (link) link.href = fragmentLink(link.href.split("#")[0], text);
}
