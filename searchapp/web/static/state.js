// What is asked for lives in the address, so that reload, share, back and forward work.
// {q, mode, filters: ["type=pdf", ...], ask}: the filters are spelled as the API spells them.

export const MODES = ["hybrid", "keyword", "semantic"];

export function read() {
  const address = new URLSearchParams(location.search);
  const mode = address.get("mode");
  return {
    q: address.get("q") ?? "",
    mode: MODES.includes(mode) ? mode : MODES[0],
    filters: address.getAll("filter").filter((filter) => filter.includes("=")),
    ask: address.has("ask"),
  };
}

export function write(state, { replace = false } = {}) {
  const address = new URLSearchParams();
  if (state.q) address.set("q", state.q);
  if (state.mode !== MODES[0]) address.set("mode", state.mode);
  for (const filter of state.filters) address.append("filter", filter);
  if (state.ask) address.set("ask", "1");
  const query = address.toString();
  const next = query ? `/?${query}` : "/";
  if (next === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", next);
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
