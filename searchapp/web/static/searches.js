// Recent and saved searches, which the server keeps for the caller alone.

import { byId, h, icon } from "./dom.js";
import { showProblem } from "./frame.js";
import { call, getJson, postJson } from "./http.js";
import { t } from "./i18n.js";
import { preferences } from "./preferences.js";
import { split } from "./state.js";
import { tell } from "./toast.js";

const ROOT = "/api/searches";
const LONGEST = 8191; // of an address that is kept (limits.py)
const RECENT_SHOWN = 6;

export const kept = () => getJson(ROOT);

// Called when a search was sent off. That it is not remembered is no reason to disturb it.
export function remember(address) {
  if (preferences.recent === false || address.length > LONGEST) return;
  postJson(`${ROOT}/recent`, { address }).catch(() => {});
}

// The button beside the count: keeps the search that the page shows. `address` gives it.
export function listenToSaving(button, address) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const saved = await (await postJson(`${ROOT}/saved`, { address: address() })).json();
      tell(t("searchSaved", saved.name), () => call(`${ROOT}/saved/${saved.id}`, { method: "DELETE" }));
    } catch (problem) {
      showProblem(problem);
    }
    button.disabled = false;
  });
}

// Draws both lists of the start page.
export async function drawSearches() {
  const { recent, saved } = await kept();
  byId("home-recent").hidden = !recent.length;
  byId("recent-searches").replaceChildren(...recent.slice(0, RECENT_SHOWN).map((one) => h("li", {}, link(one.address, one.query))));
  byId("clear-recent").onclick = () => clear(recent);
  byId("home-saved").hidden = !saved.length;
  byId("saved-searches").replaceChildren(...saved.map(savedRow));
}

const redraw = () => drawSearches().catch(showProblem);

function link(address, name) {
  const filters = new URLSearchParams(address.slice(2)).getAll("filter").map((filter) => split(filter)[1]);
  return h("a", { href: address, dir: "auto" }, h("span", {}, name), filters.length > 0 && h("span", { class: "muted" }, ` ${filters.join(", ")}`));
}

function savedRow(one) {
  const row = h("li", {});
  const tool = (name, words, onclick) => h("button", { type: "button", class: "bare", "aria-label": `${words}: ${one.name}`, title: words, onclick }, icon(name));
  row.append(
    link(one.address, one.name),
    tool("pencil", t("rename"), () => rename(row, one)),
    tool("trash", t("erase"), () => erase(one)),
  );
  return row;
}

function rename(row, one) {
  const field = h("input", { type: "text", value: one.name, maxlength: "120", "aria-label": t("searchName"), dir: "auto" });
  const form = h("form", { class: "renaming" }, field, h("button", { type: "submit", class: "quiet" }, t("keepName")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = field.value.trim();
    if (name && name !== one.name) {
      await call(`${ROOT}/saved/${one.id}`, { method: "PATCH", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name }) }).catch(showProblem);
    }
    redraw();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    redraw();
  });
  row.replaceChildren(form);
  field.focus();
  field.select();
}

async function erase(one) {
  try {
    await call(`${ROOT}/saved/${one.id}`, { method: "DELETE" });
    tell(t("deletedTitle", one.name), async () => {
      await call(`${ROOT}/saved/${one.id}/restore`, { method: "POST" });
      redraw();
    });
  } catch (problem) {
    showProblem(problem);
  }
  redraw();
}

async function clear(recent) {
  try {
    await call(`${ROOT}/recent`, { method: "DELETE" });
    tell(t("recentCleared"), async () => {
      for (const { address } of recent.toReversed()) await postJson(`${ROOT}/recent`, { address });
      redraw();
    });
  } catch (problem) {
    showProblem(problem);
  }
  redraw();
}
