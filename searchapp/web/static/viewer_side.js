// The panel at the side of a document: its headings, and of a PDF its pages, small.

import { h } from "./dom.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";

const WIDTH = 200; // pixels of a small page, the smallest that the server draws

// `view`: what is shown, with goTo({page, passage, title}), and of a PDF pages, shape(page) and current().
export function sidePanel({ entry, body, view }) {
  const list = h("div", { class: "viewer-side-list", tabindex: "-1" });
  const kinds = [...(view.pages ? ["smallPages"] : []), "headings"];
  const tabs = kinds.map((kind) => h("button", { type: "button", "aria-pressed": "false", onclick: () => choose(kind) }, t(kind)));
  const side = h("nav", { class: "viewer-side", "aria-label": t("contents"), hidden: true }, h("div", { class: "segmented", role: "group" }, tabs), list);
  const button = h("button", { type: "button", class: "quiet viewer-contents", "aria-expanded": "false", onclick: toggle }, t("contents"));
  let watcher = null;
  body.addEventListener("pagechange", ({ detail }) => follow(detail));

  function toggle() {
    side.hidden = !side.hidden;
    button.setAttribute("aria-expanded", String(!side.hidden));
    if (!side.hidden && !list.firstChild) choose(kinds[0]);
    if (!side.hidden && view.current) follow(view.current());
  }

  async function choose(kind) {
    tabs.forEach((tab, i) => tab.setAttribute("aria-pressed", String(kinds[i] === kind)));
    watcher?.disconnect();
    if (kind === "smallPages") drawPages();
    else await drawHeadings();
  }

  // A picture is there as long as its page is near.
  function drawPages() {
    const address = `/documents/${encodeURIComponent(entry.id)}/pages`;
    const near = new Set();
    let running = false;
    // One after the other: the pages that are read go before.
    const fetchNext = async () => {
      const next = [...near].find((one) => !one.firstChild.firstChild);
      if (running || !next) return;
      running = true;
      const image = h("img", { alt: "", src: `${address}/${next.dataset.page}.png?width=${WIDTH}` });
      await image.decode().catch(() => {}); // the page itself says what is wrong
      running = false;
      if (near.has(next)) next.firstChild.replaceChildren(image);
      fetchNext();
    };
    const buttons = Array.from({ length: view.pages }, (_, i) => {
      const [wide, high] = view.shape(i + 1);
      const frame = h("span", { class: "small-page" });
      frame.style.aspectRatio = `${wide} / ${Math.min(high, 3 * wide)}`;
      return h("button", { type: "button", class: "small", "data-page": i + 1, onclick: () => leaveFor({ page: i + 1 }) }, frame, h("span", { class: "muted" }, i + 1));
    });
    list.replaceChildren(...buttons);
    watcher = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (isIntersecting) near.add(target);
          else if (near.delete(target)) target.firstChild.replaceChildren();
        }
        fetchNext();
      },
      { root: list, rootMargin: "50% 0px" },
    );
    for (const one of buttons) watcher.observe(one);
    follow(view.current());
  }

  async function drawHeadings() {
    list.replaceChildren(h("p", { class: "muted" }, t("opening")));
    try {
      const { headings } = await getJson(`/api/documents/${encodeURIComponent(entry.id)}/outline`);
      const lines = headings.map((one) => {
        const line = h("button", { type: "button", class: "heading-line", dir: "auto", onclick: () => leaveFor(one) }, h("span", {}, one.title), one.page && h("span", { class: "muted" }, one.page));
        line.style.paddingInlineStart = `${0.5 + 0.9 * (Math.min(one.level, 6) - 1)}rem`;
        return line;
      });
      list.replaceChildren(...(lines.length ? lines : [h("p", { class: "muted" }, t("noHeadings"))]));
    } catch (problem) {
      list.replaceChildren(h("p", { class: "muted" }, problem.message));
    }
  }

  // On a narrow screen the panel covers what it leads to.
  function leaveFor(place) {
    if (matchMedia("(max-width: 1000px)").matches) toggle();
    view.goTo(place);
  }

  function follow(page) {
    if (side.hidden) return;
    list.querySelector('[aria-current="page"]')?.removeAttribute("aria-current");
    const own = list.querySelector(`[data-page="${page}"]`);
    own?.setAttribute("aria-current", "page");
    own?.scrollIntoView({ block: "nearest" });
  }

  return { side, button, close: () => watcher?.disconnect() };
}
