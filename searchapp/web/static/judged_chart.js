// A line through figures between 0 and 1 over time: axes, a floor, and marks where something else was new.

import { svg } from "./dom.js";
import { lang, t } from "./i18n.js";

const HEIGHT = 220;
const LEFT = 40;
const RIGHT = 14;
const TOP = 22; // room for what the marks say
const BOTTOM = 26;
const STEP = 0.1; // between two lines of the grid; a scale is at least two of them high
const MARK_ROOM = 110; // between two marks of which both say what is new
const DATE_ROOM = 130;

// `points` are {at, value, text, changes}, the oldest first; `told` says in words what the drawing shows.
export function drawChart(place, points, floor, told) {
  const width = Math.max(place.clientWidth, 240);
  const [low, high] = scale([...points.map((point) => point.value), ...(floor > 0 ? [floor] : [])]);
  const [first, last] = [points[0].at, points.at(-1).at];
  const x = (at) => (last > first ? LEFT + ((at - first) / (last - first)) * (width - LEFT - RIGHT) : (LEFT + width - RIGHT) / 2);
  const y = (value) => TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  place.replaceChildren(
    svg(
      "svg",
      { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img", "aria-label": told },
      ...grid(low, high, y, width),
      ...dates(first, last, x, width),
      ...(floor > 0 ? floorLine(floor, y, width) : []),
      ...marks(points, x),
      svg("polyline", { class: "line", points: points.map((point) => `${x(point.at)},${y(point.value)}`).join(" ") }),
      ...points.map((point) => svg("circle", { class: point.value < floor ? "point low" : "point", cx: x(point.at), cy: y(point.value), r: points.length > 90 ? 2 : 3.5 }, svg("title", {}, point.text))),
    ),
  );
}

function scale(values) {
  const low = Math.floor((Math.min(...values) - 0.01) / STEP);
  const high = Math.ceil((Math.max(...values) + 0.01) / STEP);
  const top = Math.min(10, Math.max(high, low + 2));
  return [Math.max(0, Math.min(low, top - 2)) * STEP, top * STEP];
}

function grid(low, high, y, width) {
  const steps = Math.round((high - low) / STEP);
  const every = steps > 6 ? 2 : 1;
  const lines = [];
  for (let i = 0; i <= steps; i += every) {
    const value = low + i * STEP;
    lines.push(svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }));
    lines.push(svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, value.toLocaleString(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 })));
  }
  return lines;
}

function dates(first, last, x, width) {
  const day = new Intl.DateTimeFormat(lang, { dateStyle: "medium" });
  const text = (at, anchor) => svg("text", { x: x(at), y: HEIGHT - 8, "text-anchor": anchor }, day.format(new Date(at)));
  if (last === first || width - LEFT - RIGHT < 2 * DATE_ROOM) return [text(last, last === first ? "middle" : "end")];
  return [text(first, "start"), text(last, "end")];
}

function floorLine(floor, y, width) {
  return [
    svg("line", { class: "floor", x1: LEFT, x2: width - RIGHT, y1: y(floor), y2: y(floor) }),
    svg("text", { class: "floor-text", x: width - RIGHT, y: y(floor) - 5, "text-anchor": "end" }, t("judgedFloor", floor.toLocaleString(lang))),
  ];
}

function marks(points, x) {
  let written = -MARK_ROOM;
  return points
    .filter((point) => point.changes.length)
    .flatMap(({ at, changes }) => {
      const text = t("judgedNew", changes.join(", "));
      const line = svg("line", { class: "mark", x1: x(at), x2: x(at), y1: TOP - 6, y2: HEIGHT - BOTTOM }, svg("title", {}, text));
      if (x(at) - written < MARK_ROOM) return [line];
      written = x(at);
      return [line, svg("text", { class: "mark-text", x: x(at), y: TOP - 10, "text-anchor": x(at) > 2 * MARK_ROOM ? "end" : "start" }, text)];
    });
}
