"""PDF: text page by page, bookmarks as headings, and plain words for files that cannot be read."""

from __future__ import annotations

import io
import logging
import re
import struct
import zlib
from typing import TYPE_CHECKING

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.pdf_lines import join_lines, words_of
from searchapp.sources.pdf_outline import Bookmark, bookmarks, place_bookmarks

if TYPE_CHECKING:
    from pypdf import PdfReader

# pypdf meets damaged objects with whatever Python raises there, besides its own errors.
_PARSER_FAULTS = (
    ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError, NotImplementedError, OSError,
    AssertionError, EOFError, struct.error, zlib.error,
)  # fmt: skip

_PROGRAM_PREFIX = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel)|powerpoint presentation|word)\s*-\s*", re.IGNORECASE
)
_FILE_TITLE = re.compile(
    r"\.(?:docx?|pptx?|xlsx?|dvi|tex|pdf|indd|qxd|ps|eps|rtf|odt|fm|pmd|cdr|ai|tmp|txt|html?)$", re.IGNORECASE
)
_NO_TITLE = re.compile(
    r"^(?:untitled.*|document\d*|slide \d+|title|no title|none|null|\W*|\(?anonymous\)?|无标题.*|未命名.*)$",
    re.IGNORECASE,
)
LONGEST_FIRST_LINE = 150


def parse_pdf(source: ParserInput) -> Parsed:
    """Read a PDF.

    Raises SourceError for one that is damaged, protected by a password, or without any text on its pages.
    """
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of every blemish; we report what matters
    faults = (PyPdfError, *_PARSER_FAULTS)
    try:
        reader = _open(source)
        count = len(reader.pages)
    except faults as error:
        raise _damaged(source.name, "its page tree cannot be read") from error
    if not count:
        raise _damaged(source.name, "it has no pages")
    texts, unreadable = _page_texts(reader, count, faults)
    empty = tuple(number for number, text in enumerate(texts, start=1) if not text)
    if len(empty) == count:
        if len(unreadable) == count:
            raise _damaged(source.name, "none of its pages can be read")
        raise SourceError(
            f"{source.name} has no text layer: its {count} page(s) are scanned pages or pictures.",
            "Run OCR on it first (ocrmypdf, for example) and add the result.",
        )
    try:
        marks = bookmarks(reader)
    except faults:
        marks = []  # a broken outline takes nothing from the text
    try:
        title = _sensible_title(reader.metadata.title if reader.metadata else None)
    except faults:
        title = ""
    builder = DocumentBuilder()
    for number, text in enumerate(texts, start=1):
        for piece, headings in place_bookmarks(text, number, marks):
            builder.add(piece, headings, number)
    return builder.build(
        SourceType.PDF,
        title=title or _title_from_content(marks, texts),
        stem=source.stem,
        pages=count,
        pages_without_text=empty,
    )


def _open(source: ParserInput) -> PdfReader:
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError

    try:
        reader = PdfReader(io.BytesIO(source.data))  # it tries the empty password by itself
        if reader.is_encrypted and not reader.decrypt(""):
            raise FileNotDecryptedError
        return reader
    except FileNotDecryptedError as error:
        raise SourceError(
            f"{source.name} is protected by a password.", "Save a copy without the password and add that."
        ) from error


def _page_texts(reader: PdfReader, count: int, faults: tuple[type[Exception], ...]) -> tuple[list[str], set[int]]:
    """Each page's text, and the numbers of pages that could not be read at all."""
    raw: list[str] = []
    unreadable: set[int] = set()
    for index in range(count):
        try:
            raw.append(reader.pages[index].extract_text())
        except faults:
            raw.append("")  # one bad page must not cost the others
            unreadable.add(index + 1)
    words = words_of(raw)
    return [join_lines(text, words).strip() for text in raw], unreadable


def _damaged(name: str, what: str) -> SourceError:
    return SourceError(f"{name} is damaged: {what}.", "Get a fresh copy, or open it in a PDF viewer and save it again.")


def _sensible_title(title: str | None) -> str:
    """The metadata's title, unless it is a template's, a program's or a file's name."""
    line = _PROGRAM_PREFIX.sub("", one_line(title or ""))
    if len(line) < 3 or _NO_TITLE.match(line) or _FILE_TITLE.search(line) or "\ufffd" in line:
        return ""
    return line


def _title_from_content(marks: list[Bookmark], texts: list[str]) -> str:
    if marks:
        return marks[0].title
    first = next(one_line(line) for text in texts for line in text.splitlines() if line.strip())
    letters = sum(character.isalpha() for character in first)
    return first if len(first) <= LONGEST_FIRST_LINE and letters * 2 >= len(first) and letters >= 2 else ""
