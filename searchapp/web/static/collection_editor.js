// Changes one collection that was made by hand: its name, what is said of it, who reads it, and whether it stays.

import { labelled, wideDialog } from "./dialog.js";
import { h } from "./dom.js";
import { call, postJson } from "./http.js";
import { t } from "./i18n.js";
import { tell } from "./toast.js";

const WOULD_OPEN = "documents_would_open"; // others would read some of its documents then: asked about first

// `changed` is called with its name after that, empty where it is deleted.
export function editCollection(one, changed) {
  const name = h("input", { type: "text", maxlength: "200", required: true, value: one.name, autocomplete: "off", dir: "auto" });
  const description = h("input", { type: "text", maxlength: "1000", value: one.description, autocomplete: "off", dir: "auto" });
  const groups = h("input", { type: "text", maxlength: "1000", value: one.groups.join(", "), autocomplete: "off" });
  const said = h("p", { class: "error", role: "alert" });
  const reopen = h("input", { type: "checkbox" });
  const asked = h("label", { hidden: true }, reopen, " ", t("collectionReopen"));
  const save = h("button", { type: "submit", class: "button" }, t("collectionSave"));
  const erase = h("button", { type: "button", class: "quiet" }, t("collectionErase"));
  const form = h("form", {}, labelled("collectionName", name), labelled("collectionAbout", description), labelled("collectionReaders", groups), said, asked, h("div", { class: "actions" }, erase, save));
  const dialog = wideDialog(t("collectionEdit", one.name), [form], "fields");
  dialog.showModal();
  dialog.addEventListener("close", () => dialog.remove());

  async function tried(act) {
    save.disabled = erase.disabled = true; // pressed twice it happens once
    try {
      await act();
      dialog.close();
    } catch (problem) {
      asked.hidden = problem.reason !== WOULD_OPEN;
      said.textContent = asked.hidden ? [problem.message, problem.remedy].filter(Boolean).join(" ") : problem.message;
    }
    save.disabled = erase.disabled = false;
  }

  const address = `/api/collections/${encodeURIComponent(one.id)}`;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wanted = { name: name.value.trim(), description: description.value.trim(), groups: groups.value.split(/[,，、]/).map((group) => group.trim()).filter(Boolean) };
    tried(async () => {
      await postJson(address, { ...wanted, reopen: reopen.checked }, { method: "PATCH" });
      changed(wanted.name);
    });
  });
  erase.addEventListener("click", () =>
    tried(async () => {
      await call(`${address}?reopen=${reopen.checked}`, { method: "DELETE" });
      changed("");
      const restore = () => call(`${address}/restore`, { method: "POST" }).then(() => changed(one.name));
      tell(t("collectionErased", one.name), restore)?.focus();
    }),
  );
}
