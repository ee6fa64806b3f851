"""The text of laid-out pages: what is no furniture, notes at the end, sentences whole that go on over the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from searchapp.sources.builder import SEPARATOR
from searchapp.sources.pdf.layout import ITEM_START
from searchapp.sources.pdf.lines import CUT, join_lines, words_of
from searchapp.sources.pdf.page import LaidPage, Piece, Role
from searchapp.sources.pdf.words import IS_CJK
from searchapp.sources.tables import is_header, row_line
from searchapp.text.sentences import is_whole, sentence_spans

LEAST_BEGUN = 20
LEAST_REST = 6
LONGEST_REST = 600
"""Characters of a sentence on its first page and on its second: less is a label, more no sentence."""

_AT_END = (Role.FOOTNOTE, Role.ASIDE)


@dataclass(frozen=True, slots=True)
class TableSpan:
    """Where a table stands in its page's text, and the row that names its columns."""

    start: int
    end: int
    header: str


@dataclass(slots=True)
class PageText:
    """A page's text and the tables in it that have a header."""

    text: str
    tables: list[TableSpan] = field(default_factory=list)


def compose(pages: Sequence[LaidPage]) -> list[PageText]:
    """The text of each page."""
    bodies = [[piece for piece in page.pieces if piece.text and not _is_last(piece, page)] for page in pages]
    notes = [[piece for piece in page.pieces if piece.text and _is_last(piece, page)] for page in pages]
    for here, there in pairwise(bodies):
        _carry(here, there)
    texts = [piece.text for body in (*bodies, *notes) for piece in body]
    words = words_of(texts) if any(map(CUT.search, texts)) else frozenset()
    made = []
    header, width = "", 0
    for body, note in zip(bodies, notes, strict=True):
        page = PageText("")
        last_in_list = False
        for number, piece in enumerate([*body, *note]):
            if piece.rows:
                last_in_list = False
                continues = number == 0 and bool(header) and width == len(piece.rows[0])
                header, width = _add_table(page, piece, header if continues else ""), len(piece.rows[0])
                continue
            header = ""
            in_list = bool(ITEM_START.match(piece.text))
            _append(page, join_lines(piece.text, words), "\n" if in_list and last_in_list else SEPARATOR)
            last_in_list = in_list
        made.append(page)
    return made


def _is_last(piece: Piece, page: LaidPage) -> bool:
    return piece.role in _AT_END or (piece.role is Role.FURNITURE and piece.top > page.height / 2)


def _append(page: PageText, text: str, separator: str = SEPARATOR) -> None:
    page.text += (separator if page.text and text else "") + text


def _add_table(page: PageText, piece: Piece, header: str) -> str:
    """Add a table's rows; returns its header: its own, or that of the table that goes on here."""
    first, *rest = map(tuple, piece.rows)
    own = bool(rest) and any(first) and is_header(first, rest)
    header = row_line(piece.rows[0]) if own else header
    text = "\n".join(filter(None, map(row_line, piece.rows)))
    _append(page, text)
    if header:
        page.tables.append(TableSpan(len(page.text) - len(text), len(page.text), header))
    return header


def _carry(here: list[Piece], there: list[Piece]) -> None:
    """Move the rest of a sentence that goes on over the page to where it begins."""
    first = next((piece for piece in there if piece.role is not Role.FURNITURE), None)
    last = here[-1] if here else None
    if not first or not last or last.role is not Role.TEXT or first.role is not Role.TEXT:
        return
    begun, rest = last.text.rstrip(), first.text.lstrip()
    begins = begun.splitlines()[-1] if begun else ""
    if len(begun) < LEAST_BEGUN or is_whole(begun) or not begins or not rest:
        return
    cjk = bool(IS_CJK.match(begins[-1]) and IS_CJK.match(rest[0]))
    if not cjk and not rest[0].islower():
        return
    start, end = next(sentence_spans(rest), (0, 0))
    if not LEAST_REST // (2 if cjk else 1) <= end - start <= LONGEST_REST or not is_whole(rest[start:end]):
        return
    between = "\n" if begun.endswith(("-", "\u2010")) else "" if cjk else " "
    last.text = begun + between + rest[:end]
    first.text = rest[end:].lstrip()
    if not first.text:
        there.remove(first)
