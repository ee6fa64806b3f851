"""Markup: BeautifulSoup makes a tree of it, and a walk in reading order writes the tree's blocks to a builder.

The walk knows two vocabularies: HTML's own, and the small one of trafilatura's result (``head``, ``list``, ``item``,
``row``, ``cell``, ``lb``, ``quote``). It is a loop, not a recursion: pages nest hundreds of levels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement, PreformattedString

from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.text.sentences import CELL_BREAK

# fmt: off
_SKIPPED = frozenset({
    "script", "style", "template", "noscript", "iframe", "object", "svg", "canvas", "audio", "video", "select",
    "textarea", "graphic", "meta", "link",
})
_LISTS = frozenset({"ul", "ol", "list"})
_ITEMS = frozenset({"li", "item"})
_ROWS = frozenset({"tr", "row"})
_CELLS = frozenset({"td", "th", "cell"})
_BREAKS = frozenset({"br", "lb"})
_BLOCKS = frozenset({
    "p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "blockquote", "quote", "figure",
    "figcaption", "dl", "dt", "dd", "form", "fieldset", "details", "summary", "address", "hr", "table", "caption",
    "thead", "tbody", "tfoot", "body", "center", "ab",
})
# fmt: on
_LAYOUT = frozenset({"table", "h1", "h2", "h3", "head", "ul", "ol", "list", "pre"})
"""What stands in a table that only lays out a page."""

_READ_ATTRIBUTES = frozenset({"rend", "start"})
_HEADING = re.compile(r"h([1-6])")
_SPACES = re.compile(r"\s+")
_INLINE_BREAK = "\x0b"
"""Stands for a <br> until white space has been collapsed; no markup can hold this character."""

_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?(?:-->|\Z)", re.DOTALL)
_SILENT = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
BREAK = re.compile(r"<(?:br|/?p|/?div|/?li|/tr|/?h\d|/?ul|/?ol|/?table|/?details|/?summary)\b[^<>]*>", re.IGNORECASE)
"""A tag that ends a line of text."""
_CELL_END = re.compile(r"</t[dh]\s*>\s*(?=<t[dh]\b)", re.IGNORECASE)


def parse_markup(markup: str) -> BeautifulSoup:
    """The tree of some HTML, however deep it nests."""
    return BeautifulSoup(markup, "lxml", huge_tree=True, multi_valued_attributes=None)


def body_of(page: BeautifulSoup) -> Tag:
    """The part of ``page`` that is shown."""
    return page.body or page


def soup_of(tree: Any) -> BeautifulSoup:
    """An lxml tree as BeautifulSoup's, with what the walk looks at. ``tree`` loses the rest."""
    from lxml import etree

    for element in tree.iter("*"):
        if not (element.tag.isascii() and element.tag.isalnum()):
            element.tag = "span"  # pages carry names that no XML may have; the walk knows none of them
        for name in set(element.keys()) - _READ_ATTRIBUTES:
            del element.attrib[name]
    # As XML, for HTML's rules would move trafilatura's elements; only our own, since declared entities are expanded.
    return BeautifulSoup(etree.tostring(tree, encoding="unicode", with_tail=False), "lxml-xml", huge_tree=True)


def strings(tree: Tag) -> Iterator[str]:
    """All that is written in ``tree``, piece by piece: no comments, no instructions."""
    return (str(node) for node in tree.descendants if _is_text(node))


def walk(tree: Tag, builder: DocumentBuilder, page: int | None = None) -> None:
    """Add all text below ``tree`` to ``builder`` (as that of ``page``): headings, paragraphs, lists, tables, code."""
    walker = _Walker(builder, page)
    walker.start(tree)
    open_elements = [(tree, iter(tree.contents))]
    while open_elements:
        element, children = open_elements[-1]
        child = next(children, None)
        if child is None:
            walker.end(element)
            open_elements.pop()
        elif isinstance(child, Tag):
            if not walker.is_leaf(child):
                walker.start(child)
                open_elements.append((child, iter(child.contents)))
        elif _is_text(child):
            walker.text(str(child))
    walker.finish()


class _Walker:
    def __init__(self, builder: DocumentBuilder, page: int | None) -> None:
        self._builder = builder
        self._page = page
        self._inline: list[str] = []
        self._lines: list[str] = []  # the open list's or table's lines: they stay together
        self._lists: list[int | None] = []  # the next number of each open list; None for bullets
        self._marker = ""
        self._rows: list[list[str] | None] = []  # the open rows' cells; None for a row that only lays out a page
        self._layouts: list[bool] = []

    def is_leaf(self, element: Tag) -> bool:
        """Take in an element that is not walked into; False for all others."""
        tag = element.name
        if tag in _SKIPPED:
            return True
        parent = element.parent
        block_code = tag == "code" and parent is not None and (parent.name == "body" or _has_lines(element))
        if tag != "pre" and not block_code:
            return False
        if self._rows and self._rows[-1] is not None:
            self.text(_code_text(element))
            return True
        self._flush()
        if self._lists:
            self._lines.extend(_code_text(element).strip("\n").split("\n"))
        else:
            self._builder.add(_code_text(element), page=self._page, verbatim=True)
        return True

    def text(self, text: str) -> None:
        self._inline.append(text)

    def start(self, element: Tag) -> None:
        tag = element.name
        if tag in _BREAKS:
            self._inline.append(_INLINE_BREAK)
        elif _level(element):
            self._flush()
        elif tag in _LISTS:
            self._flush()
            ordered = tag == "ol" or element.get("rend") == "ol"
            self._lists.append(_number(element.get("start")) if ordered else None)
        elif tag in _ITEMS:
            self._flush()
            number = self._lists[-1] if self._lists else None
            self._marker = "- " if number is None else f"{number}. "
            if number is not None:
                self._lists[-1] = number + 1
        elif tag in _ROWS:
            self._flush()
            self._rows.append(None if self._layouts and self._layouts[-1] else [])
        elif tag == "table":
            self._flush()
            self._layouts.append(any(isinstance(inner, Tag) and inner.name in _LAYOUT for inner in element.descendants))
        elif tag in _BLOCKS or tag in _CELLS:
            self._flush()

    def end(self, element: Tag) -> None:
        tag = element.name
        if tag in _SKIPPED or tag in ("pre", *_BREAKS):
            return
        level = _level(element)
        if level and not (self._rows and self._rows[-1] is not None):
            self._flush_heading(level)
        elif tag in _CELLS:
            self._end_cell()
        elif tag in _ROWS:
            self._end_row()
        elif tag in _LISTS:
            self._flush()
            if self._lists:
                self._lists.pop()
            self._flush_lines_outside()
        elif tag == "table":
            self._flush()
            if self._layouts:
                self._layouts.pop()
            self._flush_lines_outside()
        elif tag in _BLOCKS or tag in _ITEMS:
            self._flush()
            self._marker = "" if tag in _ITEMS else self._marker

    def finish(self) -> None:
        self._rows = []
        self._flush()
        self._flush_lines()

    def _take(self) -> str:
        text = _SPACES.sub(" ", "".join(self._inline).replace(_INLINE_BREAK, "\x00")).replace("\x00", "\n")
        self._inline = []
        return text.strip()

    def _flush(self) -> None:
        """End a block of running text."""
        if self._rows and self._rows[-1] is not None:
            self._inline.append(" ")  # blocks inside a cell stay in the cell
            return
        text = self._take()
        if not text:
            return
        if self._lists:
            margin = "  " * (len(self._lists) - 1)
            self._lines.append(margin + (self._marker or "  ") + text.replace("\n", f"\n{margin}  "))
            self._marker = ""
        else:
            self._flush_lines()
            self._builder.add(text, page=self._page)

    def _flush_heading(self, level: int) -> None:
        text = self._take()
        if text:
            self._flush_lines()
            self._marker = ""
            self._builder.heading(level, text, self._page)

    def _end_cell(self) -> None:
        if self._rows and (row := self._rows[-1]) is not None:
            row.append(one_line(self._take()))
        else:
            self._flush()

    def _end_row(self) -> None:
        row = self._rows.pop() if self._rows else None
        if row is None:
            self._flush()
            return
        stray = one_line(self._take())
        cells = [*row, stray] if stray else row
        if any(cells):
            self._lines.append(CELL_BREAK.join(cells))

    def _flush_lines_outside(self) -> None:
        if not self._lists and not any(row is not None for row in self._rows) and not self._layouts:
            self._flush_lines()

    def _flush_lines(self) -> None:
        self._builder.add("\n".join(self._lines), page=self._page, verbatim=True)
        self._lines = []


def _level(element: Tag) -> int:
    """The rank of a heading element, 0 for others."""
    tag = element.name
    found = _HEADING.fullmatch(str(element.get("rend") or "h2") if tag == "head" else tag)
    return int(found[1]) if found else 0


def _is_text(node: PageElement) -> bool:
    return isinstance(node, NavigableString) and not isinstance(node, PreformattedString)  # these are comments and such


def _has_lines(element: Tag) -> bool:
    return "\n" in "".join(strings(element)).strip()


def _code_text(element: Tag) -> str:
    nodes = (node for node in element.descendants if _is_text(node) or getattr(node, "name", None) in _BREAKS)
    return "".join("\n" if isinstance(node, Tag) else str(node) for node in nodes)


def _number(start: Any) -> int:
    return int(start) if isinstance(start, str) and start.isascii() and start.isdigit() and len(start) < 9 else 1


def plain_html(block: str) -> str:
    """The text of some HTML, one line a block, cells of a table parted by bars."""
    text = BREAK.sub("\n", _CELL_END.sub(" | ", _SILENT.sub("", block)))
    return "\n".join(line.strip() for line in unescape(_TAG.sub("", text)).split("\n") if line.strip())
