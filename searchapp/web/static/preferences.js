// What the caller has set, as it came with the page; a change holds at once, in every tab, and is kept by the server.

import { call } from "./http.js";
import { keep } from "./storage.js";

const told = document.querySelector('meta[name="preferences"]');
export const preferences = told ? JSON.parse(told.content) : {};
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("preferences") : null;

// Where nobody is known (the login page) only this page changes. Raises a Problem where the server does not keep it.
export async function prefer(changes) {
  take(changes);
  tabs?.postMessage(changes);
  if (!told) return;
  const headers = { "Content-Type": "application/json" };
  // Also when the page is left at once.
  await call("/api/preferences", { method: "PATCH", headers, body: JSON.stringify(changes), keepalive: true });
}

function take(changes) {
  Object.assign(preferences, changes);
  if (changes.theme) showTheme(changes.theme);
  dispatchEvent(new CustomEvent("preferences", { detail: changes }));
}

function showTheme(theme) {
  const chosen = theme === "system" ? "" : theme;
  if (chosen) document.documentElement.dataset.theme = chosen;
  else delete document.documentElement.dataset.theme;
  keep("theme", chosen); // for pages that know nobody
}

tabs?.addEventListener("message", ({ data }) => take(data));
