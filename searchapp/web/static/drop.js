// Files and folders, from the buttons or dropped anywhere on a page: added where the caller may add documents.

import { byId } from "./dom.js";
import { showProblem } from "./frame.js";
import { t } from "./i18n.js";
import { may } from "./rights.js";
import { uploader } from "./uploads.js";

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");

// A file never takes the page's place. `added` is called when documents were added or read.
export function takeDrops(added = () => {}) {
  if (may("write")) return onFiles(uploader(byId("uploading"), added).add);
  addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    showProblem({ message: t("mayNotAdd"), remedy: t("mayNotAddRemedy") });
  });
}

// `take(files, passed)` gets what was chosen or dropped, and the paths that were passed over.
export function onFiles(take) {
  for (const input of [byId("files"), byId("folder")]) {
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = ""; // the same file may be chosen again
      const passed = [];
      const taken = (file) => !input.webkitdirectory || isTaken(file.webkitRelativePath, passed);
      give(files.filter(taken), passed);
    });
  }

  const veil = byId("drop");
  addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault(); // without this the browser would open the file instead
    veil.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) veil.hidden = true; // left the window
  });
  addEventListener("drop", async (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    veil.hidden = true;
    // Asked before anything is waited for: the browser empties the list after the event.
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.());
    const loose = [...event.dataTransfer.files].filter((_, i) => !entries[i]?.isDirectory);
    const folders = entries.filter((entry) => entry?.isDirectory);
    const passed = [];
    const inside = await Promise.all(folders.map((folder) => filesBelow(folder, passed)));
    give([...loose, ...inside.flat()], passed);
  });

  function give(files, passed) {
    if (files.length || passed.length) take(files, passed);
  }
}

// Of a folder what is not hidden and can be read; of files that were named one by one all, so that each is answered.
// What cannot be read is added to `passed`.
function isTaken(path, passed) {
  if (path.split("/").some((part) => part.startsWith("."))) return false;
  const { accept, dataset } = byId("files");
  const name = path.split("/").pop().toLowerCase();
  const taken = accept.split(",").some((end) => name.endsWith(end)) || dataset.names.split(",").includes(name);
  if (!taken) passed.push(path.replace(/^\//, ""));
  return taken;
}

async function filesBelow(folder, passed) {
  const reader = folder.createReader();
  const found = [];
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // a hundred at a time
    if (!entries.length) return found;
    for (const entry of entries) {
      if (entry.isDirectory) found.push(...(await filesBelow(entry, passed)));
      else if (isTaken(entry.fullPath, passed)) found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    }
  }
}
