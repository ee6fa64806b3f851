// A PDF in the viewer: all its pages in one scroll, with page number, zoom, rotation, and the ways to its text.

import { h, icon } from "./dom.js";
import { getJson } from "./http.js";
import { t } from "./i18n.js";
import { pageFinder } from "./viewer_find.js";
import { Window } from "./viewer_scroll.js";
import { Sheet } from "./viewer_sheet.js";

const ZOOMS = [0, 0.5, 0.75, 1, 1.25, 1.5, 2, 3]; // 0: as wide as the panel
const PIXELS_A_POINT = 96 / 72;
const GAP = 10; // pixels between pages, as in viewer.css
const SWIPE = 70; // pixels

export async function pagesView({ entry, page, passage, tools, body, note, isCurrent }) {
  const base = `/api/documents/${encodeURIComponent(entry.id)}`;
  const [{ pages, sizes, is_changed: isChanged }, own] = await Promise.all([getJson(`${base}/sheets`), passage ? pageOf(base, passage, note) : null]);
  if (!isCurrent()) return null;
  if (isChanged) note(t("changedSince"));
  const marked = passage ? (own ?? page) : null;
  const first = Math.min(page ?? marked ?? 1, sizes.length);
  const title = entry.title || entry.source;
  let zoom = 0;
  let turn = 0;
  let showMark = first === marked;
  let pinned = null; // {page, top}: the page that was asked for, until the reader scrolls

  const layers = new Map();
  const layer = (number) => {
    if (layers.size > 60) layers.clear();
    if (!layers.has(number)) layers.set(number, getJson(`${base}/layers?from=${number}`).then((found) => found.layers[0]));
    return layers.get(number).catch((problem) => (layers.delete(number), Promise.reject(problem)));
  };
  // A passage may run on to the next page.
  const marks = async (number) => {
    if (!marked || (number !== marked && number !== marked + 1)) return [];
    try {
      return (await getJson(`${base}/pages/${number}?${new URLSearchParams({ passage })}`)).marks;
    } catch {
      return []; // the picture is there, and what is wrong is said where the passage was asked for
    }
  };
  const source = { id: entry.id, title, layer, marks, changed: (sheet) => covered(sheet) };
  const sheets = sizes.map((size, i) => new Sheet(source, i + 1, size));
  const root = h("div", { class: "sheets" }, ...sheets.map((sheet) => sheet.element));
  const said = h("p", { class: "sr-only", role: "status" });
  const number = h("input", { type: "text", inputmode: "numeric", "aria-label": t("pageNumber"), class: "viewer-number" });
  const size = h("select", { "aria-label": t("zoom"), class: "viewer-zoom" }, ...ZOOMS.map((one) => h("option", { value: one }, one ? `${Math.round(one * 100)} %` : t("fitWidth"))));
  const button = (name, label, act) => h("button", { type: "button", class: "bare", "aria-label": t(label), title: t(label), onclick: act }, icon(name));
  const back = button("left", "previousPage", () => go(read() - 1));
  const on = button("right", "nextPage", () => go(read() + 1));
  const smaller = button("minus", "smaller", () => magnify(-1));
  const larger = button("plus", "larger", () => magnify(1));
  for (const one of [smaller, larger]) one.classList.add("viewer-step"); // fingers have a way of their own
  const count = h("span", { class: "muted" }, `/ ${pages}`);
  tools.append(h("div", { class: "viewer-pages", role: "group", "aria-label": t("pagesOf") }, back, number, count, on, smaller, size, larger, button("again", "rotate", () => layOut({ turned: (turn + 1) % 4 }))));
  number.addEventListener("change", () => go(Number(number.value)));
  number.addEventListener("keydown", (event) => event.key === "Enter" && go(Number(number.value)));
  size.addEventListener("change", () => layOut({ zoomed: Number(size.value) }));
  body.replaceChildren(said, root);
  if (pages > sizes.length) body.append(h("p", { class: "muted viewer-waiting" }, t("pagesBeyond", sizes.length)));
  const scroll = new Window(body, sheets);
  layOut({});
  jump(first);
  if (page > pages) note(t("pageBeyond", String(page), String(pages)));

  const finder = pageFinder({ base, sheets, current: () => read(), show: (one, node) => reveal(one, node) });
  const resized = new ResizeObserver(() => layOut({}));
  resized.observe(body);
  const online = () => scroll.retry();
  addEventListener("online", online);
  body.addEventListener("scroll", noticeScroll, { passive: true });
  listenToSwipes();
  tell();

  return {
    keys: {
      ArrowLeft: () => go(read() - 1),
      ArrowRight: () => go(read() + 1),
      PageUp: () => body.scrollBy(0, -0.9 * body.clientHeight),
      PageDown: () => body.scrollBy(0, 0.9 * body.clientHeight),
      ArrowUp: () => body.scrollBy(0, -60),
      ArrowDown: () => body.scrollBy(0, 60),
      Home: () => go(1),
      End: () => go(sheets.length),
      "+": () => magnify(1),
      "=": () => magnify(1),
      "-": () => magnify(-1),
      0: () => layOut({ zoomed: 0 }),
    },
    finder,
    pages: sheets.length,
    shape: (one) => sizes[one - 1],
    current: () => read(),
    goTo: ({ page: wanted }) => go(wanted),
    close() {
      scroll.close();
      resized.disconnect();
      removeEventListener("online", online);
      body.removeEventListener("scroll", noticeScroll);
    },
  };

  function go(wanted) {
    const next = Math.min(Math.max(1, Math.trunc(wanted) || read()), sheets.length);
    showMark = false;
    jump(next);
    said.textContent = t("pageOf", String(next), String(pages));
    tell(next);
  }

  function jump(wanted) {
    body.scrollTop = scroll.tops[wanted - 1];
    pin(wanted);
  }

  function pin(wanted) {
    pinned = { page: wanted, top: body.scrollTop };
  }

  function read() {
    return pinned && Math.abs(body.scrollTop - pinned.top) < 2 ? pinned.page : scroll.current();
  }

  // Gives every page its room, and keeps what is in the middle there.
  function layOut({ zoomed = zoom, turned = turn }) {
    const room = body.clientWidth - 2 * GAP;
    if (room <= 0) return;
    const middle = body.scrollTop + body.clientHeight / 2;
    const own = pinned && read() === pinned.page ? pinned.page : 0;
    const at = scroll.tops.length ? scroll.current() - 1 : 0;
    const share = scroll.tops.length ? (middle - scroll.tops[at]) / (scroll.heights[at] || 1) : 0;
    zoom = zoomed;
    turn = turned;
    size.value = String(zoom);
    smaller.disabled = zoom === ZOOMS[1];
    larger.disabled = zoom === ZOOMS.at(-1);
    let top = GAP;
    const wasLaidOut = scroll.tops.length > 0;
    scroll.heights = sheets.map((sheet) => sheet.place(room, zoom * PIXELS_A_POINT, turn));
    scroll.tops = scroll.heights.map((height) => {
      const own = top - GAP;
      top += height + GAP;
      return own;
    });
    if (wasLaidOut) body.scrollTop = scroll.tops[at] + share * scroll.heights[at] - body.clientHeight / 2;
    if (own) pin(own);
    scroll.pump();
  }

  // To the next step from how large pages are now.
  function magnify(by) {
    const sheet = sheets[read() - 1];
    const now = zoom || sheet.element.clientWidth / (sheet.size[turn % 2] * PIXELS_A_POINT);
    const steps = ZOOMS.slice(1);
    const next = by > 0 ? steps.find((one) => one > now * 1.05) : steps.findLast((one) => one < now * 0.95);
    if (next) layOut({ zoomed: next });
  }

  function covered(sheet) {
    finder.mark(sheet);
    const mark = showMark && sheet.paper.querySelector(".page-mark");
    if (!mark) return;
    showMark = false;
    mark.scrollIntoView({ block: "center", inline: "nearest" });
    pin(sheet.number);
  }

  // To a page, and when its text is there, to a place in it.
  function reveal(wanted, range) {
    showMark = false;
    if (!range) return jump(wanted);
    pinned = null;
    const box = range.getBoundingClientRect();
    const frame = body.getBoundingClientRect();
    if (box.top < frame.top + 20 || box.bottom > frame.bottom - 20) body.scrollTop += box.top - frame.top - frame.height / 3;
    if (box.left < frame.left || box.right > frame.right) body.scrollLeft += box.left - frame.left - frame.width / 3;
  }

  function noticeScroll() {
    cancelAnimationFrame(noticeScroll.frame);
    noticeScroll.frame = requestAnimationFrame(() => tell());
  }

  function tell(own = read()) {
    if (document.activeElement !== number) number.value = String(own);
    back.disabled = own <= 1;
    on.disabled = own >= sheets.length;
    body.dispatchEvent(new CustomEvent("pagechange", { detail: own }));
    clearTimeout(tell.pause);
    tell.pause = setTimeout(() => isCurrent() && keepAddress(own), 250);
  }

  function listenToSwipes() {
    let start = null;
    body.addEventListener("touchstart", ({ touches }) => (start = touches.length === 1 ? touches[0] : null), { passive: true });
    body.addEventListener("touchend", ({ changedTouches: [end] }) => {
      const [x, y] = start ? [end.clientX - start.clientX, end.clientY - start.clientY] : [0, 0];
      const isWide = body.scrollWidth > body.clientWidth + 1 || visualViewport.scale > 1.05; // then a finger moves the page
      if (Math.abs(x) > SWIPE && Math.abs(x) > 2 * Math.abs(y) && !isWide && getSelection().isCollapsed) go(read() + (x < 0 ? 1 : -1));
    });
  }
}

// The page on which a passage stands; the document may have been read anew since its address was made.
async function pageOf(base, passage, note) {
  try {
    const { passages } = await getJson(`${base}/passages?${new URLSearchParams({ around: passage, size: 1 })}`);
    return passages[0]?.page;
  } catch (problem) {
    note(problem.message);
    return null;
  }
}

// The page that is read, for a reload and for who gets the address.
function keepAddress(page) {
  const address = new URL(location.href);
  if (!address.searchParams.has("open") || address.searchParams.get("page") === String(page)) return;
  address.searchParams.set("page", page);
  history.replaceState(history.state, "", address);
}
