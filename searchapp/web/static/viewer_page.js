// A PDF in the viewer: one page as a picture, the passage marked on it, and the ways to the other pages.

import { h, icon } from "./dom.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";

const ZOOMS = [1, 1.25, 1.5, 2, 3];
const WIDTHS = [800, 1200, 1800, 2400]; // what the server draws; asking for others would draw more than needed

export async function pageView({ entry, page, passage, tools, body, isCurrent }) {
  const base = `/api/documents/${encodeURIComponent(entry.id)}/pages`;
  const first = page ?? 1;
  let current = first;
  let pages = entry.pages ?? first;
  let zoom = 0;

  const number = h("input", { type: "text", inputmode: "numeric", "aria-label": t("pageNumber"), class: "viewer-number" });
  const count = h("span", { class: "muted" });
  const button = (name, label, act) => h("button", { type: "button", class: "bare", "aria-label": t(label), title: t(label), onclick: act }, icon(name));
  const back = button("left", "previousPage", () => go(current - 1));
  const on = button("right", "nextPage", () => go(current + 1));
  const smaller = button("minus", "smaller", () => magnify(zoom - 1));
  const larger = button("plus", "larger", () => magnify(zoom + 1));
  tools.append(h("div", { class: "viewer-pages", role: "group", "aria-label": t("pagesOf") }, back, number, count, on, smaller, larger));
  number.addEventListener("change", () => go(Number(number.value)));
  number.addEventListener("keydown", (event) => event.key === "Enter" && go(Number(number.value)));

  const said = h("p", { class: "sr-only", role: "status" });
  const sheet = h("div", { class: "sheet" });
  let shape = await draw(first);
  body.replaceChildren(said, sheet);
  place(shape);
  return {
    keys: {
      ArrowLeft: () => go(current - 1),
      ArrowRight: () => go(current + 1),
      PageUp: () => go(current - 1),
      PageDown: () => go(current + 1),
      "+": () => magnify(zoom + 1),
      "=": () => magnify(zoom + 1),
      "-": () => magnify(zoom - 1),
    },
  };

  // A passage may run on to the next page.
  async function draw(wanted) {
    const mark = passage && (wanted === first || wanted === first + 1) ? `?${new URLSearchParams({ passage })}` : "";
    const found = await getJson(`${base}/${wanted}${mark}`);
    current = wanted;
    pages = found.pages;
    number.value = String(current);
    count.textContent = `/ ${pages}`;
    back.disabled = current <= 1;
    on.disabled = current >= pages;
    return found;
  }

  async function go(wanted) {
    const next = Math.min(Math.max(1, Math.trunc(wanted) || current), pages);
    number.value = String(current);
    if (next === current) return;
    const found = await draw(next);
    if (!isCurrent()) return;
    shape = found;
    place(shape);
    said.textContent = t("pageOf", current, pages);
    const address = new URL(location.href);
    if (address.searchParams.has("open")) {
      address.searchParams.set("page", current);
      history.replaceState(history.state, "", address);
    }
  }

  function place({ picture, width, height, marks }) {
    const image = h("img", { alt: t("pageAlt", current, entry.title || entry.source), draggable: "false" });
    image.src = `${picture}?width=${pixels()}`;
    sheet.style.aspectRatio = `${width} / ${height}`;
    const boxes = marks.map((mark) => {
      const box = h("div", { class: "page-mark", "aria-hidden": "true" });
      for (const side of ["left", "top", "width", "height"]) box.style[side] = `${mark[side] * 100}%`;
      return box;
    });
    sheet.replaceChildren(image, ...boxes);
    sheet.querySelector(".page-mark")?.scrollIntoView({ block: "center" });
    if (!boxes.length) body.scrollTop = 0;
  }

  function pixels() {
    const needed = body.clientWidth * ZOOMS[zoom] * (devicePixelRatio || 1);
    return WIDTHS.find((one) => one >= needed) ?? WIDTHS.at(-1);
  }

  function magnify(next) {
    zoom = Math.min(Math.max(0, next), ZOOMS.length - 1);
    smaller.disabled = zoom === 0;
    larger.disabled = zoom === ZOOMS.length - 1;
    sheet.style.width = `${ZOOMS[zoom] * 100}%`;
    place(shape);
  }
}
