// Talking to the API. Whatever goes wrong becomes a Problem with a sentence and a remedy.

import { t } from "./i18n.js";

export class Problem extends Error {
  constructor({ detail, title, remedy = "", code = "", reason = "", status = 0, offline = false }) {
    super(detail || title);
    Object.assign(this, { remedy, code, reason, status, offline });
  }
}

const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

const LONGEST_WAIT_S = 120; // who has to wait longer decides again

// `busy(seconds)` is told how long a server with too much to do has us wait; then the call is made once more.
export async function call(path, { busy, ...options } = {}) {
  let response;
  try {
    const headers = options.method ? { ...options.headers, "X-CSRF-Token": csrf() } : options.headers;
    response = await fetch(path, { ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ detail: t("offline"), remedy: t("offlineRemedy"), offline: true });
  }
  if (response.ok || response.status === 304) return response; // 304: to who sent If-None-Match
  const seconds = Number(response.headers.get("Retry-After"));
  if (busy && [429, 503].includes(response.status) && seconds > 0 && seconds <= LONGEST_WAIT_S) {
    busy(seconds);
    await pause(seconds, options.signal);
    return call(path, options);
  }
  const told = response.headers.get("Content-Type")?.includes("json") ? await response.json() : {};
  throw refused(response.status, response.statusText, told);
}

let held = () => false;

// While `is()` holds, nothing of ours leaves the page for a login: what it holds would be lost.
export function holdPage(is) {
  held = is;
}

// After a login in another tab this page goes on with that session's token.
export async function renewToken() {
  const text = await (await call(location.pathname)).text();
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector('meta[name="csrf-token"]')?.content;
  const meta = document.querySelector('meta[name="csrf-token"]');
  if (fresh && meta) meta.content = fresh;
}

// The session ended in the middle: the form says so, and leads back here.
function endSession() {
  location.assign(`/login?${new URLSearchParams({ next: location.pathname + location.search, ended: "1" })}`);
}

function refused(status, statusText, told) {
  if (status === 401 && !held()) endSession();
  return new Problem({ title: `${status} ${statusText}`, status, ...told });
}

// POSTs a form and reports the share (0 to 1) that is sent, which fetch cannot tell.
export function send(path, body, { signal, progress }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("X-CSRF-Token", csrf());
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => event.lengthComputable && progress(event.loaded / event.total));
    request.addEventListener("load", () => {
      if (request.status < 300) resolve(request.response);
      else reject(refused(request.status, request.statusText, request.response ?? {}));
    });
    request.addEventListener("error", () => reject(new Problem({ detail: t("offline"), remedy: t("offlineRemedy"), offline: true })));
    request.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => (clearTimeout(timer), reject(signal.reason)), { once: true });
  });
}

export async function getJson(path, options) {
  return (await call(path, options)).json();
}

export function postJson(path, body, options = {}) {
  const headers = { "Content-Type": "application/json" };
  return call(path, { method: "POST", headers, body: JSON.stringify(body), ...options });
}

// Yields {name, data} for each server-sent event of a response. (EventSource cannot POST.)
export async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = "";
  for (;;) {
    let piece;
    try {
      piece = await reader.read();
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Problem({ detail: t("offline"), remedy: t("offlineRemedy"), offline: true });
    }
    if (piece.done) return;
    buffer += piece.value;
    const blocks = buffer.split("\n\n");
    buffer = blocks.pop();
    for (const block of blocks) {
      const name = /^event: (.*)$/m.exec(block)?.[1];
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (name && data) yield { name, data: JSON.parse(data) };
    }
  }
}
