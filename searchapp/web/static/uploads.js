// Sends files one after the other, with progress and a way to stop. The server reads each as soon as it is there.

import { h, icon } from "./dom.js";
import { showProblem } from "./frame.js";
import { Problem, send } from "./http.js";
import { t } from "./i18n.js";

const MAX_MB = Number(document.body.dataset.maxMb); // asked here, since a server hangs up on what is far too large

// `place` gets the progress; `arrived` is called after each file. Files that are added meanwhile wait their turn.
export function uploader(place, arrived) {
  const waiting = [];
  let total = 0;
  let done = 0;
  let added = 0;
  let running = null;
  const bar = h("progress", { max: "1", value: "0", "aria-label": t("uploadProgress") });
  const text = h("span");
  const stop = h("button", { type: "button", class: "quiet", onclick: cancel }, icon("close"), t("cancel"));

  return async function add(files) {
    waiting.push(...files);
    total += files.length;
    if (running) return tell();
    place.replaceChildren(bar, text, stop);
    bar.hidden = stop.hidden = false;
    while (waiting.length) await one(waiting.shift());
    bar.hidden = stop.hidden = true;
    text.textContent = [added ? t("added", added) : "", total > done ? t("notSent", total - done) : ""].filter(Boolean).join(t("space"));
    total = done = added = 0;
  };

  async function one(file) {
    const own = (running = new AbortController());
    tell(file.name);
    try {
      if (file.size > MAX_MB * 2 ** 20) throw new Problem({ detail: t("tooLarge", MAX_MB), remedy: t("tooLargeRemedy") });
      const body = new FormData();
      body.append("file", file);
      await send("/api/documents", body, { signal: own.signal, progress: (share) => (bar.value = (done + share) / total) });
      added += 1;
    } catch (problem) {
      if (problem.name === "AbortError") return;
      showProblem({ message: `${file.name}: ${problem.message}`, remedy: problem.remedy, code: problem.code }); // the others still go up
    } finally {
      running = null;
    }
    done += 1;
    arrived();
  }

  function tell(name = text.dataset.name) {
    text.dataset.name = name;
    text.textContent = t("uploading", done + 1, total, name);
    bar.value = done / total;
  }

  function cancel() {
    waiting.length = 0;
    running?.abort();
  }
}
