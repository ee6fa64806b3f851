"""Headings of markups that are read as text: reStructuredText, AsciiDoc and Org. What stands in code blocks is none."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.formats.drawn_tables import add_paragraphs

Reader: TypeAlias = Callable[[DocumentBuilder, str, "int | None"], None]

_RST_LINE = re.compile(r"([=\-~^\"'`#*+.:_])\1{2,}")
_ASCIIDOC_HEADING = re.compile(r"(?P<level>={1,6}|#{1,6})[ \t]+(?P<title>\S.*)")
_ASCIIDOC_FENCE = re.compile(r"-{4,}|\.{4,}|\+{4,}|/{4,}|\|={3,}|`{3}")
"""Listings, literal blocks, passages, comments, tables: what delimits one ends it too."""
_ORG_HEADING = re.compile(r"(?P<level>\*{1,12})[ \t]+(?P<title>\S.*)")
_ORG_TAGS = re.compile(r"[ \t]:[\w@#%:]{1,200}:$")
_ORG_BLOCK = re.compile(r"#\+begin_(?P<kind>\w+)", re.IGNORECASE)
_ORG_TITLE = re.compile(r"#\+title:[ \t]*(?P<title>\S.*)", re.IGNORECASE)


class _Pieces:
    """Lines that wait to become paragraphs; a blank line ends one, but not inside a block of code."""

    def __init__(self, builder: DocumentBuilder, page: int | None) -> None:
        self._builder = builder
        self._page = page
        self._lines: list[str] = []

    def line(self, text: str, *, in_block: bool = False) -> None:
        if text.strip() or in_block:
            self._lines.append(text)
        else:
            self.flush()

    def heading(self, level: int, title: str) -> None:
        self.flush()
        self._builder.heading(level, title, self._page)

    def flush(self) -> None:
        add_paragraphs(self._builder, "\n".join(self._lines), self._page)
        self._lines = []


def add_rst(builder: DocumentBuilder, text: str, page: int | None = None) -> None:
    """Add reStructuredText: its underlines have no fixed rank, the first one met is the outermost."""
    pieces = _Pieces(builder, page)
    ranks: dict[str, int] = {}
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        over = bool(_is_rule(lines[at]) and at + 2 < len(lines) and lines[at + 2].rstrip() == lines[at].rstrip())
        title, under = (lines[at + 1], lines[at + 2]) if over else (lines[at], "".join(lines[at + 1 : at + 2]))
        # Code is indented, so that a title begins at the margin unless it stands between two lines.
        is_title = title.strip() and (over or not title[0].isspace()) and not _is_rule(title)
        # Counted in characters: who writes Chinese may draw a line of half the columns that docutils asks for.
        if is_title and _is_rule(under) and (over or len(under.rstrip()) >= len(title.strip())):
            rank = ranks.setdefault(("over" if over else "") + under[0], len(ranks) + 1)
            pieces.heading(rank, title)
            at += 3 if over else 2
            continue
        pieces.line(lines[at])
        at += 1
    pieces.flush()


def add_asciidoc(builder: DocumentBuilder, text: str, page: int | None = None) -> None:
    """Add AsciiDoc; comments are left out."""
    pieces = _Pieces(builder, page)
    fence = ""
    for line in text.split("\n"):
        stripped = line.rstrip()
        if fence:
            ends = stripped == fence
            if not fence.startswith("////"):
                pieces.line(line, in_block=not ends)
            fence = "" if ends else fence
        elif found := _ASCIIDOC_FENCE.match(stripped):
            mark = found.group()
            # Only a fence of back ticks may name its language behind it.
            if stripped == mark or mark == "```":
                fence = mark
            if not fence.startswith("////"):
                pieces.line(line)
        elif heading := _ASCIIDOC_HEADING.fullmatch(stripped):
            closing = " " + heading["level"]
            pieces.heading(len(heading["level"]), heading["title"].removesuffix(closing))
        elif not stripped.startswith("//"):
            pieces.line(line)
    pieces.flush()


def add_org(builder: DocumentBuilder, text: str, page: int | None = None) -> None:
    """Add an Org file; drawers of properties are left out."""
    pieces = _Pieces(builder, page)
    block, in_drawer = "", False
    for line in text.split("\n"):
        word = line.strip()
        if block:
            ends = word.lower() == f"#+end_{block}"
            if ends:
                pieces.flush()
            else:
                pieces.line(line, in_block=True)
            block = "" if ends else block
        elif in_drawer:
            in_drawer = word.upper() != ":END:"
        elif opened := _ORG_BLOCK.match(word):
            pieces.flush()
            block = opened["kind"].lower()
        elif word.upper() in (":PROPERTIES:", ":LOGBOOK:"):
            in_drawer = True
        elif titled := _ORG_TITLE.fullmatch(word):
            pieces.heading(1, titled["title"])
        elif heading := _ORG_HEADING.fullmatch(line.rstrip()):
            pieces.heading(len(heading["level"]) + 1, _ORG_TAGS.sub("", heading["title"]))
        else:
            pieces.line(line)
    pieces.flush()


READERS: Mapping[str, Reader] = {
    ".rst": add_rst,
    ".adoc": add_asciidoc,
    ".asciidoc": add_asciidoc,
    ".org": add_org,
}
"""By the suffixes of their files."""


def _is_rule(line: str) -> bool:
    return bool(_RST_LINE.fullmatch(line.rstrip()))
