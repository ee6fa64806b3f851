"""Markup: BeautifulSoup makes a tree of it, and a walk in reading order writes the tree's blocks to a builder.

It is a loop, not a recursion: pages nest hundreds of levels.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement, PreformattedString

from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.formats.markup_tables import CELLS, is_header, is_layout, span
from searchapp.sources.formats.mathml import formula_text
from searchapp.sources.formats.table_grid import TableGrid
from searchapp.sources.tables import row_line

# fmt: off
_SKIPPED = frozenset({
    "script", "style", "template", "noscript", "iframe", "object", "svg", "canvas", "audio", "video", "select",
    "textarea", "meta", "link",
})
_LISTS = frozenset({"ul", "ol"})
_BLOCKS = frozenset({
    "p", "div", "section", "article", "main", "header", "footer", "aside", "nav", "blockquote", "figure", "figcaption",
    "dl", "dt", "dd", "form", "fieldset", "details", "summary", "address", "hr", "caption", "thead", "tbody", "tfoot",
    "body", "center",
})
# fmt: on
_READ_ATTRIBUTES = frozenset({"start", "role", "rowspan", "colspan", "encoding", "alttext", "display", "open", "close"})
_HEADING = re.compile(r"h([1-6])")
_SPACES = re.compile(r"\s+")
_INLINE_BREAK = "\x0b"
"""Stands for a <br> until white space has been collapsed; no markup can hold this character."""


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
    # As XML, for HTML's rules would move elements; only our own trees, since declared entities are expanded.
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
        self._lines: list[str] = []  # the open list's lines: they stay together
        self._lists: list[int | None] = []  # the next number of each open list; None for bullets
        self._marker = ""
        self._tables: list[bool] = []  # of each open table, whether it holds data; one in another only lays out
        self._in_row = False  # of data
        self._grid = TableGrid()
        self._rows: list[list[str]] = []  # of the open table
        self._names = 0  # how many of the first of them name the columns
        self._caption = ""

    def is_leaf(self, element: Tag) -> bool:
        """Take in an element that is not walked into; False for all others."""
        tag = element.name
        if tag in _SKIPPED:
            return True
        if tag.rpartition(":")[2] == "math":
            around = _INLINE_BREAK if element.get("display") == "block" else ""
            self.text(f"{around}{formula_text(element)}{around}")
            return True
        if tag != "pre" and not (tag == "code" and _is_block(element)):
            return False
        if self._in_row:
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
        if tag == "br":
            self._inline.append(_INLINE_BREAK)
        elif tag in _LISTS:
            self._flush()
            self._lists.append(_number(element.get("start")) if tag == "ol" else None)
        elif tag == "li":
            self._flush()
            number = self._lists[-1] if self._lists else None
            self._marker = "- " if number is None else f"{number}. "
            if number is not None:
                self._lists[-1] = number + 1
        elif tag == "tr":
            self._flush()
            self._in_row = bool(self._tables and self._tables[-1])
        elif tag == "table":
            self._flush()
            self._tables.append(not self._in_row and not is_layout(element))
        elif tag in _BLOCKS or tag in CELLS or _level(element):
            self._flush()

    def end(self, element: Tag) -> None:
        tag = element.name
        level = _level(element)
        if level and not self._in_row:
            self._flush_heading(level)
        elif tag in CELLS and self._in_row:
            self._grid.add(one_line(self._take()), span(element, "colspan"), span(element, "rowspan"))
        elif tag == "tr" and self._in_row:
            self._end_row(is_header=is_header(element))
        elif tag == "caption" and self._tables and not self._lists:
            self._caption = self._caption or one_line(self._take())
        elif tag in _LISTS:
            self._flush()
            if self._lists:
                self._lists.pop()
            self._flush_lines_outside()
        elif tag == "table":
            self._flush()
            if self._tables and self._tables.pop():
                self._flush_table()
            self._flush_lines_outside()
        elif tag in _BLOCKS or tag in CELLS or tag in ("li", "tr") or level:
            self._flush()
            self._marker = "" if tag == "li" else self._marker

    def finish(self) -> None:
        self._in_row = False
        self._flush()
        self._flush_table()
        self._flush_lines()

    def _take(self) -> str:
        text = _SPACES.sub(" ", "".join(self._inline).replace(_INLINE_BREAK, "\x00")).replace("\x00", "\n")
        self._inline = []
        return text.strip()

    def _flush(self) -> None:
        """End a block of running text."""
        if self._in_row:
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

    def _end_row(self, *, is_header: bool) -> None:
        if stray := one_line(self._take()):
            self._grid.add(stray)
        row, self._in_row = self._grid.end_row(), False
        if not any(row):
            return
        if self._lists or self._lines:
            self._lines.append(row_line(row))
            return
        self._names += is_header and self._names == len(self._rows)
        self._rows.append(row)

    def _flush_table(self) -> None:
        self._builder.table(self._rows, caption=self._caption, header_rows=self._names or None, page=self._page)
        self._grid, self._rows, self._names, self._caption = TableGrid(), [], 0, ""

    def _flush_lines_outside(self) -> None:
        if not self._lists and not self._tables:
            self._flush_lines()

    def _flush_lines(self) -> None:
        self._builder.add("\n".join(self._lines), page=self._page, verbatim=True)
        self._lines = []


def _level(element: Tag) -> int:
    """The rank of a heading element, 0 for others."""
    found = _HEADING.fullmatch(element.name)
    return int(found[1]) if found else 0


def _is_text(node: PageElement) -> bool:
    return isinstance(node, NavigableString) and not isinstance(node, PreformattedString)  # these are comments and such


def _is_block(code: Tag) -> bool:
    """Whether some code is a block of its own: it has lines, and nothing stands beside it."""
    if not (code.find("br") or "\n" in "".join(strings(code)).strip()):
        return False
    beside = (code.previous_sibling, code.next_sibling)
    return not any(isinstance(one, NavigableString) and one.strip() for one in beside)


def _code_text(element: Tag) -> str:
    nodes = (node for node in element.descendants if _is_text(node) or getattr(node, "name", None) == "br")
    return "".join("\n" if isinstance(node, Tag) else str(node) for node in nodes)


def _number(start: Any) -> int:
    return int(start) if isinstance(start, str) and start.isascii() and start.isdigit() and len(start) < 9 else 1
