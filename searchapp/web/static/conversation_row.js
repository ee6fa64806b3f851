// One conversation of the list, and what can be done with it.

import { h, icon } from "./dom.js";
import { showProblem } from "./frame.js";
import { call } from "./http.js";
import { lang, t } from "./i18n.js";
import { openSharing } from "./sharing.js";

const UNDO_MS = Number(document.body.dataset.undoMinutes) * 60_000;
const JSON_TYPE = { "Content-Type": "application/json" };

const api = (id, rest = "") => `/api/conversations/${encodeURIComponent(id)}${rest}`;

// Where a conversation goes on: the search page with its first question.
export const addressOf = ({ id, question }) => `/?${new URLSearchParams({ q: question, ask: "1", c: id })}`;

export function drawConversation(entry) {
  const row = h("li", {});
  draw(row, entry);
  return row;
}

function draw(row, entry) {
  const time = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" }).format(new Date(entry.updated));
  const facts = h("p", { class: "facts" }, h("span", {}, time), h("span", {}, t("turnCount", entry.turns)));
  if (entry.shared) facts.append(h("span", { class: "badge" }, t("isShared")));
  const button = (name, label, onclick) => h("button", { type: "button", class: "bare", "aria-label": `${label}: ${entry.title}`, title: label, onclick }, icon(name));
  const file = (format, label) => h("a", { class: "bare", href: api(entry.id, `/export?format=${format}`), download: "", "aria-label": `${label}: ${entry.title}`, title: label }, format === "json" ? "JSON" : "Markdown");
  row.replaceChildren(
    h("div", { class: "about" }, h("a", { class: "title", href: addressOf(entry), dir: "auto" }, entry.title), facts),
    h(
      "div",
      { class: "buttons" },
      file("markdown", t("exportAsMarkdown")),
      file("json", t("exportJson")),
      button("pencil", t("rename"), () => rename(row, entry)),
      button("share", t("shareConversation"), async () => draw(row, (await openSharing(entry)) ?? entry)),
      button("trash", t("erase"), () => remove(row, entry)),
    ),
  );
}

function rename(row, entry) {
  const box = h("input", { type: "text", maxlength: 200, value: entry.title, "aria-label": t("conversationTitle"), dir: "auto" });
  const save = h("button", { type: "submit", class: "quiet" }, t("save"));
  const back = (now = entry) => (draw(row, now), row.querySelector(".title").focus());
  const form = h("form", { class: "renaming" }, box, save, h("button", { type: "button", class: "bare", onclick: () => back() }, t("cancel")));
  form.addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && back());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const title = box.value.trim();
    if (!title || title === entry.title) return back();
    save.disabled = true; // a double click saves once
    try {
      back(await (await call(api(entry.id), { method: "PATCH", headers: JSON_TYPE, body: JSON.stringify({ title }) })).json());
    } catch (problem) {
      save.disabled = false;
      showProblem(problem);
    }
  });
  row.replaceChildren(form);
  box.focus();
  box.select();
}

// The row stays and offers to undo it, for as long as the server can.
async function remove(row, entry) {
  for (const button of row.querySelectorAll("button")) button.disabled = true;
  try {
    await call(api(entry.id), { method: "DELETE" });
  } catch (problem) {
    if (problem.status !== 404) {
      draw(row, entry);
      return showProblem(problem);
    } // somebody deleted it in another tab: that is what was wanted
  }
  const undo = UNDO_MS > 0 && h("button", { type: "button", class: "quiet" }, t("undo"));
  row.replaceChildren(h("p", { class: "gone", role: "status" }, t("conversationDeleted", entry.title)), ...(undo ? [undo] : []));
  const timer = setTimeout(() => row.remove(), UNDO_MS || 8000);
  if (!undo) return;
  undo.focus(); // the button that had the focus is gone
  undo.addEventListener("click", async () => {
    undo.disabled = true;
    try {
      const there = await (await call(api(entry.id, "/restore"), { method: "POST" })).json();
      clearTimeout(timer);
      draw(row, there);
      row.querySelector(".title").focus();
    } catch (problem) {
      row.remove();
      showProblem(problem);
    }
  });
}
