// The folders and sites of what was found, as a tree (ARIA's tree): each with the passages in it and below it.

import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { listen, tick } from "./listbox.js";

const SITE = /^https?:\/\//i;
const FEW = 8; // folders, of which all are shown from the start
const decided = new Map(); // whether a reader has opened or closed a path

// {"/srv/a/": 3, "/srv/a/b/": 2} -> [{path, name, count, children}]: a folder that only leads to another is one with it.
function treeOf(counts) {
  const root = { path: "", name: "", own: 0, children: new Map() };
  for (const [path, count] of Object.entries(counts)) {
    let node = root;
    for (const [name, prefix] of steps(path)) {
      if (!node.children.has(name)) node.children.set(name, { path: prefix, name, own: 0, children: new Map() });
      node = node.children.get(name);
    }
    node.own += count;
  }
  return [...root.children.values()].map(finished);
}

function steps(path) {
  if (SITE.test(path)) return [[path.replace(SITE, "").replace(/\/$/, ""), path]];
  const separator = path.includes("/") ? "/" : "\\";
  const names = path.split(separator).slice(0, -1);
  return names.map((name, i) => [name || separator, names.slice(0, i + 1).join(separator) + separator]);
}

function finished(node) {
  const children = [...node.children.values()].map(finished);
  const [only] = children;
  if (children.length === 1 && !node.own) {
    const between = /[\\/]$/.test(node.name) ? "" : only.path.includes("/") ? "/" : "\\";
    return { ...only, name: `${node.name}${between}${only.name}` };
  }
  const count = node.own + children.reduce((sum, child) => sum + child.count, 0);
  return { path: node.path, name: node.name, count, children: children.sort((a, b) => b.count - a.count) };
}

// The shortest end of `path`, two names at least, that none of `others` has: two folders of one name are told apart.
export function shortName(path, others) {
  if (SITE.test(path)) return path.replace(SITE, "").replace(/\/$/, "");
  const parts = path.split(/[\\/]/).filter(Boolean);
  const isAlone = (end) => others.every((other) => other === path || !`/${other.split(/[\\/]/).filter(Boolean).join("/")}`.endsWith(`/${end}`));
  for (let most = 2; most < parts.length; most += 1) {
    const end = parts.slice(-most).join("/");
    if (isAlone(end)) return end;
  }
  return path;
}

// `chosen`: the paths that hold; `redraw` is called when a branch opens or closes.
export function folderTree({ counts, chosen, choose, redraw }) {
  const roots = treeOf(counts);
  const list = h("ul", { class: "options tree", role: "tree", "aria-label": t("facet_path"), "aria-multiselectable": "true" });
  const few = Object.keys(counts).length <= FEW;
  const isOpen = ({ path: own }) => decided.get(own) ?? (few || chosen.some((path) => path !== own && path.startsWith(own)));
  const toggle = (path, open) => {
    decided.set(path, open);
    redraw();
  };
  const draw = (nodes, level) => {
    for (const node of nodes) {
      const open = isOpen(node);
      list.append(row(node, level, open, chosen.includes(node.path), toggle));
      if (open) draw(node.children, level + 1);
    }
  };
  draw(roots, 1);
  const expanded = (item) => item.getAttribute("aria-expanded");
  listen(list, choose, {
    ArrowRight(item) {
      if (expanded(item) === "true") return item.nextElementSibling;
      if (expanded(item) === "false") toggle(item.dataset.value, true);
      return null;
    },
    ArrowLeft(item) {
      if (expanded(item) === "true") return toggle(item.dataset.value, false);
      const above = (one) => one && (Number(one.ariaLevel) < Number(item.ariaLevel) ? one : above(one.previousElementSibling));
      return above(item.previousElementSibling);
    },
  });
  return list;
}

function row(node, level, open, selected, toggle) {
  const { path, name, count, children } = node;
  const press = (event) => {
    event.stopPropagation();
    if (event.detail < 2) toggle(path, !open);
  };
  const twist = h("span", { class: children.length ? "twist" : "twist none", "aria-hidden": "true", onclick: children.length ? press : null }, icon("right"));
  const item = h(
    "li",
    { role: "treeitem", "aria-level": level, "aria-selected": String(selected), "aria-expanded": children.length ? String(open) : null, "data-key": `path:${path}`, "data-value": path, title: path },
    twist,
    h("span", { class: "value", dir: "auto" }, name),
    h("span", { class: "count" }, count || ""),
    tick(),
  );
  item.style.setProperty("--level", level - 1);
  return item;
}
