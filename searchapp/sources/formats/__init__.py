"""Bytes of any supported kind to ``Parsed``: unpack, sniff, and hand over to the format's own parser.

One file a format: each feeds a ``DocumentBuilder`` in reading order. PDF, of several files, is in ``sources.pdf``.
"""

from __future__ import annotations

import dataclasses

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.containers import gunzip, unlock
from searchapp.sources.libreoffice import LIBREOFFICE
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.sniff import MHTML_SUFFIXES, sniff


def parse(source: ParserInput) -> Parsed:
    """Parse ``source``.

    Raises SourceError, naming the source, for anything that does not end as a text.
    """
    if not source.data:
        raise SourceError("file_empty", name=source.name)
    source = dataclasses.replace(source, data=gunzip(source.data, source.name, source.options.max_bytes))
    source = dataclasses.replace(source, data=unlock(source))
    parsed = _parse(sniff(source), source)
    if not parsed.text:
        raise SourceError("file_without_text", name=source.name)
    return parsed


def _parse(kind: SourceType, source: ParserInput) -> Parsed:
    # Each parser is imported when its first document comes: a folder of Markdown never pays for the PDF library.
    match kind:
        case SourceType.PDF:
            from searchapp.sources.pdf.document import parse_pdf

            return parse_pdf(source)
        case SourceType.HTML if source.suffix in MHTML_SUFFIXES:
            from searchapp.sources.formats.mhtml import parse_mhtml

            return parse_mhtml(source)
        case SourceType.HTML:
            from searchapp.sources.formats.html import parse_html

            return parse_html(source)
        case SourceType.MARKDOWN:
            from searchapp.sources.formats.markdown import parse_markdown

            return parse_markdown(source)
        case SourceType.DOCX:
            from searchapp.sources.formats.word.document import parse_docx

            return parse_docx(source)
        case SourceType.PPTX:
            from searchapp.sources.formats.pptx import parse_pptx

            return parse_pptx(source)
        case SourceType.XLSX | SourceType.ODS:
            from searchapp.sources.formats.sheets import parse_spreadsheet

            return parse_spreadsheet(source, kind)
        case SourceType.ODT | SourceType.ODP:
            from searchapp.sources.formats.opendocument import parse_opendocument

            return parse_opendocument(source, kind)
        case SourceType.EPUB:
            from searchapp.sources.formats.epub import parse_epub

            return parse_epub(source)
        case SourceType.CSV:
            from searchapp.sources.formats.sheets import parse_csv

            return parse_csv(source)
        case SourceType.EMAIL:
            from searchapp.sources.formats.mail import parse_email

            return parse_email(source)
        case SourceType.IMAGE:
            from searchapp.sources.formats.image import parse_image

            return parse_image(source)
        case SourceType.RTF:
            from searchapp.sources.formats.rtf import parse_rtf

            return parse_rtf(source)
        case SourceType.DOC | SourceType.PPT:
            # Whoever asks has LibreOffice make a newer file of it, in a process that may write one.
            raise SourceError("libreoffice_needed", name=source.name, kind=kind.value, lacking=LIBREOFFICE)
        case SourceType.NOTEBOOK:
            from searchapp.sources.formats.notebook import parse_notebook

            return parse_notebook(source)
        case SourceType.JSON:
            from searchapp.sources.formats.structured import parse_json

            return parse_json(source)
        case SourceType.YAML:
            from searchapp.sources.formats.yaml_events import parse_yaml

            return parse_yaml(source)
        case SourceType.XML:
            from searchapp.sources.formats.xml import parse_xml

            return parse_xml(source)
        case SourceType.SUBTITLES:
            from searchapp.sources.formats.subtitles import parse_subtitles

            return parse_subtitles(source)
        case SourceType.LATEX:
            from searchapp.sources.formats.latex import parse_latex

            return parse_latex(source)
        case SourceType.CODE:
            from searchapp.sources.formats.code import parse_code

            return parse_code(source)
        case SourceType.ARCHIVE:
            from searchapp.sources.formats.archive import parse_archive

            return parse_archive(source)
        case SourceType.TEXT:
            from searchapp.sources.formats.text import parse_text

            return parse_text(source)
