// A password for a protected document: it goes to the server once, and is kept nowhere.

import { h } from "./dom.js";
import { postJson } from "./http.js";
import { t } from "./i18n.js";

// `done` is called with the document's entry as it stands then.
export function unlockForm(entry, done) {
  const field = h("input", { type: "password", required: true, maxlength: "200", autocomplete: "off", "aria-label": t("passwordOf", entry.title || entry.source), placeholder: t("password") });
  const button = h("button", { type: "submit", class: "quiet" }, t("unlock"));
  const said = h("span", { class: "error", role: "alert" });
  const form = h("form", { class: "unlock" }, field, button, said);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const password = field.value;
    field.value = said.textContent = "";
    button.disabled = true;
    try {
      const response = await postJson(`/api/documents/${encodeURIComponent(entry.id)}/unlock`, { password });
      const now = await response.json();
      if (now.lacking === "password") said.textContent = now.error;
      done(now);
    } catch (problem) {
      said.textContent = [problem.message, problem.remedy].filter(Boolean).join(" ");
    }
    button.disabled = false;
  });
  return form;
}
