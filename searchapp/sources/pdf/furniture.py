"""Running headers, footers and page numbers: what recurs in the same place on many pages.

The first of each is kept where it says something, for it may be said nowhere else; of page numbers none is.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

from searchapp.sources.pdf.page import LaidPage, Piece, Role

MARGIN = 0.2
"""This share of a page at its top and at its bottom may hold furniture."""

DEEPEST = 3
"""Pieces from the edge that are looked at."""

LEAST_PAGES = 3
LONGEST = 200
"""Characters."""

_COUNT = r"(?:\d{1,5}|[ivxlc]{1,7}|[一二三四五六七八九十百零〇]{1,5})"
_PAGE = re.compile(
    rf"第 ?{_COUNT} ?[页頁](?:[ /,，]*共 ?{_COUNT} ?[页頁])?"
    rf"|\b(?:page|seite|página|pagina|p\.) ?{_COUNT}\b(?: ?(?:of|von|de|di|sur|/) ?{_COUNT}\b)?"
    rf"|\b\d{{1,5}} ?(?:of|/) ?\d{{1,5}}\b|^\W{{0,3}}{_COUNT}(?!\w)|(?<!\w){_COUNT}\W{{0,3}}$",
    re.IGNORECASE,
)
"""A page's number where pages carry it. Other numbers are words like others: they tell two sentences apart."""

_NOTE = re.compile(r"(?:\[?\d{1,3}\]?|[*†‡§¶]|[①-⑳])[.)]?\s*[^\W\d]")


def mark_furniture(pages: Sequence[LaidPage]) -> None:
    """Give what recurs in the margins of ``pages`` its role; what is to be left out loses its text."""
    found: defaultdict[tuple[str, bool], list[tuple[int, Piece]]] = defaultdict(list)
    for number, page in enumerate(pages):
        for piece, is_top in _margins(page):
            found[_key(piece.text), is_top].append((number, piece))
    groups: list[tuple[str, list[tuple[int, Piece]]]] = []
    for (key, is_top), places in found.items():
        for group in _by_place(places, pages, is_top=is_top):
            here = {number for number, _ in group}
            if len(here) >= min(LEAST_PAGES, max(2, len(pages))) or _alternates(here, len(pages)):
                groups.append((key, group))
    recurring = {id(piece) for _, group in groups for _, piece in group}
    bare = {number for number, page in enumerate(pages) if all(id(piece) in recurring for piece in page.pieces)}
    for key, group in groups:  # a page on which nothing else stands keeps what it has
        _leave_out([piece for number, piece in group if number not in bare], is_number=not any(map(str.isalpha, key)))


def _margins(page: LaidPage) -> Iterator[tuple[Piece, bool]]:
    """The pieces near the top edge (True) and near the bottom edge."""
    lines = [
        piece
        for piece in page.pieces
        if piece.role in (Role.TEXT, Role.CAPTION) and piece.lines <= 3 and len(piece.text) <= LONGEST
    ]
    by_top = sorted(page.pieces, key=lambda piece: piece.top)
    outer_top = {id(piece) for piece in _levels(by_top, lambda piece: piece.top)}
    by_bottom = sorted(page.pieces, key=lambda piece: -piece.bottom)
    outer_bottom = {id(piece) for piece in _levels(by_bottom, lambda piece: piece.bottom)}
    for piece in lines:
        if id(piece) in outer_top and piece.bottom < MARGIN * page.height:
            yield piece, True
        elif id(piece) in outer_bottom and piece.top > (1 - MARGIN) * page.height:
            yield piece, False


def _levels(pieces: Sequence[Piece], edge: Callable[[Piece], float]) -> Iterator[Piece]:
    """The pieces of the outermost levels."""
    seen: list[float] = []
    for piece in pieces:
        at = edge(piece)
        if not any(abs(at - level) < 0.6 * piece.size for level in seen):
            if len(seen) == DEEPEST:
                return
            seen.append(at)
        yield piece


def _key(text: str) -> str:
    """The text with its page number, if it has one, made the same on all pages."""
    return " ".join(_PAGE.sub(" # ", " ".join(text.casefold().split())).split())


def _by_place(
    places: Sequence[tuple[int, Piece]], pages: Sequence[LaidPage], *, is_top: bool
) -> Iterator[list[tuple[int, Piece]]]:
    """Those that stand at one distance from the edge."""
    groups: list[list[tuple[int, Piece]]] = []
    marks: list[float] = []
    for number, piece in places:
        at = piece.top if is_top else pages[number].height - piece.bottom
        near = next((index for index, mark in enumerate(marks) if abs(mark - at) < 0.5 * piece.size + 2), None)
        if near is None:
            marks.append(at)
            groups.append([(number, piece)])
        else:
            groups[near].append((number, piece))
    yield from groups


def _alternates(here: set[int], count: int) -> bool:
    """Whether a short document has it on every second page."""
    return len(here) >= 2 and 2 * len(here) >= count


def _leave_out(pieces: Sequence[Piece], *, is_number: bool) -> None:
    for number, piece in enumerate(pieces):
        piece.role = Role.FURNITURE
        if number or is_number:
            piece.text = ""


def body_size(pages: Sequence[LaidPage]) -> float:
    """The size of most of the text, in points."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for piece in page.pieces:
            if piece.role is not Role.FURNITURE:
                sizes[round(piece.size * 2) / 2] += len(piece.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def mark_footnotes(pages: Sequence[LaidPage], body: float) -> None:
    """Give notes at the foot of a page or column their role: small, and begun by a sign or a number."""
    for page in pages:
        last = False
        for piece in page.pieces:
            small = piece.size <= 0.92 * body and piece.top > 0.5 * page.height
            if piece.role is not Role.TEXT or not small:
                last = False
                continue
            last = last or bool(_NOTE.match(piece.text))
            if last:
                piece.role = Role.FOOTNOTE
