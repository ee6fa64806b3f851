"""PDF: text page by page, bookmarks as headings, and plain words for files that cannot be read.

What stands on the pages without being part of them, form fields and annotations, follows each page's text; attached
files follow the document's.
"""

from __future__ import annotations

import logging

from pypdf import PageObject

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.formats.metadata import sensible_title, without_page_numbers
from searchapp.sources.members import read_members
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.pdf.attachments import attached
from searchapp.sources.pdf.forms import page_additions
from searchapp.sources.pdf.opening import open_pdf
from searchapp.sources.pdf.outline import bookmarks
from searchapp.sources.pdf.recognition import read_scans
from searchapp.sources.pdf.text import attempt, read_pages


def parse_pdf(source: ParserInput) -> Parsed:
    """Read a PDF.

    Raises SourceError for one that is damaged, protected by a password, or without any text.
    """
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of every blemish; we report what matters
    opened = open_pdf(source)
    source, reader, pages = opened.source, opened.reader, opened.pages
    count = len(pages)
    read = read_pages(source, opened.password, pages)
    additions = [_additions(page, text) for page, text in zip(pages, read.texts, strict=True)]
    found = read_scans(source, opened.password, read.texts)
    texts = [found.texts.get(number, text) for number, text in enumerate(read.texts, start=1)]
    empty = tuple(number for number, text in enumerate(texts, start=1) if not text and not additions[number - 1])
    marks = attempt(lambda: bookmarks(reader)) or list(read.headings)
    title = attempt(lambda: reader.metadata.title if reader.metadata else None)
    builder = DocumentBuilder()
    for note in (*opened.notes, *found.notes(empty)):
        builder.note(note)
    for number, text in enumerate(texts, start=1):
        headings: tuple[str, ...] = ()
        for piece, headings in read.sections(number, text, marks):
            builder.add(piece, headings, number)
        builder.add("\n".join(additions[number - 1]), headings, number)
    files = attached(reader, pages, is_locked=opened.locks_files)
    read_members(builder, source, files)
    if builder.is_empty:
        if read.unreadable == count:
            raise SourceError("pdf_pages_unreadable", name=source.name)
        raise SourceError("no_text_layer", name=source.name, pages=count, remedy=found.remedy, lacking=found.lacking)
    said = (title, read.title, marks[0].title if marks else "", read.first_line)
    title = next(filter(None, (without_page_numbers(sensible_title(one)) for one in said)), "")
    builder.lacking = found.lacking or builder.lacking
    return builder.build(SourceType.PDF, title=title, stem=source.stem, pages=count, pages_without_text=empty)


def _additions(page: PageObject, text: str) -> list[str]:
    return attempt(lambda: page_additions(page, text)) or []
