// What is asked for lives in the address, so that reload, share, back and forward work.
// {q, mode, filters: ["type=pdf", ...], ask, sort, group, like, c}: the filters are spelled as the API spells them, and
// `like` is the passage that more is wanted of. A document is one entry unless the address says group=0.

export const MODES = ["hybrid", "keyword", "semantic"];
export const ORDERS = ["relevance", "newest", "oldest"];

export function read() {
  const address = new URLSearchParams(location.search);
  const mode = address.get("mode");
  return {
    q: address.get("q") ?? "",
    mode: MODES.includes(mode) ? mode : MODES[0],
    filters: address.getAll("filter").filter((filter) => filter.includes("=")),
    ask: address.has("ask"),
    sort: ORDERS.includes(address.get("sort")) ? address.get("sort") : ORDERS[0],
    group: address.get("group") !== "0",
    like: address.get("like") ?? "",
    c: address.get("c") ?? "", // the conversation that the question stands in
  };
}

export function write(state, { replace = false } = {}) {
  const address = new URLSearchParams();
  if (state.q) address.set("q", state.q);
  if (state.mode !== MODES[0]) address.set("mode", state.mode);
  for (const filter of state.filters) address.append("filter", filter);
  if (state.ask) address.set("ask", "1");
  if (state.sort !== ORDERS[0]) address.set("sort", state.sort);
  if (!state.group) address.set("group", "0");
  if (state.like) address.set("like", state.like);
  if (state.c) address.set("c", state.c);
  // The same question, now with its conversation: the document beside it stays open.
  const stays = replace && state.q && state.q === read().q && state.ask;
  const here = new URLSearchParams(location.search);
  for (const name of stays ? ["open", "page", "passage"] : []) if (here.has(name)) address.set(name, here.get(name));
  const query = address.toString();
  const next = query ? `/?${query}` : "/";
  if (next === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](stays ? history.state : null, "", next);
  dispatchEvent(new Event("addresschange"));
}

// "type=pdf" -> ["type", "pdf"]; a path may hold further equals signs.
export function split(filter) {
  const at = filter.indexOf("=");
  return [filter.slice(0, at), filter.slice(at + 1)];
}

export function toggled(filters, filter) {
  return filters.includes(filter) ? filters.filter((other) => other !== filter) : [...filters, filter];
}

export function valueOf(filters, field) {
  const found = filters.find((filter) => split(filter)[0] === field);
  return found ? split(found)[1] : "";
}

export function withValue(filters, field, value) {
  const others = filters.filter((filter) => split(filter)[0] !== field);
  return value ? [...others, `${field}=${value}`] : others;
}

// Where the reader was in the results of each search of this visit, for the way back.
const places = new Map(); // by state: {y, chunk}
const keyOf = (state) => JSON.stringify(state);

history.scrollRestoration = "manual"; // the browser would scroll before the results are there
addEventListener("pagehide", () => (history.scrollRestoration = "auto")); // a reload has nothing else to go by

export function leave(state) {
  places.set(keyOf(state), { y: scrollY, chunk: document.activeElement?.closest(".hit")?.dataset.chunk });
}

export function comeBack(state) {
  const { y = 0, chunk } = places.get(keyOf(state)) ?? {};
  const hit = chunk && [...document.querySelectorAll(".hit")].find((one) => one.dataset.chunk === chunk);
  if (hit) hit.querySelector(".title").focus({ preventScroll: true });
  scrollTo(0, y);
}
