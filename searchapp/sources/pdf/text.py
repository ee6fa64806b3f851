"""The text of a PDF's pages, as a person reads them.

PDFium says where each word stands, and ``page`` makes blocks of them in reading order. A page of which pypdf makes
more (fewer letters that the file does not tell, fewer words torn or run together) is read by that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from pypdf import PageObject

from searchapp.sources.builder import one_line
from searchapp.sources.parsed import ParserInput
from searchapp.sources.pdf.composition import PageText, compose
from searchapp.sources.pdf.furniture import body_size, mark_footnotes, mark_furniture
from searchapp.sources.pdf.headings import bookmarks_of, mark_headings, title_of
from searchapp.sources.pdf.legibility import as_chinese, in_chinese, is_guessed, is_illegible, is_suspect, worth
from searchapp.sources.pdf.memory import remember, remembered
from searchapp.sources.pdf.outline import Bookmark, place_bookmarks
from searchapp.sources.pdf.page import LaidPage, Piece, Role, lay_out
from searchapp.sources.pdf.page_keys import PageKeys
from searchapp.sources.pdf.rules import boxes_of
from searchapp.sources.pdf.words import frame_of
from searchapp.text.sentences import CELL_BREAK

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

Result = TypeVar("Result")

LONGEST_FIRST_LINE = 150
ILLEGIBLE = "\ufffd"


@dataclass(frozen=True, slots=True)
class PageTexts:
    """A text for each page, empty where it has none that can be read; ``unreadable`` counts pages that are broken.

    ``headings`` are what the layout shows as such, as if they were bookmarks. ``title`` is the largest text at the
    beginning, or empty; ``first_line`` is there in any case.
    """

    texts: list[str]
    unreadable: int
    headings: tuple[Bookmark, ...] = ()
    title: str = ""
    first_line: str = ""
    pages: list[PageText] = field(default_factory=list, repr=False)

    def sections(self, number: int, text: str, marks: list[Bookmark]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Page ``number`` (from 1), whose text is now ``text``, in pieces with their headings.

        These are the titles of ``marks``, and below them the header of a table that has one.
        """
        page = self.pages[number - 1]
        tables = page.tables if page.text == text else []
        end = 0
        for piece, path in place_bookmarks(text, number, marks):
            start = text.index(piece, end)
            end = position = start + len(piece)
            position = start
            for table in tables:
                if not start <= table.start < end:
                    continue
                yield text[position : table.start], path
                position = min(table.end, end)
                yield text[table.start : position], (*path, table.header)
            yield text[position:end], path


def read_pages(source: ParserInput, password: str, pages: Sequence[PageObject]) -> PageTexts:
    """Read all pages; ``password`` is the one that opened the file."""
    laid: list[LaidPage | None] = []
    known = PageKeys(pages).keys
    document = _opened(source.data, password, len(pages))
    try:
        for number, page in enumerate(pages):
            source.progress()
            one = remembered(known[number])
            if one is None:
                one = _read(document if known[number] else None, number, page)
                if one is not None:
                    remember(known[number], one)
            laid.append(one)
    finally:
        if document is not None:
            document.close()
    whole = [page or LaidPage(0, 0, []) for page in laid]
    mark_furniture(whole)
    body = body_size(whole)
    mark_footnotes(whole, body)
    mark_headings(whole, body)
    title = title_of(whole, body)
    headings = bookmarks_of(whole)
    texts = compose(whole)
    return PageTexts(
        [page.text for page in texts],
        laid.count(None),
        headings,
        title,
        _first_line([page.text for page in texts]),
        texts,
    )


def _opened(data: bytes, password: str, count: int) -> PdfDocument | None:
    """The file, unless PDFium cannot read it or finds other pages in it."""
    from pypdfium2 import PdfDocument

    document = attempt(lambda: PdfDocument(data, password=password or None))
    if document is not None and len(document) != count:
        document.close()
        return None
    return document


def _read(document: PdfDocument | None, number: int, page: PageObject) -> LaidPage | None:
    laid = attempt(lambda: _laid(document, number)) if document is not None else None
    text = "\n".join(piece.text for piece in laid.pieces) if laid else ""
    if laid and in_chinese(text):
        return _as_chinese(laid)
    if laid and not is_suspect(text):
        return laid
    other = attempt(page.extract_text)
    if laid and (other is None or worth(other) <= worth(text)):
        return LaidPage(laid.width, laid.height, []) if is_illegible(text) else laid
    if other is None:
        return None
    if is_illegible(other):
        return LaidPage(0, 0, [])
    parts = [part for part in other.strip().split("\n\n") if part.strip()]
    return LaidPage(0, 0, [Piece(part, Role.TEXT, 0, 0, 0, 0, lines=part.count("\n") + 1) for part in parts])


def _laid(document: PdfDocument, number: int) -> LaidPage:
    page = document[number]
    layer = page.get_textpage()
    try:
        laid = lay_out(frame_of(page), layer, boxes_of(page))
        if is_guessed(layer, " ".join(piece.text for piece in laid.pieces)):
            for piece in laid.pieces:
                piece.text, piece.rows = ILLEGIBLE * len(piece.text), []
        return laid
    finally:
        layer.close()
        page.close()


def _as_chinese(page: LaidPage) -> LaidPage:
    for piece in page.pieces:
        piece.text = as_chinese(piece.text)
        piece.rows = [[as_chinese(cell) for cell in row] for row in piece.rows]
    return page


def _first_line(texts: list[str]) -> str:
    lines = (line for text in texts for line in text.splitlines())
    first = next((one_line(line) for line in lines if line.strip() and CELL_BREAK not in line), "")
    letters = sum(character.isalpha() for character in first)
    return first if len(first) <= LONGEST_FIRST_LINE and letters * 2 >= len(first) and letters >= 2 else ""


def attempt(read: Callable[[], Result]) -> Result | None:
    """What ``read`` returns, or None where it fails: one bad object must not cost the rest of the file."""
    try:
        return read()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - on broken objects pypdf raises whatever Python does, besides its own errors
        return None
