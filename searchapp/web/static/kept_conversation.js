// The conversation as the server keeps it: read again for its address, and waited for while its last turn is written.

import { getJson } from "./http.js";

const LOOK_MS = 1500;

export const apiOf = (id) => `/api/conversations/${encodeURIComponent(id)}`;

// {entry, turns: [{n, state, answer, hits, problem, withheld}], changes}. Raises a Problem: 404 where there is none.
export const readKept = (id, signal) => getJson(apiOf(id), { signal });

// Resolves to the conversation once nobody writes its last turn any more.
export async function settled(id, signal) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const found = await readKept(id, signal);
    if (signal.aborted || found.turns.at(-1)?.state !== "writing") return found;
  }
}

// What of the turns a follow-up comes behind: the whole answers, as the page knows them.
export const asTurns = (turns) => turns.map(({ n, state, answer, hits, problem, withheld }) => ({ n, state, answer, hits, problem, withheld }));
