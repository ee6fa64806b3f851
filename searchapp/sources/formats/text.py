"""Plain text: paragraphs, pages where form feeds part them, and the headings of three markups that are read as text."""

from __future__ import annotations

from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.encoding import decode
from searchapp.sources.formats.drawn_tables import add_paragraphs
from searchapp.sources.formats.light_markup import READERS
from searchapp.sources.parsed import Parsed, ParserInput


def parse_text(source: ParserInput) -> Parsed:
    """Read plain text; with form feeds in it, each page keeps its number."""
    builder = DocumentBuilder()
    pages = lines_of(source.data).strip("\f\n ").split("\f")
    read = READERS.get(source.suffix, add_paragraphs)
    for number, content in enumerate(pages, start=1):
        read(builder, content, number if len(pages) > 1 else None)
    return builder.build(SourceType.TEXT, title="", stem=source.stem, pages=len(pages) if len(pages) > 1 else None)


def lines_of(data: bytes) -> str:
    """Text of any encoding, with one kind of line end."""
    return decode(data).replace("\r\n", "\n").replace("\r", "\n")
