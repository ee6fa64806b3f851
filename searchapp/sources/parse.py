"""Bytes of any supported kind to ``Parsed``: unpack, sniff, and hand over to the format's own parser."""

from __future__ import annotations

import dataclasses

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.sniff import sniff
from searchapp.sources.unpack import gunzip


def parse(source: ParserInput, max_bytes: int) -> Parsed:
    """Parse ``source``; gzip content may unpack to ``max_bytes``.

    Raises SourceError, naming the source, for anything that does not end as a text.
    """
    if not source.data:
        raise SourceError(f"{source.name} is empty (0 bytes).", "Get a fresh copy of it, or leave it out.")
    source = dataclasses.replace(source, data=gunzip(source.data, source.name, max_bytes))
    parsed = _parse(sniff(source), source)
    if not parsed.text:
        raise SourceError(f"{source.name} holds no text.", "Leave it out, or add the text that it should hold.")
    return parsed


def _parse(kind: SourceType, source: ParserInput) -> Parsed:
    # Each parser is imported when its first document comes: a folder of Markdown never pays for the PDF library.
    if kind is SourceType.PDF:
        from searchapp.sources.pdf import parse_pdf

        return parse_pdf(source)
    if kind is SourceType.HTML:
        from searchapp.sources.html import parse_html

        return parse_html(source)
    if kind is SourceType.MARKDOWN:
        from searchapp.sources.markdown import parse_markdown

        return parse_markdown(source)
    from searchapp.sources.text import parse_text

    return parse_text(source)
