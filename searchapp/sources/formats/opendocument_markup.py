"""The elements of OpenDocument under HTML's names: lists with their numbers, tables with all their columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TEXT, TABLE, DRAW, STYLE = (
    f"{{{_NAMESPACE}{name}:1.0}}" for name in ("office", "text", "table", "drawing", "style")
)
_HTML = {
    "p": "p", "list": "ul", "list-item": "li", "list-header": "li", "table": "table", "table-row": "tr",
    "table-cell": "td", "covered-table-cell": "td", "table-header-rows": "thead", "line-break": "br", "section": "div",
    "frame": "div", "text-box": "div", "page": "div",
}  # fmt: skip
_UNREAD = frozenset({
    "tracked-changes", "annotation", "note-citation", "sequence-decls", "forms",
    "event-listeners", "image", "object", "object-ole", "plugin", "variable-decls", "user-field-decls",
    "page-thumbnail", "desc", "title", "table-of-content", "alphabetical-index", "settings",
    "soft-page-break", "animations", "par", "header", "footer", "ruby-text", "hidden-text",
})  # fmt: skip
_MOST_SPACES = 40
MOST_COLUMNS = 63
LONGEST_REPEATED = 200
"""Text of a merged cell that stands in each of its rows."""


def as_html(tree: Any, content: Any = None) -> Any:
    """``tree`` with HTML's names; what is not text is gone, unknown elements are transparent.

    ``content`` is the whole document, whose styles tell which lists are numbered.
    """
    from lxml import etree

    for table in tree.iter(f"{TABLE}table"):
        _fill_columns(table)
    _number_lists(tree, content)
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.tag == "ol":
            continue
        name = element.tag.rpartition("}")[2]
        if name == "h" or (name == "p" and element.get(f"{TEXT}style-name") == "Title"):
            level = element.get(f"{TEXT}outline-level") or "1"
            element.tag = f"h{level if level in '123456' else '6'}"
        elif name in ("s", "tab"):
            count = element.get(f"{TEXT}c") or "1"
            element.tag = "span"
            element.text = " " * (min(int(count), _MOST_SPACES) if count.isdigit() else 1)
        elif name in _UNREAD:
            element.tag = "template"
        elif name == "note":
            element.tag = "span"
            element.text, element[:] = f" ({' '.join(' '.join(paragraphs(element)).split())})", ()
        elif name in ("table-cell", "covered-table-cell"):
            element.tag = "th" if element.getparent().getparent().tag == "thead" else "td"
        else:
            in_cell = name.startswith("list") and _is_in_cell(element)
            element.tag = "div" if in_cell else _HTML.get(name, "span")
    etree.cleanup_namespaces(tree)
    return tree


def paragraphs(tree: Any) -> Iterator[str]:
    """The texts of the paragraphs below ``tree``."""
    return ("".join(one.itertext()) for one in tree.iter(f"{TEXT}p", f"{TEXT}h"))


def hide(content: Any, body: Any) -> bool:
    """Take out of ``body`` what a style of ``content`` hides; whether there was any."""
    hidden = {
        style.get(f"{STYLE}name")
        for style in content.iter(f"{STYLE}style")
        if any(one.get(f"{TEXT}display") == "none" for one in style.iter(f"{STYLE}text-properties"))
    }
    found = [one for one in body.iter(f"{TEXT}span", f"{TEXT}p") if hidden and one.get(f"{TEXT}style-name") in hidden]
    for one in found:
        one.text, one[:] = None, ()
    return bool(found)


def _fill_columns(table: Any) -> None:
    """Give each row all its cells: equal ones are written once with a count, and merged ones hold nothing."""
    merged: dict[int, tuple[int, str]] = {}
    for row in table.iter(f"{TABLE}table-row"):
        column = 0
        for cell in [one for one in row if one.tag in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")]:
            text = " ".join(paragraphs(cell))
            below, above = merged.get(column, (0, ""))
            if cell.tag.endswith("}covered-table-cell") and below:
                merged[column] = below - 1, above
                if not text:
                    cell[:] = ()
                    cell.text = above
            rows = _number(cell, TABLE, "number-rows-spanned")
            if rows > 1 and len(text) <= LONGEST_REPEATED:
                merged[column] = rows - 1, text
            times = min(_number(cell, TABLE, "number-columns-repeated"), MOST_COLUMNS - column)
            if not text and cell.getnext() is None:
                times = 1
            for _ in range(times - 1):
                cell.addnext(deepcopy(cell))
            column += max(times, 1)


def _number_lists(tree: Any, content: Any) -> None:
    """Lists whose style counts become numbered ones; one that goes on counts from where it was."""
    styles = _numbered_levels(content)
    counted: dict[str, int] = {}
    for one in list(tree.iter(f"{TEXT}list")) if styles else ():
        parents = list(one.iterancestors(f"{TEXT}list", "ol"))
        style = one.get(f"{TEXT}style-name") or next((found for p in parents if (found := p.get("style"))), "")
        start = styles.get((style, len(parents) + 1))
        if start is None or _is_in_cell(one):
            continue
        goes_on = one.get(f"{TEXT}continue-numbering") == "true" or one.get(f"{TEXT}continue-list")
        begin = counted.get(style, 0) + 1 if goes_on and not parents else start
        if not parents:
            counted[style] = begin - 1 + len(one.findall(f"{TEXT}list-item"))
        one.tag = "ol"
        one.set("start", str(begin))
        one.set("style", style)


def _numbered_levels(content: Any) -> Mapping[tuple[str, int], int]:
    """The first number of each level of each style of lists that is numbered."""
    return {
        (style.get(f"{STYLE}name") or "", _number(level, TEXT, "level")): _number(level, TEXT, "start-value")
        for style in (() if content is None else content.iter(f"{TEXT}list-style"))
        for level in style.iter(f"{TEXT}list-level-style-number")
        if level.get(f"{STYLE}num-format")
    }


def _number(element: Any, namespace: str, name: str) -> int:
    value = element.get(f"{namespace}{name}") or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else 1


def _is_in_cell(element: Any) -> bool:
    return any(ancestor.tag in ("td", "th", f"{TABLE}table-cell") for ancestor in element.iterancestors())
