// A search that was sent off, and not one that was done while somebody typed, is told to the server where it found
// nothing, or only what is loosely related; where an operator wants to know, and the reader has searches remembered.

import { postJson } from "./http.js";
import { preferences } from "./preferences.js";

const told = new Set(); // in this visit

export const countsMissed = () => "missed" in document.body.dataset && preferences.recent !== false;

export function countMissed(query, results) {
  if (!countsMissed() || !results || told.has(query) || results.hits.some((hit) => !hit.weak)) return;
  told.add(query);
  postJson("/api/searches/missed", { query, found: results.hits.length ? "weak" : "nothing" }).catch(() => {}); // no reason to disturb the reader
}
