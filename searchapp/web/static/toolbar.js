// What can be done with a hit: one row of small buttons (ARIA's toolbar), seen when its card is under the pointer or in focus.

import { copyText } from "./clipboard.js";
import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { opens } from "./links.js";
import { thumbs } from "./thumbs.js";

const COPIED_MS = 2000; // for which the button says so

// `more(hit)` finds more like it; `why` is the element that a press shows and hides.
export function hitTools(hit, { more, why }) {
  const bar = h("div", { class: "hit-tools", role: "toolbar", "aria-label": t("hitTools") }, ...tools(hit, more), thumbs(hit), whyButton(why));
  // Where nothing hovers, a button of its own shows the row.
  const show = h("button", { type: "button", class: "bare show-tools", "aria-label": t("hitTools"), "aria-expanded": "false" }, icon("dots"));
  show.addEventListener("click", () => {
    const open = bar.classList.toggle("shown");
    show.setAttribute("aria-expanded", String(open));
  });
  rove(bar);
  return [show, bar];
}

// Open, more like this, copy its address.
export function tools(hit, more) {
  return [
    h("a", { class: "bare", href: opens(hit).href, target: "_blank", rel: "noopener", "aria-label": t("openApart"), title: t("openApart") }, icon("open")),
    button("more-like", t("moreLike"), () => more(hit)),
    copyButton(hit),
  ];
}

function button(sign, name, onclick) {
  return h("button", { type: "button", class: "bare", "aria-label": name, title: name, onclick }, icon(sign));
}

function copyButton(hit) {
  const copy = button("share", t("copyLink"), async () => {
    await copyText(addressOf(hit));
    name(t("copied"));
    setTimeout(() => name(t("copyLink")), COPIED_MS);
  });
  function name(words) {
    copy.title = words;
    copy.setAttribute("aria-label", words);
    copy.replaceChildren(icon(words === t("copied") ? "tick" : "share"));
  }
  return copy;
}

// Where this page opens beside the passage, for who may read it.
function addressOf(hit) {
  const query = new URLSearchParams({ open: hit.document_id });
  if (hit.page) query.set("page", hit.page);
  query.set("passage", hit.chunk_id);
  return `${location.origin}/?${query}`;
}

function whyButton(why) {
  const press = button("why", t("why"), () => {
    why.hidden = !why.hidden;
    press.setAttribute("aria-expanded", String(!why.hidden));
  });
  press.setAttribute("aria-expanded", "false");
  return press;
}

// One stop of the Tab key; left and right move within.
function rove(bar) {
  const stops = [...bar.querySelectorAll("a, button")];
  stops.forEach((stop, i) => (stop.tabIndex = i ? -1 : 0));
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length];
    for (const stop of stops) stop.tabIndex = stop === next ? 0 : -1;
    next.focus();
    event.preventDefault();
  });
}
