"""PDF: text page by page, bookmarks as headings, and plain words for files that cannot be read."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.pdf_cid import name_glyphs
from searchapp.sources.pdf_lines import mended
from searchapp.sources.pdf_outline import Bookmark, bookmarks, place_bookmarks
from searchapp.sources.pdf_salvage import NOTE, stray_pages
from searchapp.sources.pdf_scans import read_scans
from searchapp.sources.pdf_texts import attempt, read_texts
from searchapp.sources.titles import sensible_title
from searchapp.sources.unlock import locked

if TYPE_CHECKING:
    from pypdf import PageObject

    from searchapp.sources.pdf_keys import WatchedReader

LONGEST_FIRST_LINE = 150
ILLEGIBLE = "\ufffd"


def parse_pdf(source: ParserInput) -> Parsed:
    """Read a PDF.

    Raises SourceError for one that is damaged, protected by a password, or without any text on its pages.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of every blemish; we report what matters
    from searchapp.sources.pdf_keys import PageKeys

    reader, password = _open(source)
    pages, lost_tree = _pages(reader, source.name)
    known = attempt(lambda: PageKeys(pages))
    if known is None:  # a broken object, over which pypdf stumbles in another way when it comes by again
        reader, password = _open(source)
        pages, lost_tree = _pages(reader, source.name)
    count = len(pages)
    raw = list(read_texts(reader, pages, known))
    unreadable = raw.count(None)
    texts = ["" if _is_illegible(text) else text.strip() for text in mended([text or "" for text in raw])]
    scans = [number for number, text in enumerate(texts, start=1) if not text]
    if unreadable == count:
        raise _damaged(source.name, "none of its pages can be read")
    found = read_scans(source, password, scans)
    for number, text in found.texts.items():
        texts[number - 1] = text
    empty = tuple(number for number in scans if number not in found.texts)
    if len(empty) == count:
        raise SourceError(
            f"{source.name} has no text layer: {_all_pages(count)} scanned or holds pictures only.",
            found.remedy,
            found.lacking,
        )
    marks = attempt(lambda: bookmarks(reader)) or []
    title = attempt(lambda: reader.metadata.title if reader.metadata else None)
    builder = DocumentBuilder()
    for number, text in enumerate(texts, start=1):
        for piece, headings in place_bookmarks(text, number, marks):
            builder.add(piece, headings, number)
    return builder.build(
        SourceType.PDF,
        title=sensible_title(title) or _title_from_content(marks, texts),
        stem=source.stem,
        pages=count,
        pages_without_text=empty,
        note=f"{NOTE if lost_tree else ''} {found.note(empty)}".strip(),
        lacking=found.lacking,
    )


def _open(source: ParserInput) -> tuple[WatchedReader, str]:
    """The opened file, and the password that opened it (many are encrypted and need none)."""
    from searchapp.sources.pdf_keys import WatchedReader

    reader = attempt(lambda: WatchedReader(io.BytesIO(source.data)))
    if reader is None:
        raise _damaged(source.name, "it does not read as a PDF")
    if not reader.is_encrypted:
        return reader, ""
    for password in ("", *source.options.passwords):
        if attempt(lambda password=password: reader.decrypt(password)):  # type: ignore[misc]
            return reader, password
    raise locked(source.name, tried=bool(source.options.passwords))


def _pages(reader: WatchedReader, name: str) -> tuple[list[PageObject], bool]:
    """The pages, their fonts completed, and whether they had to be found without the page tree."""
    pages = attempt(lambda: list(reader.pages))
    lost_tree = pages is None
    if pages is None:
        pages = attempt(lambda: stray_pages(reader))
    if not pages:
        raise _damaged(name, "its page tree cannot be read" if lost_tree else "it has no pages")
    for page in pages:
        attempt(lambda page=page: name_glyphs(page))  # type: ignore[misc]
    return pages, lost_tree


def _is_illegible(text: str) -> bool:
    """Whether most of the text is characters that the file does not tell: its fonts name none, or are lost."""
    return text.count(ILLEGIBLE) * 2 > len("".join(text.split()))


def _all_pages(count: int) -> str:
    return "its only page is" if count == 1 else f"each of its {count} pages is"


def _damaged(name: str, what: str) -> SourceError:
    return SourceError(f"{name} is damaged: {what}.", "Get a fresh copy, or open it in a PDF viewer and save it again.")


def _title_from_content(marks: list[Bookmark], texts: list[str]) -> str:
    if marks:
        return marks[0].title
    first = next(one_line(line) for text in texts for line in text.splitlines() if line.strip())
    letters = sum(character.isalpha() for character in first)
    return first if len(first) <= LONGEST_FIRST_LINE and letters * 2 >= len(first) and letters >= 2 else ""
