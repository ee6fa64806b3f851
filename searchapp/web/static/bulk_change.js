// One request changes many documents; what cannot be changed is told.

import { Problem, postJson } from "./http.js";
import { t } from "./i18n.js";

const AT_ONCE = 100; // the most that the server takes

// Does `change` to the documents and returns the ids for which that is done. Raises the first problem where there is
// any, with `done` in it: the others are done all the same.
export async function changeAll(change, ids) {
  const done = [];
  const problems = [];
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const response = await postJson("/api/documents/batch", { change, ids: ids.slice(at, at + AT_ONCE) });
    for (const { id, problem } of (await response.json()).documents) (problem ? problems : done).push(problem ?? id);
  }
  // What is gone already needs no deletion.
  const told = problems.filter(({ code }) => change !== "delete" || code !== "not_found");
  if (!told.length) return done;
  const { message, remedy } = told[0];
  throw Object.assign(new Problem({ detail: told.length > 1 ? t("andOthers", message, told.length - 1) : message, remedy }), { done });
}
