// Sends files, some at a time, and follows each until it is read. Every file has a line in the panel, which stays.

import { batchPanel } from "./batch.js";
import { Problem, getJson, holdPage, postJson, renewToken, send } from "./http.js";
import { t } from "./i18n.js";

const MAX_MB = Number(document.body.dataset.maxMb); // asked here, since a server hangs up on what is far too large
const AT_ONCE = 3;
const AGAIN_MS = 3000; // while the server does not answer, or has too much to do
const POLL_MS = 1200;
const SELDOM_MS = 1500;
const FOLLOWED_AT_ONCE = 100; // ids of one request
const BUSY = [429, 503];

// `place` gets the panel; `changed` is called when documents were added or read. `add(files, passed)` takes files, and
// the paths of what was passed over; `follow(name, entry)` follows what was added otherwise.
export function uploader(place, changed) {
  const waiting = [];
  const running = new Map(); // AbortControllers by line
  const followed = new Map(); // lines by document
  let loggedOut = false;
  let timer = 0;
  let polling = 0;
  const told = seldom(changed);
  const panel = batchPanel(place, { stop, again, goOn, erased });
  const pending = () => waiting.length + running.size > 0;
  holdPage(pending);
  addEventListener("beforeunload", (event) => pending() && event.preventDefault());
  addEventListener("online", pump);

  function add(files, passed = []) {
    for (const file of files) {
      const key = [file.webkitRelativePath || file.name, file.size, file.lastModified].join("\n");
      const twin = panel.find(key);
      if (twin && !twin.isRefused()) continue; // it is on its way, or there
      waiting.push(twin ?? panel.line(file.name, { key, file }));
      twin?.tell("waiting");
    }
    panel.passedOver(passed);
    pump();
  }

  function pump() {
    clearTimeout(timer);
    if (loggedOut) return;
    while (waiting.length && running.size < AT_ONCE) one(waiting.shift());
    panel.summarise();
  }

  async function one(line) {
    const own = new AbortController();
    running.set(line, own);
    line.tell("sending");
    let pause = 0;
    try {
      await check(line.file);
      const body = new FormData();
      body.append("file", line.file);
      const { documents } = await send("/api/documents", body, { signal: own.signal, progress: (share) => line.progress(share) });
      follow(line, documents[0]);
      told();
    } catch (problem) {
      pause = (await failed(line, problem)) ? AGAIN_MS : 0;
    }
    running.delete(line);
    if (pause) timer = setTimeout(pump, pause);
    else pump();
    panel.summarise();
  }

  async function check(file) {
    if (file.size > MAX_MB * 2 ** 20) throw new Problem({ detail: t("tooLarge", MAX_MB), remedy: t("tooLargeRemedy") });
    await readable(file);
  }

  // Whether it is to be sent once more after a while.
  async function failed(line, problem) {
    if (problem.name === "AbortError") return line.tell("stopped");
    if (problem.status === 401) {
      loggedOut = true;
      waiting.unshift(line);
      line.tell("waiting");
      return panel.loggedOut();
    }
    if (problem.offline || BUSY.includes(problem.status)) {
      const changedMeanwhile = problem.offline && (await readable(line.file).catch((other) => other));
      if (!changedMeanwhile) {
        waiting.unshift(line);
        line.tell(problem.offline ? "offline" : "waiting");
        return true;
      }
      problem = changedMeanwhile;
    }
    line.refuse(problem);
    return false;
  }

  function stop() {
    for (const line of waiting.splice(0)) line.tell("stopped");
    for (const own of running.values()) own.abort();
    panel.summarise();
  }

  async function goOn() {
    await renewToken();
    loggedOut = false;
    pump();
  }

  // A refused line once more: what never arrived is sent, what could not be read is read again.
  async function again(line) {
    if (!line.entry) {
      waiting.push(line);
      line.tell("waiting");
      return pump();
    }
    try {
      const response = await postJson(`/api/documents/${encodeURIComponent(line.entry.id)}/retry`, {});
      follow(line, await response.json());
    } catch (problem) {
      line.refuse(problem);
    }
    changed();
  }

  function erased(line) {
    if (line.entry) followed.delete(line.entry.id);
  }

  function follow(line, entry) {
    line.show(entry);
    if (line.isUnderway()) followed.set(entry.id, line);
    if (!polling && followed.size) polling = setTimeout(poll, POLL_MS);
    panel.summarise();
  }

  async function poll() {
    polling = 0;
    const ids = [...followed.keys()].slice(0, FOLLOWED_AT_ONCE);
    try {
      const { documents } = await getJson(`/api/documents?${new URLSearchParams({ ids, size: FOLLOWED_AT_ONCE })}`);
      const found = new Map(documents.map((entry) => [entry.id, entry]));
      for (const id of ids) {
        const line = followed.get(id);
        followed.delete(id);
        const entry = found.get(id);
        if (entry) line.show(entry);
        else line.tell("gone"); // somebody deleted it
        if (line.isUnderway()) followed.set(id, line); // behind the others, so that all have their turn
      }
    } catch {
      // the server is away; what is followed stays as it is until it answers
    }
    panel.summarise();
    if (followed.size) polling = setTimeout(poll, POLL_MS);
    else told();
  }

  return { add, follow: (name, entry) => follow(panel.line(name, { key: entry.id }), entry) };
}

// Calls `act` after a moment, once for all that asked meanwhile: of a hundred files the list is not drawn a hundred times.
function seldom(act) {
  let timer = 0;
  return () => (timer ||= setTimeout(() => ((timer = 0), act()), SELDOM_MS));
}

// Raises a problem where the file is not what was chosen any more: the browser gives no byte of it then.
async function readable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch {
    throw new Problem({ detail: t("fileChanged"), remedy: t("fileChangedRemedy") });
  }
}
