// Talking to the API. Whatever goes wrong becomes a Problem with a sentence and a remedy.

import { t } from "./i18n.js";

export class Problem extends Error {
  constructor({ detail, title, remedy = "", code = "", status = 0 }) {
    super(detail || title);
    Object.assign(this, { remedy, code, status });
  }
}

const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

export async function call(path, options = {}) {
  let response;
  try {
    const headers = options.method ? { ...options.headers, "X-CSRF-Token": csrf() } : options.headers;
    response = await fetch(path, { ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ detail: t("offline"), remedy: t("offlineRemedy") });
  }
  if (response.ok) return response;
  if (response.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  let details = { title: `${response.status} ${response.statusText}`, status: response.status };
  if (response.headers.get("Content-Type")?.includes("json")) details = { ...details, ...(await response.json()) };
  throw new Problem(details);
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
      throw new Problem({ detail: t("offline"), remedy: t("offlineRemedy") });
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
