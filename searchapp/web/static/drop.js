// Files and folders, from the buttons or dropped anywhere on the page.

import { byId } from "./dom.js";

export function onFiles(take) {
  for (const input of [byId("files"), byId("folder")]) {
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = ""; // the same file may be chosen again
      give(input.webkitdirectory ? files.filter((file) => readable(file.webkitRelativePath)) : files);
    });
  }

  const veil = byId("drop");
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
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
    const inside = await Promise.all(folders.map(filesBelow));
    give([...loose, ...inside.flat()]);
  });

  function give(files) {
    if (files.length) take(files);
  }
}

// Of a folder what is not hidden and can be read; of files that were named one by one all, so that each is answered.
function readable(path) {
  const suffixes = byId("files").accept.split(",");
  return !path.split("/").some((part) => part.startsWith(".")) && suffixes.some((end) => path.toLowerCase().endsWith(end));
}

async function filesBelow(folder) {
  const reader = folder.createReader();
  const found = [];
  for (;;) {
    const entries = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // a hundred at a time
    if (!entries.length) return found;
    for (const entry of entries) {
      if (entry.isDirectory) found.push(...(await filesBelow(entry)));
      else if (readable(entry.fullPath)) found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    }
  }
}
