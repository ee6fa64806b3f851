"""Word: mammoth turns styles into headings, lists, tables and footnotes; the walk over its HTML does the rest."""

from __future__ import annotations

import io
import zipfile

from searchapp.model import SourceType
from searchapp.sources.archive import Archive
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.html_walk import walk
from searchapp.sources.office_math import write_out_formulas
from searchapp.sources.office_properties import read_properties
from searchapp.sources.parsed import Parsed, ParserInput

_HEADING_NAMES = ("标题", "見出し", "제목", "Überschrift", "Titre", "Título", "Titolo", "Заголовок", "Kop", "Nagłówek")
"""What programs other than Word call their heading styles in the file; Word itself always writes English names."""

STYLE_MAP = "\n".join(
    [
        "p[style-name='Title'] => h1:fresh",
        "p[style-name='Subtitle'] => p:fresh",
        *(f"p[style-name='{name} {level}'] => h{level}:fresh" for name in _HEADING_NAMES for level in range(1, 7)),
        "p[style-name^='Code'] => pre:separator('\\n')",
    ]
)


def parse_docx(source: ParserInput) -> Parsed:
    """Read a Word document without its pictures, page headers, comments and deleted text.

    Raises SourceError for one that is damaged.
    """
    import mammoth
    from lxml import html

    archive = Archive(source)
    properties = read_properties(archive)
    try:
        converted = mammoth.convert_to_html(
            io.BytesIO(_with_plain_formulas(source.data, archive)),
            style_map=STYLE_MAP,
            include_embedded_style_map=False,
            convert_image=lambda _: [],
            external_file_access=False,
        )
    except MemoryError:
        raise
    except Exception as error:
        raise archive.damaged() from error
    builder = DocumentBuilder()
    if converted.value:
        walk(html.fromstring(f"<body>{converted.value}</body>"), builder)
    return builder.build(SourceType.DOCX, title=properties.title, stem=source.stem, modified=properties.modified)


def _with_plain_formulas(data: bytes, archive: Archive) -> bytes:
    """The document with its formulas as runs of text, since mammoth leaves them out."""
    changed = {
        name: written
        for name in ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
        if (written := write_out_formulas(archive.read(name)))
    }
    if not changed:
        return data
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            new.writestr(member, changed.get(member.filename) or archive.read(member.filename))
    return out.getvalue()
