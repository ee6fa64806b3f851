// Which pages of a long document are near enough to be drawn: a window that follows the scroll.

const PAUSE_MS = 80; // a page that flies past is not drawn
const AT_ONCE = 3;
const MOST_DRAWN = 12;

export class Window {
  constructor(body, sheets) {
    Object.assign(this, { body, sheets, tops: [], near: new Set(), running: 0 });
    this.byElement = new Map(sheets.map((sheet) => [sheet.element, sheet]));
    this.observer = new IntersectionObserver((entries) => this.noticed(entries), { root: body, rootMargin: "75% 0px" });
    for (const sheet of sheets) this.observer.observe(sheet.element);
  }

  noticed(entries) {
    for (const { target, isIntersecting } of entries) {
      const sheet = this.byElement.get(target);
      if (isIntersecting) this.near.add(sheet);
      else if (!getSelection().containsNode(target, true)) this.leave(sheet);
    }
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.pump(), PAUSE_MS);
  }

  leave(sheet) {
    this.near.delete(sheet);
    sheet.clear();
  }

  // Draws the nearest pages that are not drawn, a few at a time.
  async pump() {
    const ranked = [...this.near].sort((one, other) => this.distance(one) - this.distance(other));
    for (const sheet of ranked.slice(MOST_DRAWN)) sheet.clear();
    const next = ranked.slice(0, MOST_DRAWN).find((sheet) => !sheet.isDrawn && !sheet.problem);
    if (!next || this.running >= AT_ONCE) return;
    this.running += 1;
    const drawn = next.draw().finally(() => {
      this.running -= 1;
      this.pump();
    });
    this.pump();
    await drawn;
  }

  distance(sheet) {
    return Math.abs(sheet.number - this.current());
  }

  // Tries again what failed: the connection is back.
  retry() {
    for (const sheet of this.near) if (sheet.problem) sheet.draw();
  }

  // The page at a third of the height: the one that is read.
  current() {
    const line = this.body.scrollTop + this.body.clientHeight / 3;
    let low = 0;
    let high = this.tops.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (this.tops[middle] <= line) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  close() {
    clearTimeout(this.pause);
    this.observer.disconnect();
    for (const sheet of this.near) sheet.clear();
    this.near.clear();
  }
}
