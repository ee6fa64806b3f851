// Marks behind a sentence: chips of its citations, with the quoted words marked in their passage, and the "?" of a doubt.

import { byTouch, openCard, showing } from "./card.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { opens } from "./links.js";

const MOST_CHARACTERS = 420;

// `quote()`: the words of `hit` that the answer leans on, "" where that is not known yet.
export function chip(n, hit, quote = () => "") {
  const content = () => passage(n, hit, quote());
  const attributes = { class: "cite", ...opens(hit), "aria-label": `${t("source", n, hit.title)}, ${t("opens")}`, ...showing(content), onclick };
  return h("a", attributes, String(n));

  // Where nothing hovers, a tap shows the passage first; the card leads on.
  function onclick(event) {
    if (!byTouch()) return;
    event.preventDefault();
    event.stopPropagation();
    openCard(event.currentTarget, [...content(), h("p", {}, h("a", { class: "quiet", ...opens(hit) }, t("openSource")))]);
  }
}

function passage(n, hit, quote) {
  return [
    h("p", { class: "passage-title" }, h("span", { dir: "auto" }, `${n}  ${hit.title || hit.source}`), hit.page && h("span", { class: "where" }, t("page", hit.page))),
    h("p", { class: "passage-text", dir: "auto" }, ...around(hit.text ?? "", quote)),
  ];
}

// The passage, cut to a readable length around the quoted pieces, which are marked. Pieces are joined by " … ".
export function around(text, quote) {
  const found = quote.split(" … ").map((piece) => place(text, piece)).filter(Boolean).sort((a, b) => a.start - b.start);
  if (!found.length) return [text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text];
  const quoted = found.reduce((sum, { start, end }) => sum + end - start, 0);
  const room = Math.max(60, (MOST_CHARACTERS - quoted) / 2);
  const from = Math.max(0, Math.floor(found[0].start - room));
  const to = Math.min(text.length, Math.ceil(found.at(-1).end + room));
  const nodes = [from > 0 ? "…" : ""];
  let at = from;
  for (const { start, end } of found) {
    if (start < at) continue; // overlaps the piece before
    nodes.push(text.slice(at, start), h("mark", {}, text.slice(start, end)));
    at = end;
  }
  return [...nodes, text.slice(at, to) + (to < text.length ? "…" : "")].filter((node) => node !== "");
}

// Where `piece` stands in `text`, whatever their white space.
function place(text, piece) {
  const plain = piece.replace(/\s+|^\s*…|…\s*$/g, "");
  if (!plain) return null;
  let squeezed = "";
  const where = [];
  for (let i = 0; i < text.length; i += 1) {
    if (/\s/.test(text[i])) continue;
    squeezed += text[i];
    where.push(i);
  }
  const at = squeezed.indexOf(plain);
  return at < 0 ? null : { start: where[at], end: where[at + plain.length - 1] + 1 };
}

// The small "?" behind a sentence that its sources do not bear out, and what it explains.
export function doubt({ support, missing = [] }) {
  const content = () => [
    h("p", { class: "passage-title" }, t(support === "weak" ? "weakTitle" : "unsupportedTitle")),
    h("p", { class: "passage-text" }, [t(support === "weak" ? "weak" : "unsupported"), missing.length && t("missing", missing.join(t("comma")))].filter(Boolean).join(t("space"))),
  ];
  const attributes = { type: "button", class: `doubt ${support}-doubt`, "aria-label": t(support === "weak" ? "weakWhy" : "unsupportedWhy"), ...showing(content) };
  return h("button", { ...attributes, onclick: (event) => openCard(event.currentTarget, content()) }, "?");
}
