"""One page of a PDF as a picture, and where on it a chunk stands. Runs in the parser's process (``worker``)."""

from __future__ import annotations

import base64
import io
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from searchapp.errors import SourceError
from searchapp.sources.containers import gunzip, locked
from searchapp.sources.parsed import PagePlace, ParserInput

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage

MOST_PIXELS = 12_000_000
"""A page that is very long for its width is drawn smaller, so that one page cannot take all the memory."""

MOST_MARKS = 400
"""Rectangles on one page: a chunk has one for each line."""

SHINGLE = 8
"""Letters and digits that must agree in a row before a place counts as part of the chunk."""

LEAST_PIECES = 5
LEAST_FOUND = 0.3
"""What must agree: so many pieces of each part, and this share of the whole chunk."""

MOST_PARTS = 60


def draw_page(source: ParserInput, number: int, width: int) -> str:
    """Page ``number`` (from 1) of a PDF, ``width`` pixels wide, as a PNG in base 64.

    Raises SourceError for a file or page that cannot be drawn.
    """
    document = opened(source)
    page = page_of(document, source.name, number)
    wide, high = page.get_size()
    scale = min(width / wide, (MOST_PIXELS / (wide * high)) ** 0.5)
    picture = io.BytesIO()
    page.render(scale=scale).to_pil().save(picture, "png")
    return base64.b64encode(picture.getvalue()).decode("ascii")


def place_passage(source: ParserInput, number: int, passage: str) -> PagePlace:
    """Page ``number`` as it is seen, with the rectangles of ``passage``.

    There are none where the page has no text layer, or another text.
    """
    document = opened(source)
    page = page_of(document, source.name, number)
    wide, high = page.get_size()
    marks = list(_rectangles(page, passage)) if passage else []
    return PagePlace(len(document), wide, high, tuple(marks[:MOST_MARKS]))


def opened(source: ParserInput) -> PdfDocument:
    """The file, by whichever password opens it; raises SourceError."""
    from pypdfium2 import PdfDocument, PdfiumError

    data = gunzip(source.data, source.name, source.options.max_bytes)
    for password in (None, *source.options.passwords):
        try:
            return PdfDocument(data, password=password)
        except PdfiumError as error:
            if "password" not in str(error).lower():
                raise SourceError("pdf_not_drawable", name=source.name) from error
    raise locked(source.name, tried=bool(source.options.passwords))


def page_of(document: PdfDocument, name: str, number: int) -> PdfPage:
    """Page ``number`` (from 1); raises SourceError."""
    from pypdfium2 import PdfiumError

    if not 1 <= number <= len(document):
        raise SourceError("pdf_page_missing", name=name, page=number, pages=len(document))
    try:
        page = document[number - 1]
    except PdfiumError as error:
        raise SourceError("pdf_page_damaged", name=name, page=number) from error
    if min(page.get_size()) <= 0:
        raise SourceError("pdf_page_without_size", name=name, page=number)
    return page


def _rectangles(page: PdfPage, passage: str) -> Iterator[tuple[float, float, float, float]]:
    from pypdfium2.raw import FPDFText_GetUnicode

    layer = page.get_textpage()
    letters: list[str] = []
    places: list[int] = []  # the index in the text layer of each letter
    for index in range(layer.count_chars()):
        for letter in _letters(chr(FPDFText_GetUnicode(layer, index))):
            letters.append(letter)
            places.append(index)
    for start, end in find_passage("".join(letters), "".join(_letters(passage))):
        yield from _lines(page, layer, places[start], places[end - 1])


def _lines(page: PdfPage, layer: PdfTextPage, first: int, last: int) -> Iterator[tuple[float, float, float, float]]:
    """A rectangle for each line from the character ``first`` to ``last``."""
    from pypdfium2.raw import FPDFText_GetUnicode

    while last + 1 < layer.count_chars() and unicodedata.category(chr(FPDFText_GetUnicode(layer, last + 1)))[0] == "P":
        last += 1  # the full stop belongs to the sentence
    wide, high = page.get_size()
    for n in range(layer.count_rects(first, last - first + 1)):
        left, bottom, right, top = layer.get_rect(n)
        corners = [_seen(page, left, top), _seen(page, right, bottom)]
        xs, ys = zip(*corners, strict=True)
        yield min(xs) / wide, min(ys) / high, (max(xs) - min(xs)) / wide, (max(ys) - min(ys)) / high


def find_passage(text: str, passage: str) -> list[tuple[int, int]]:
    """Where ``passage`` stands in ``text``, as (start, end) of its parts in their order; empty where not.

    Both hold letters and digits only. Two extractors seldom agree on every letter, and not always on the order of the
    lines, so that a chunk is found by the pieces that agree: those that lie as far from each other here as there
    are one part.
    """
    if not passage:
        return []
    whole = text.find(passage)
    if whole >= 0:
        return [(whole, whole + len(passage))]
    offsets = range(0, len(passage) - SHINGLE + 1)
    hits = [(offset, place) for offset in offsets for place in _all(text, passage[offset : offset + SHINGLE])]
    slack = max(SHINGLE, len(passage) // 8)
    parts: list[tuple[int, int, int]] = []
    found = 0
    while hits and len(parts) < MOST_PARTS:
        votes = Counter((place - offset) // slack for offset, place in hits)
        best = max(votes, key=lambda bucket: votes[bucket] + votes[bucket + 1])
        part = [(offset, place) for offset, place in hits if (place - offset) // slack in (best, best + 1)]
        used = {offset for offset, _ in part}
        if len(used) < LEAST_PIECES:
            break
        places = [place for _, place in part]
        parts.append((min(used), min(places), max(places) + SHINGLE))
        found += len(used)
        hits = [hit for hit in hits if hit[0] not in used]
    return [(start, end) for _, start, end in sorted(parts)] if found >= LEAST_FOUND * len(offsets) else []


def _all(text: str, piece: str) -> Iterator[int]:
    place = text.find(piece)
    while place >= 0:
        yield place
        place = text.find(piece, place + 1)


def _letters(text: str) -> Iterator[str]:
    """Letters and digits, the shapes and cases of one letter being one."""
    return (letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())


def _seen(page: PdfPage, x: float, y: float) -> tuple[float, float]:
    """A point of the page's own coordinates where it is seen: turned and cropped, from the top left, in points."""
    import ctypes

    from pypdfium2.raw import FPDF_PageToDevice

    fine = 100  # the answer is in whole units
    wide, high = page.get_size()
    column, row = ctypes.c_int(), ctypes.c_int()
    FPDF_PageToDevice(page, 0, 0, round(wide * fine), round(high * fine), 0, x, y, column, row)
    return column.value / fine, row.value / fine
