// The list of conversations: found by their words, by day, renamed, shared, written down, deleted and brought back.

import { drawConversation } from "./conversation_row.js";
import { byId, h } from "./dom.js";
import { hideProblem, showProblem } from "./frame.js";
import { getJson } from "./http.js";
import { lang, t } from "./i18n.js";

const PAUSE_MS = 250; // of typing, before the list is asked for
const SIZE = 50;
const DAY_MS = 86_400_000;

const find = h("input", { id: "find", type: "search", maxlength: 200, autocomplete: "off", spellcheck: "false", placeholder: t("findConversation"), "aria-label": t("findConversation") });
const count = h("p", { id: "total", class: "muted", role: "status" });
const list = h("div", { id: "list" });
const more = h("button", { type: "button", class: "quiet", hidden: true }, t("moreConversations"));
let shown = 0;
let asked = 0; // the latest request: an earlier one that comes late is not drawn
let pause = 0;

byId("conversations").append(
  h("header", {}, h("h1", {}, t("conversations")), h("a", { class: "button", href: "/" }, t("newConversation"))),
  h("div", { class: "finding" }, find, count),
  list,
  more,
);
document.title = `${t("conversations")} – ${t("appName")}`;

// Draws the list from its beginning, or what lies behind what is drawn.
async function show({ further = false } = {}) {
  const own = ++asked;
  const from = further ? shown : 0;
  let page;
  try {
    page = await getJson(`/api/conversations?${new URLSearchParams({ q: find.value.trim().slice(0, 200), from, size: SIZE })}`);
  } catch (problem) {
    if (own === asked) showProblem(problem, () => show({ further }));
    return;
  }
  if (own !== asked) return;
  hideProblem();
  if (!further) list.replaceChildren();
  shown = from + page.conversations.length;
  for (const entry of page.conversations) sectionOf(entry).append(drawConversation(entry));
  count.textContent = page.total ? t("conversationCount", page.total) : find.value.trim() ? t("noConversationFound") : t("noConversations");
  more.hidden = shown >= page.total;
}

// The section of the entry's day, made where it is the first one of it.
function sectionOf({ updated }) {
  const name = dayName(new Date(updated));
  const last = list.lastElementChild;
  if (last?.dataset.name === name) return last.querySelector("ul");
  const items = h("ul", {});
  list.append(h("section", { "data-name": name }, h("h2", {}, name), items));
  return items;
}

function dayName(date) {
  const today = new Date().setHours(0, 0, 0, 0);
  if (date >= today) return t("today");
  if (date >= today - DAY_MS) return t("yesterday");
  if (date >= today - 7 * DAY_MS) return t("lastWeek");
  return new Intl.DateTimeFormat(lang, { month: "long", year: "numeric" }).format(date);
}

find.addEventListener("input", (event) => {
  clearTimeout(pause);
  if (!event.isComposing) pause = setTimeout(show, PAUSE_MS);
});
find.addEventListener("compositionend", () => show());
more.addEventListener("click", () => show({ further: true }));
addEventListener("pageshow", (event) => event.persisted && show()); // back from a conversation
show();
