"""Headings by their looks, and a document's title: what is larger or bolder than the text, short, and stands alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from searchapp.sources.builder import one_line
from searchapp.sources.pdf.outline import Bookmark
from searchapp.sources.pdf.page import LaidPage, Piece, Role
from searchapp.sources.pdf.tables import joined_cell

LARGER = 1.12
"""Times the text's size."""

TITLE = 1.15
LONGEST = 150
LONGEST_BOLD = 90
"""Characters."""

MOST_LINES = 3
DEEPEST = 4
MOST_OF_TEXT = 0.25
"""A style that holds more of the text is none of headings."""

_BULLET = re.compile(r"[•●▪■◦‣∙\uf0b7\uf0a7✓➢►–—-]")
_NO_TITLE = re.compile(r"(?:table of )?contents|abstract|inhalt(?:sverzeichnis)?|sommaire|目\s*[录錄次]", re.IGNORECASE)
_NO_ENDS = tuple(".,;。，；、")


def mark_headings(pages: Sequence[LaidPage], body: float) -> None:
    """Give headings their role and level, 1 for the largest style."""
    found: dict[tuple[float, bool], list[Piece]] = {}
    share: Counter[tuple[float, bool]] = Counter()
    for page in pages:
        for piece in page.pieces:
            style = _style(piece)
            share[style] += len(piece.text)
            if piece.role is Role.TEXT and _may_head(piece, body):
                found.setdefault(style, []).append(piece)
    most = MOST_OF_TEXT * max(1, sum(share.values()))
    styles = sorted((style for style in found if share[style] <= most), reverse=True)
    for level, style in enumerate(styles, start=1):
        for piece in found[style]:
            piece.role, piece.level = Role.HEADING, min(level, DEEPEST)
    for page in pages:
        _join_broken(page)


def _join_broken(page: LaidPage) -> None:
    """Headings of several lines that stand too far apart to be one paragraph."""
    kept: list[Piece] = []
    for piece in page.pieces:
        last = kept[-1] if kept else None
        if (
            last
            and last.role is piece.role is Role.HEADING
            and _style(last) == _style(piece)
            and 0 <= piece.top - last.bottom < 1.1 * piece.size
            and len(last.text) + len(piece.text) < LONGEST
            and not piece.text[0].isdigit()
        ):
            last.text = joined_cell(last.text, piece.text)
            last.bottom = piece.bottom
        else:
            kept.append(piece)
    page.pieces = kept


def bookmarks_of(pages: Sequence[LaidPage]) -> tuple[Bookmark, ...]:
    """The headings as an outline would name them: page and path."""
    path: list[tuple[int, str]] = []
    found = []
    for number, page in enumerate(pages, start=1):
        for piece in page.pieces:
            if piece.role is not Role.HEADING:
                continue
            piece.text = one_line(piece.text)  # as a line of its own it is found again
            while path and path[-1][0] >= piece.level:
                path.pop()
            path.append((piece.level, piece.text))
            found.append(Bookmark(number, tuple(title for _, title in path)))
    return tuple(found)


def title_of(pages: Sequence[LaidPage], body: float) -> str:
    """The largest text of the first page with any, or empty where none is larger than the document's."""
    first = next((page for page in pages if any(piece.text for piece in page.pieces)), None)
    pieces = [piece for piece in first.pieces if piece.role in (Role.TEXT, Role.HEADING)] if first else []
    named = [piece for piece in pieces if _letters(piece.text) >= 2 and not _NO_TITLE.fullmatch(piece.text.strip())]
    if not named:
        return ""
    largest = max(named, key=lambda piece: piece.size)
    if largest.size < TITLE * body:
        return ""
    start = named.index(largest)
    parts = [largest.text]
    for before, piece in zip(named[start:], named[start + 1 :], strict=False):
        near = piece.top - before.bottom < 1.2 * piece.size
        if abs(piece.size - largest.size) > 0.5 or not near:
            break
        parts.append(piece.text)
    title = one_line(" ".join(parts))
    return title if len(title) <= LONGEST else ""


def _style(piece: Piece) -> tuple[float, bool]:
    return round(piece.size * 2) / 2, piece.is_bold


def _may_head(piece: Piece, body: float) -> bool:
    text = piece.text
    if (
        _BULLET.match(text)
        or piece.lines > MOST_LINES
        or len(text) > LONGEST
        or _letters(text) < 2
        or text.rstrip().endswith(_NO_ENDS)
    ):
        return False
    if piece.size >= LARGER * body:
        return True
    return piece.is_bold and piece.size >= 0.97 * body and len(text) <= LONGEST_BOLD and piece.lines <= 2


def _letters(text: str) -> int:
    return sum(character.isalpha() for character in text)
