// The bar over the table: what can be done with the documents that are chosen.

import { removeAll } from "./deletions.js";
import { byId, h, icon } from "./dom.js";
import { RETRIED } from "./documents_table.js";
import { fileAll, takeFrom } from "./filing.js";
import { showProblem } from "./frame.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";
import { changeAll } from "./bulk_change.js";
import { mayChange } from "./rights.js";
import { tell } from "./toast.js";

const MOST_SEARCHED = 100; // filters of one search
const MOST_CHOSEN = 1000;
const AT_ONCE = 200; // entries of one request

// `changed` is called when something was; `listed` gives {parameters(), total} of the list that is shown.
export function chosenBar(changed, listed) {
  const place = byId("chosen");

  function draw(entries, chosen) {
    place.hidden = !entries.length;
    if (!entries.length) return place.replaceChildren();
    const failed = entries.filter((entry) => RETRIED.includes(entry.state));
    const { total } = listed();
    const many = entries.length > MOST_SEARCHED;
    const writes = entries.every(mayChange);
    const buttons = [
      tool("chat", "askThese", () => search(entries), many && t("tooManyToSearch", MOST_SEARCHED)),
      tool("search", "searchIn", () => search(entries), many && t("tooManyToSearch", MOST_SEARCHED)),
      writes && failed.length > 0 && tool("again", "retryChosen", () => retry(failed, chosen)),
      writes && tool("folder", "fileChosen", () => file(entries)),
      writes && listed().parameters().get("collection") && tool("minus", "takeOut", () => takeOut(entries, chosen)),
      writes && tool("trash", "eraseChosen", () => remove(chosen)),
      entries.length < Math.min(total, MOST_CHOSEN) && tool("plus", "chooseMore", () => every(chosen), "", Math.min(total, MOST_CHOSEN)),
      tool("close", "chooseNone", () => chosen.clear()),
    ];
    const focused = place.contains(document.activeElement) && document.activeElement.dataset.does;
    place.replaceChildren(h("strong", { role: "status" }, t("chosenCount", entries.length)), ...buttons.filter(Boolean));
    if (focused) place.querySelector(`[data-does="${focused}"]`)?.focus();
  }

  function tool(picture, name, onclick, refused = "", ...values) {
    return h("button", { type: "button", class: "quiet", "data-does": name, disabled: Boolean(refused), title: refused || null, onclick }, icon(picture), t(name, ...values));
  }

  async function every(chosen) {
    try {
      let cursor = "";
      for (let left = MOST_CHOSEN; left > 0; left -= AT_ONCE) {
        const wanted = listed().parameters();
        wanted.set("size", AT_ONCE);
        wanted.delete(cursor ? "from" : "cursor");
        wanted.set(cursor ? "cursor" : "from", cursor || 0);
        const page = await getJson(`/api/documents?${wanted}`);
        chosen.add(page.documents);
        if (!(cursor = page.next)) return;
      }
    } catch (problem) {
      showProblem(problem);
    }
  }

  async function retry(entries, chosen) {
    try {
      await changeAll("retry", entries.map((entry) => entry.id));
      chosen.clear();
    } catch (problem) {
      showProblem(problem);
    }
    changed();
  }

  async function file(entries) {
    try {
      await fileAll(entries, changed);
    } catch (problem) {
      showProblem(problem);
    }
  }

  async function takeOut(entries, chosen) {
    const collection = listed().parameters().get("collection");
    try {
      const { removed } = await takeFrom(collection, entries.map((entry) => entry.id));
      if (removed.stated.length) tell(t("takenStated", removed.stated.length));
      chosen.clear();
    } catch (problem) {
      showProblem(problem);
    }
    changed();
  }

  async function remove(chosen) {
    const entries = chosen.entries(); // the Delete key comes here too
    if (entries.every(mayChange) && (await removeAll(entries, changed))) chosen.clear();
  }

  return { draw, remove };
}

// The search page, bounded to these documents.
function search(entries) {
  const address = new URLSearchParams();
  for (const { id } of entries) address.append("filter", `document=${id}`);
  location.assign(`/?${address}`);
}
