// The one dialog behind "Add": files, a folder, an address with its site, and for operators a folder of the server.

import { byId, h } from "./dom.js";
import { postJson } from "./http.js";
import { t } from "./i18n.js";
import { EVERY } from "./schedule_list.js";
import { addSchedule, allowedFolders } from "./schedules.js";

// `batch` shows what was added (uploads.js).
export function listenToAdding(batch) {
  const dialog = byId("adding");
  byId("add").addEventListener("click", () => dialog.showModal());
  byId("adding-close").addEventListener("click", () => dialog.close());
  for (const id of ["files", "folder"]) byId(id).addEventListener("change", () => dialog.close());
  for (const option of byId("depth").options) {
    if (option.value !== "0") option.textContent = t("linksDeep", Number(option.value));
  }
  listen("address", "address-problem", async () => {
    const depth = Number(byId("depth").value);
    const every = byId("url-every")?.value;
    const url = address(byId("url").value);
    const response = await postJson("/api/documents", { url, depth });
    const [entry] = (await response.json()).documents;
    if (every) await addSchedule({ target: url, depth, every, at_once: false }); // it is read now as it is
    byId("url").value = "";
    byId("depth").value = "0";
    batch.follow(depth ? t("siteNamed", entry.source) : entry.source, entry);
    dialog.close();
  });
  if (!byId("server-folder")) return;
  byId("url-every").append(h("option", { value: "" }, t("once")), ...options());
  byId("folder-every").append(...options());
  byId("folder-every").value = "day";
  byId("add").addEventListener("click", async () => {
    const folders = await allowedFolders().catch(() => []);
    byId("server-folder").hidden = !folders.length;
    byId("server-folders").replaceChildren(...folders.map((value) => h("option", { value })));
    if (!byId("server-path").value) byId("server-path").value = folders[0] ?? "";
  });
  listen("server-folder", "folder-problem", async () => {
    await addSchedule({ target: byId("server-path").value.trim(), every: byId("folder-every").value });
    dialog.close();
    byId("schedules-open").click();
  });
}

const options = () => EVERY.map((every) => h("option", { value: every }, t(`every_${every}`)));

// "example.org/page" is what people type.
const address = (typed) => (/^[a-z][a-z0-9+.-]*:/i.test(typed.trim()) ? typed.trim() : `https://${typed.trim()}`);

// Sends a form once, however often its button is pressed; what is wrong stands below it.
function listen(id, problemId, act) {
  const said = byId(problemId);
  byId(id).addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = event.target.querySelector("[type=submit]");
    if (button.disabled) return;
    button.disabled = true;
    said.hidden = true;
    try {
      await act();
    } catch (problem) {
      said.textContent = [problem.message, problem.remedy].filter(Boolean).join(" ");
      said.hidden = false;
    }
    button.disabled = false;
  });
}
