// A button and the panel that opens under it: a popover, which the browser closes by Escape or a press elsewhere.

import { h, icon } from "./dom.js";

const GAP = 6;

// {button, panel}; `panel` is filled by its owner, now and whenever what it offers changes.
export function menu(name, label) {
  const id = `menu-${name}`;
  const button = h("button", { type: "button", class: "chip", popovertarget: id, "aria-haspopup": "dialog", "aria-expanded": "false" }, label, icon("down"));
  const panel = h("div", { id, class: "control-menu", popover: "auto", role: "dialog", "aria-label": label });
  panel.addEventListener("toggle", (event) => {
    const open = event.newState === "open";
    button.setAttribute("aria-expanded", String(open));
    if (open) panel.querySelector('[tabindex="0"], input, button')?.focus({ preventScroll: true });
  });
  panel.addEventListener("beforetoggle", (event) => event.newState === "open" && place(panel, button));
  // Letters and arrows move within the panel, not over the results below it.
  panel.addEventListener("keydown", (event) => event.stopPropagation());
  return { button, panel };
}

// Under its button, as far as the window is wide; the stylesheet reads both numbers where there is room for a panel.
function place(panel, button) {
  const { left, bottom } = button.getBoundingClientRect();
  panel.style.setProperty("--left", `${left + scrollX}px`);
  panel.style.setProperty("--top", `${bottom + scrollY + GAP}px`);
}

// Fills a panel anew; the focus stays on what has the same `data-key` as before.
export function refill(panel, ...children) {
  const key = panel.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  panel.replaceChildren(...children.filter(Boolean));
  if (key === undefined) return;
  const same = [...panel.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  (same ?? panel.querySelector('[tabindex="0"]'))?.focus({ preventScroll: true });
}
