// One page of a PDF: its place in the scroll, and while it is near, its picture, the marks and the text over it.

import { h } from "./dom.js";
import { getJson, Problem } from "./http.js";
import { t } from "./i18n.js";
import { scaleLayer, textLayer } from "./viewer_layer.js";

const WIDTHS = [800, 1200, 1800, 2400]; // what the server draws; asking for others would draw more than needed
const RETRIES_MS = [1500, 5000];
const TALLEST = 20; // widths: a page that is longer is shown narrower

export class Sheet {
  // `source`: {id, title, marks(number), layer(number), changed(sheet)}; `size` in points.
  constructor(source, number, size) {
    Object.assign(this, { source, number, size, nodes: [], runs: [], picture: null, layer: null, asked: 0, tries: 0, problem: null });
    this.paper = h("div", { class: "paper" });
    this.element = h("div", { class: "sheet", "data-page": number }, this.paper);
  }

  // Takes its room: `room` pixels wide at the most, or `scale` pixels a point, after `turn` quarters. Returns its height.
  place(room, scale, turn) {
    const [width, height] = turn % 2 ? [this.size[1], this.size[0]] : this.size;
    const wide = Math.min(scale ? width * scale : room, (TALLEST * room * width) / height);
    const high = (wide * height) / width;
    const [paperWide, paperHigh] = turn % 2 ? [high, wide] : [wide, high];
    const moved = [[0, 0], [paperHigh, 0], [paperWide, paperHigh], [0, paperWide]][turn];
    Object.assign(this.element.style, { width: `${wide}px`, height: `${high}px` });
    Object.assign(this.paper.style, { width: `${paperWide}px`, height: `${paperHigh}px`, transform: `translate(${moved[0]}px, ${moved[1]}px) rotate(${turn * 90}deg)` });
    this.width = paperWide;
    if (this.layer) scaleLayer(this.layer, paperWide);
    return high;
  }

  get pixels() {
    const needed = this.width * (devicePixelRatio || 1);
    return WIDTHS.find((one) => one >= needed) ?? WIDTHS.at(-1);
  }

  get isDrawn() {
    return this.asked === this.pixels && !this.problem;
  }

  // Fetches and shows picture, marks and text; what was drawn smaller stays until the new picture is there.
  async draw() {
    const { source, number, pixels } = this;
    this.asked = pixels;
    this.problem = null;
    const image = h("img", { alt: t("pageAlt", String(number), source.title), draggable: "false" });
    image.src = `/documents/${encodeURIComponent(source.id)}/pages/${number}.png?width=${pixels}`;
    this.loading = image;
    try {
      await image.decode();
      if (this.loading !== image) return;
      this.paper.querySelectorAll(":scope > img, :scope > .viewer-failure").forEach((one) => one.remove());
      this.paper.prepend(image);
      this.tries = 0;
      if (!this.layer) await this.cover();
    } catch {
      if (this.loading === image) await this.fail(image);
    }
  }

  async cover() {
    const own = this.loading;
    const [marks, layer] = await Promise.all([this.source.marks(this.number), this.source.layer(this.number)]);
    if (this.loading !== own || this.layer) return;
    this.paper.append(...marks.map(box));
    const made = textLayer(layer.runs, this.size);
    Object.assign(this, { layer: made.root, nodes: made.nodes, runs: layer.runs });
    scaleLayer(made.root, this.width);
    this.paper.append(made.root);
    this.source.changed(this);
  }

  // An image does not tell what is wrong with it; the API does.
  async fail(image) {
    let problem = null;
    try {
      await getJson(`/api/documents/${encodeURIComponent(this.source.id)}/pages/${this.number}`);
    } catch (told) {
      problem = told;
    }
    if (this.loading !== image) return;
    const again = () => this.loading === image && this.draw();
    const passes = !problem?.status || problem.status === 429 || problem.status >= 500;
    const isLast = this.tries >= RETRIES_MS.length;
    if (passes && !isLast) setTimeout(again, RETRIES_MS[this.tries++]);
    if (!problem && !isLast) return; // the server was busy for a moment
    this.problem = problem ?? new Problem({ detail: t("offline"), remedy: t("offlineRemedy") });
    this.paper.querySelector(".viewer-failure")?.remove();
    this.paper.append(failure(this.problem, passes && again));
    this.source.changed(this);
  }

  clear() {
    // What the server draws already is left to come: given up, it would be drawn all the same, and more asked for.
    Object.assign(this, { loading: null, layer: null, nodes: [], asked: 0, tries: 0, problem: null });
    this.paper.replaceChildren();
  }
}

export function failure({ message, remedy }, again) {
  const button = again && h("button", { type: "button", class: "quiet", onclick: again }, t("tryAgain"));
  return h("div", { class: "viewer-failure", role: "status" }, h("strong", {}, message), remedy && h("p", {}, remedy), button);
}

function box(mark) {
  const made = h("div", { class: "page-mark", "aria-hidden": "true" });
  for (const side of ["left", "top", "width", "height"]) made.style[side] = `${mark[side] * 100}%`;
  return made;
}
