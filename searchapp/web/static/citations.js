// Citation chips, and the passage that appears over one under the pointer or in focus.

import { byId, h } from "./dom.js";
import { t } from "./i18n.js";
import { opens } from "./links.js";

const LINGER_MS = 150; // time for the pointer to travel from the chip into the passage
const MOST_CHARACTERS = 420;
let leaving = 0;

export function chip(n, hit, quote = () => "") {
  const show = () => open(link, n, hit, quote());
  const link = h(
    "a",
    {
      class: "cite",
      ...opens(hit),
      "aria-label": `${t("source", n, hit.title)}, ${t("opens")}`,
      onmouseenter: show,
      onfocus: show,
      onmouseleave: closeSoon,
      onblur: closeSoon,
    },
    String(n),
  );
  return link;
}

function open(anchor, n, hit, quote) {
  clearTimeout(leaving);
  const card = byId("passage");
  card.replaceChildren(
    h("p", { class: "passage-title" }, `${n}  ${hit.title}`, hit.page && h("span", {}, t("page", hit.page))),
    h("p", { class: "passage-text" }, ...around(hit.text, quote)),
  );
  card.hidden = false;
  anchor.setAttribute("aria-describedby", "passage");
  place(card, anchor.getBoundingClientRect());
}

// The passage, cut to a readable length around the quoted words, which are marked.
function around(text, quote) {
  const at = quote ? text.indexOf(quote) : -1;
  if (at < 0) return [text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text];
  const room = Math.max(60, (MOST_CHARACTERS - quote.length) / 2);
  const start = Math.max(0, Math.floor(at - room));
  const end = Math.min(text.length, Math.ceil(at + quote.length + room));
  const before = (start > 0 ? "…" : "") + text.slice(start, at);
  return [before, h("mark", {}, quote), text.slice(at + quote.length, end) + (end < text.length ? "…" : "")];
}

function place(card, anchor) {
  const gap = 8;
  const width = document.body.clientWidth; // without the scroll bar's gutter
  const left = Math.max(gap, Math.min(anchor.left - 24, width - card.offsetWidth - gap));
  const below = anchor.bottom + gap + card.offsetHeight < innerHeight;
  card.style.left = `${left + scrollX}px`;
  card.style.top = `${(below ? anchor.bottom + gap : anchor.top - gap - card.offsetHeight) + scrollY}px`;
}

function closeSoon() {
  clearTimeout(leaving);
  leaving = setTimeout(closePassage, LINGER_MS);
}

// True when there was one to close.
export function closePassage() {
  clearTimeout(leaving);
  const card = byId("passage");
  const open = !card.hidden;
  card.hidden = true;
  document.querySelector("[aria-describedby=passage]")?.removeAttribute("aria-describedby");
  return open;
}

byId("passage").addEventListener("mouseenter", () => clearTimeout(leaving));
byId("passage").addEventListener("mouseleave", closeSoon);
