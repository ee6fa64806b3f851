"""Plain text: paragraphs, pages where form feeds part them, and the headings of reStructuredText and AsciiDoc."""

from __future__ import annotations

import re

from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.encoding import decode
from searchapp.sources.parsed import Parsed, ParserInput

_PARAGRAPH_END = re.compile(r"\n[^\S\n]*\n")
_RST_HEADING = re.compile(r"^(?P<title>\S.*)\n(?P<line>([=\-~^\"'`#*+.:_])\3{2,})[^\S\n]*$", re.MULTILINE)
_ASCIIDOC_HEADING = re.compile(r"^(?P<level>={1,6})[ \t]+(?P<title>\S.*)$", re.MULTILINE)
_RST_OVERLINE = re.compile(r"^([=\-~^\"'`#*+.:_])\1{2,}[^\S\n]*\n(?=[^\S\n]*\S.*\n\1{3})", re.MULTILINE)


def parse_text(source: ParserInput) -> Parsed:
    """Read plain text; with form feeds in it, each page keeps its number."""
    text = decode(source.data).replace("\r\n", "\n").replace("\r", "\n")
    builder = DocumentBuilder()
    pages = text.strip("\f\n ").split("\f")
    for number, content in enumerate(pages, start=1):
        page = number if len(pages) > 1 else None
        if source.suffix == ".rst":
            _add_rst(builder, content, page)
        elif source.suffix in (".adoc", ".asciidoc"):
            _add_asciidoc(builder, content, page)
        else:
            _add_paragraphs(builder, content, page)
    return builder.build(SourceType.TEXT, title="", stem=source.stem, pages=len(pages) if len(pages) > 1 else None)


def _add_paragraphs(builder: DocumentBuilder, text: str, page: int | None) -> None:
    for paragraph in _PARAGRAPH_END.split(text):
        builder.add(paragraph, page=page, verbatim=True)  # tables and code in plain text live by their spaces


def _add_asciidoc(builder: DocumentBuilder, text: str, page: int | None) -> None:
    position = 0
    for found in _ASCIIDOC_HEADING.finditer(text):
        _add_paragraphs(builder, text[position : found.start()], page)
        builder.heading(len(found["level"]), found["title"], page)
        position = found.end()
    _add_paragraphs(builder, text[position:], page)


def _add_rst(builder: DocumentBuilder, text: str, page: int | None) -> None:
    levels: dict[str, int] = {}
    position = 0
    text = _RST_OVERLINE.sub("", text)
    for found in _RST_HEADING.finditer(text):
        title = found["title"].strip()
        if len(found["line"]) < len(title):
            continue
        _add_paragraphs(builder, text[position : found.start()], page)
        # reStructuredText gives its underlines no fixed rank: the first one met is the outermost.
        builder.heading(levels.setdefault(found["line"][0], len(levels) + 1), title, page)
        position = found.end()
    _add_paragraphs(builder, text[position:], page)
