// What happens while an answer is made, and since when.

import { byId } from "./dom.js";
import { t } from "./i18n.js";

let since = 0;
let timer = 0;

export function startClock() {
  stopClock();
  since = performance.now();
  tick();
  timer = setInterval(tick, 1000);
}

// The last figure stays: how long it took.
export function stopClock() {
  clearInterval(timer);
  if (since) tick();
  since = 0;
}

export function clearClock() {
  clearInterval(timer);
  since = 0;
  byId("answer-elapsed").textContent = "";
}

// `spoken`: only for those who cannot see that the answer is there.
export function status(text, { spoken = false } = {}) {
  byId("answer-status").textContent = text;
  byId("answer-status").classList.toggle("sr-only", spoken);
}

function tick() {
  byId("answer-elapsed").textContent = t("seconds", Math.floor((performance.now() - since) / 1000));
}
