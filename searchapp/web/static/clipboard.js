// Copying text. Browsers keep the clipboard from pages over plain http; the old way still works there.

import { h } from "./dom.js";

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = h("textarea", { class: "sr-only" });
    area.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(area); // behind a dialog nothing can be selected
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
