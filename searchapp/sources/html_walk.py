"""Walks a tree of markup in reading order and writes its blocks to a builder.

It knows two vocabularies: HTML's own, and the small one of trafilatura's result (``head``, ``list``, ``item``,
``row``, ``cell``, ``lb``, ``quote``). The walk is a loop over events, not a recursion: pages nest hundreds of levels.
"""

from __future__ import annotations

import re
from typing import Any

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
_LAYOUT = ".//table|.//h1|.//h2|.//h3|.//head|.//ul|.//ol|.//list|.//pre"
_HEADING = re.compile(r"h([1-6])")
_SPACES = re.compile(r"\s+")
_INLINE_BREAK = "\x0b"
"""Stands for a <br> until white space has been collapsed; no markup can hold this character."""


def walk(tree: Any, builder: DocumentBuilder, page: int | None = None) -> None:
    """Add all text below ``tree`` to ``builder`` (as that of ``page``): headings, paragraphs, lists, tables, code."""
    from lxml import etree

    walker = _Walker(builder, page)
    events = etree.iterwalk(tree, events=("start", "end", "comment", "pi"))
    for event, element in events:
        if not isinstance(element.tag, str):  # a comment, an instruction, or an entity that nobody expands
            walker.text(element.tail if event != "end" else None)
        elif event == "start":
            if walker.is_leaf(element):
                events.skip_subtree()
            else:
                walker.start(element)
                walker.text(element.text)
        else:
            walker.end(element)
            if element is not tree:
                walker.text(element.tail)
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

    def is_leaf(self, element: Any) -> bool:
        """Take in an element that is not walked into; False for all others."""
        tag = element.tag
        if tag in _SKIPPED:
            return True
        parent = element.getparent()
        block_code = tag == "code" and parent is not None and (parent.tag == "body" or _has_lines(element))
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

    def text(self, text: str | None) -> None:
        if text:
            self._inline.append(text)

    def start(self, element: Any) -> None:
        tag = element.tag
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
            self._layouts.append(bool(element.xpath(_LAYOUT)))
        elif tag in _BLOCKS or tag in _CELLS:
            self._flush()

    def end(self, element: Any) -> None:
        tag = element.tag
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


def _level(element: Any) -> int:
    """The rank of a heading element, 0 for others."""
    tag = element.tag
    found = _HEADING.fullmatch(element.get("rend") or "h2" if tag == "head" else tag)
    return int(found[1]) if found else 0


def _has_lines(element: Any) -> bool:
    return "\n" in "".join(element.itertext()).strip()


def _code_text(element: Any) -> str:
    for line_break in element.iter(*_BREAKS):
        line_break.tail = "\n" + (line_break.tail or "")
    return "".join(element.itertext(with_tail=False))


def _number(start: str | None) -> int:
    return int(start) if start and start.isascii() and start.isdigit() and len(start) < 9 else 1
