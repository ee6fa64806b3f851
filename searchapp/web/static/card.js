// The small card beside a citation or a doubt, under the pointer or in focus. On a touch screen a tap opens it at the
// foot of the screen.

import { byId, h } from "./dom.js";
import { t } from "./i18n.js";

const LINGER_MS = 200; // time for the pointer to travel into the card
const GAP = 8;
const BESIDE_PX = 300; // room beside the answer that is enough for a card
const card = byId("passage");
let leaving = 0;
let anchor = null;

export const byTouch = () => matchMedia("(hover: none)").matches;

// What shows a card about an element: its attributes, `content()` being the card's nodes.
export function showing(content) {
  const show = (event) => openCard(event.currentTarget, content());
  return { onmouseenter: show, onfocus: show, onmouseleave: closeSoon, onblur: closeSoon };
}

export function openCard(about, content) {
  clearTimeout(leaving);
  if (anchor !== about) closePassage();
  anchor = about;
  const close = byTouch() && h("button", { type: "button", class: "bare card-close", "aria-label": t("close"), onclick: closePassage }, "×");
  card.replaceChildren(...[close, ...content].filter(Boolean));
  card.classList.toggle("docked", byTouch());
  card.hidden = false;
  about.setAttribute("aria-describedby", "passage");
  place(about);
}

// Where it hides no other citation: beside the answer, else above the line, else below it.
function place(about) {
  card.style.left = card.style.top = "";
  if (card.classList.contains("docked")) return;
  const at = about.getBoundingClientRect();
  const answer = about.closest(".answer, main").getBoundingClientRect();
  const width = document.body.clientWidth; // without the scroll bar's gutter
  const viewer = document.querySelector("#viewer:not([hidden])")?.getBoundingClientRect().left ?? width;
  const beside = Math.min(width, viewer) - answer.right - 2 * GAP >= BESIDE_PX;
  const above = at.top - GAP - card.offsetHeight;
  const left = beside ? answer.right + GAP : Math.max(GAP, Math.min(at.left - 24, width - card.offsetWidth - GAP));
  const top = beside ? Math.max(GAP, Math.min(at.top, innerHeight - card.offsetHeight - GAP)) : above > 0 ? above : at.bottom + GAP;
  card.style.left = `${left + scrollX}px`;
  card.style.top = `${top + scrollY}px`;
}

function closeSoon() {
  if (byTouch()) return;
  clearTimeout(leaving);
  leaving = setTimeout(closePassage, LINGER_MS);
}

// True when there was one to close.
export function closePassage() {
  clearTimeout(leaving);
  const open = !card.hidden;
  card.hidden = true;
  anchor?.removeAttribute("aria-describedby");
  anchor = null;
  return open;
}

card.addEventListener("mouseenter", () => clearTimeout(leaving));
card.addEventListener("mouseleave", closeSoon);
document.addEventListener("click", (event) => {
  if (byTouch() && !event.target.closest("#passage, .cite, .doubt")) closePassage();
});
