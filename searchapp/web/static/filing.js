// Puts chosen documents in a collection, one that is there or a new one, and gives them tags.

import { wideDialog } from "./dialog.js";
import { h } from "./dom.js";
import { getJson, postJson } from "./http.js";
import { t } from "./i18n.js";

const AT_ONCE = 100; // ids of one request

// Resolves when that is done, or given up; `changed` is called where something was done.
export async function fileAll(entries, changed) {
  const ids = entries.map((entry) => entry.id);
  const { collections } = await getJson("/api/collections");
  const named = collections.filter((one) => one.id && one.changeable);
  const options = h("datalist", { id: "collection-names" }, ...named.map((one) => h("option", { value: one.name })));
  const collection = h("input", { type: "text", list: "collection-names", maxlength: "200", autocomplete: "off", "aria-label": t("collectionNamed"), placeholder: t("collectionNamed") });
  const tags = h("input", { type: "text", maxlength: "400", autocomplete: "off", "aria-label": t("tagsNamed"), placeholder: t("tagsNamed") });
  const said = h("p", { class: "error", role: "alert" });
  const go = h("button", { type: "submit", class: "button" }, t("fileThem"));
  const form = h("form", {}, options, collection, tags, said, h("div", { class: "actions" }, go));
  const dialog = wideDialog(t("fileTitle", ids.length), [form]);
  dialog.showModal();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (go.disabled) return;
    go.disabled = true;
    try {
      await put(ids, collection.value.trim(), tags.value.split(/[,，、]/).map((tag) => tag.trim()).filter(Boolean), named);
      dialog.close();
      changed();
    } catch (problem) {
      said.textContent = [problem.message, problem.remedy].filter(Boolean).join(" ");
    }
    go.disabled = false;
  });
  return new Promise((resolve) => dialog.addEventListener("close", () => (dialog.remove(), resolve())));
}

async function put(ids, name, tags, named) {
  if (name) {
    const there = named.find((one) => one.name === name) ?? (await (await postJson("/api/collections", { name })).json());
    await each(ids, (some) => postJson(`/api/collections/${encodeURIComponent(there.id)}/documents`, { add: some }));
  }
  if (tags.length) await each(ids, (some) => postJson("/api/tags", { documents: some, add: tags }));
}

// Takes documents out of a collection; resolves to what became of them, as the API tells.
export async function takeFrom(collection, ids) {
  const removed = { changed: [], stated: [] };
  await each(ids, async (some) => {
    const told = await (await postJson(`/api/collections/${encodeURIComponent(collection)}/documents`, { remove: some })).json();
    for (const part of Object.keys(removed)) removed[part].push(...told.removed[part]);
  });
  return { removed };
}

async function each(ids, act) {
  for (let at = 0; at < ids.length; at += AT_ONCE) await act(ids.slice(at, at + AT_ONCE));
}
