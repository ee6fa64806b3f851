// Building nodes. Text from documents only ever becomes text nodes: there is no innerHTML in this folder, and HTML
// only as the server has cleaned it.

// h("a", {href, class, onclick}, ...children): false and null leave an attribute or a child out.
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

const SVG = "http://www.w3.org/2000/svg";

// The same for a part of a drawing.
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

// A symbol of the sprite in base.html.
export function icon(name) {
  return svg("svg", { class: "icon", "aria-hidden": "true" }, svg("use", { href: `#icon-${name}` }));
}

// Matched words stand between U+E000 and U+E001; they become <mark>.
export function marked(text) {
  const pieces = text.split(/\uE000([^\uE000\uE001]*)\uE001/);
  return pieces.map((piece, i) => (i % 2 ? h("mark", {}, piece) : piece.replace(/[\uE000\uE001]/g, "")));
}

// Nodes of HTML that the server has cleaned (sources/sanitise.py); nothing else may come here.
export function cleaned(html) {
  const fragment = document.createDocumentFragment();
  fragment.append(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  return fragment;
}

export const byId = (id) => document.getElementById(id);

// Set while something about an element is open: not a difference.
const OWN = new Set(["aria-describedby", "aria-expanded"]);

// The children of `root` become those of `wanted`; what is alike is kept, and with it the focus, the pointer and the selection.
export function morph(root, wanted) {
  const next = [...wanted.childNodes];
  for (const [i, node] of next.entries()) {
    const old = root.childNodes[i];
    if (!old) root.append(node);
    else if (old.nodeType === Node.TEXT_NODE && node.nodeType === Node.TEXT_NODE) {
      if (old.data !== node.data) old.data = node.data;
    } else if (alike(old, node)) morph(old, node);
    else old.replaceWith(node);
  }
  while (root.childNodes.length > next.length) root.lastChild.remove();
}

function alike(old, node) {
  if (old.nodeType !== Node.ELEMENT_NODE || old.nodeName !== node.nodeName) return false;
  const names = new Set([...old.getAttributeNames(), ...node.getAttributeNames()]);
  return [...names].every((name) => OWN.has(name) || old.getAttribute(name) === node.getAttribute(name));
}
