// Without a mouse: / goes to the box, arrows or j and k from result to result, Enter opens, Esc stops or clears.

import { stopAnswer } from "./answer.js";
import { closePassage } from "./card.js";
import { byId } from "./dom.js";

const box = byId("q");

export function listenToKeys(clear) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]") || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input, textarea, select");
    if (event.key === "Escape") escape(event, clear);
    else if (event.key === "/" && !typing) focusBox(event);
    else if (event.key === "ArrowDown" && event.target === box) move(event, 1);
    else if (!typing && ["ArrowDown", "j"].includes(event.key)) move(event, 1);
    else if (!typing && ["ArrowUp", "k"].includes(event.key)) move(event, -1);
  });
}

function escape(event, clear) {
  if (closePassage() || stopAnswer()) return;
  if (event.target === box && box.value) clear();
  else focusBox(event);
}

function focusBox(event) {
  event.preventDefault();
  box.focus();
  box.select();
}

function move(event, step) {
  const titles = [...document.querySelectorAll("#results-body .title")].filter((title) => title.checkVisibility()); // not those in a fold
  const inside = event.target.closest(".hit")?.querySelector(".title");
  // Arrow keys scroll the page unless the reader has stepped into the results.
  if (!titles.length || (!inside && event.target !== box && event.key.startsWith("Arrow"))) return;
  event.preventDefault();
  const next = inside ? titles.indexOf(inside) + step : 0;
  if (next < 0) box.focus();
  else titles[Math.min(next, titles.length - 1)].focus();
}
