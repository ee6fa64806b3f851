"""PDF: text page by page, bookmarks as headings, and plain words for files that cannot be read."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.pdf_cid import name_glyphs
from searchapp.sources.pdf_lines import join_lines, words_of
from searchapp.sources.pdf_outline import Bookmark, bookmarks, place_bookmarks

if TYPE_CHECKING:
    from pypdf import PdfReader

Result = TypeVar("Result")

_PROGRAM_PREFIX = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel)|powerpoint presentation|word)\s*-\s*", re.IGNORECASE
)
_FILE_TITLE = re.compile(
    r"\.(?:docx?|pptx?|xlsx?|dvi|tex|pdf|indd|qxd|ps|eps|rtf|odt|fm|pmd|cdr|ai|tmp|txt|html?)$", re.IGNORECASE
)
_NO_TITLE = re.compile(
    r"^(?:untitled.*|document\d*|slide \d+|title|no title|none|null|\W*|\(?anonymous\)?"
    r"|powerpoint presentation|microsoft word|无标题.*|未命名.*)$",
    re.IGNORECASE,
)
LONGEST_FIRST_LINE = 150
MOST_NAMED = 10


def parse_pdf(source: ParserInput) -> Parsed:
    """Read a PDF.

    Raises SourceError for one that is damaged, protected by a password, or without any text on its pages.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of every blemish; we report what matters
    reader = _open(source)
    count = _attempt(lambda: len(reader.pages))
    if count is None:
        raise _damaged(source.name, "its page tree cannot be read")
    if not count:
        raise _damaged(source.name, "it has no pages")
    texts, unreadable = _page_texts(reader, count)
    empty = tuple(number for number, text in enumerate(texts, start=1) if not text)
    if len(empty) == count:
        if unreadable == count:
            raise _damaged(source.name, "none of its pages can be read")
        raise SourceError(
            f"{source.name} has no text layer: {_all_pages(count)} scanned or holds pictures only.",
            "Run OCR on it first (ocrmypdf, for example) and add the result.",
        )
    marks = _attempt(lambda: bookmarks(reader)) or []
    title = _attempt(lambda: reader.metadata.title if reader.metadata else None)
    builder = DocumentBuilder()
    for number, text in enumerate(texts, start=1):
        for piece, headings in place_bookmarks(text, number, marks):
            builder.add(piece, headings, number)
    return builder.build(
        SourceType.PDF,
        title=_sensible_title(title) or _title_from_content(marks, texts),
        stem=source.stem,
        pages=count,
        pages_without_text=empty,
        note=f"{named_pages(empty)} no text." if empty else "",
    )


def _attempt(read: Callable[[], Result]) -> Result | None:
    """What ``read`` returns, or None where pypdf fails: one bad object must not cost the rest of the file."""
    try:
        return read()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - on broken objects pypdf raises whatever Python does, besides its own errors
        return None


def _open(source: ParserInput) -> PdfReader:
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError

    reader = _attempt(lambda: PdfReader(io.BytesIO(source.data)))
    if reader is None:
        raise _damaged(source.name, "it does not read as a PDF")
    try:
        is_open = not reader.is_encrypted or bool(reader.decrypt(""))  # many are encrypted and need no password
    except FileNotDecryptedError:
        is_open = False
    if not is_open:
        raise SourceError(
            f"{source.name} is protected by a password.", "Save a copy without the password and add that."
        )
    return reader


def _page_texts(reader: PdfReader, count: int) -> tuple[list[str], int]:
    """Each page's text, and how many pages could not be read at all."""
    for index in range(count):
        _attempt(lambda index=index: name_glyphs(reader.pages[index]))  # type: ignore[misc]
    raw = [_attempt(lambda index=index: reader.pages[index].extract_text()) for index in range(count)]  # type: ignore[misc]
    words = words_of(text for text in raw if text)
    return [join_lines(text or "", words).strip() for text in raw], raw.count(None)


def _all_pages(count: int) -> str:
    return "its only page is" if count == 1 else f"each of its {count} pages is"


def named_pages(numbers: Sequence[int]) -> str:
    """The subject of a sentence about some pages: ``Page 3 has``, ``Pages 1, 2 have``."""
    names = ", ".join(map(str, numbers[:MOST_NAMED])) + (" and more" if len(numbers) > MOST_NAMED else "")
    return f"Page {names} has" if len(numbers) == 1 else f"Pages {names} have"


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
