"""Makes the Office documents, e-books and archives that the tests read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence

import pptx as python_pptx
import xlsxwriter

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD_NAMES = {
    "w": _WORD,
    "m": _MATH,
    "r": _RELATED,
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "wps": "http://schemas.microsoft.com/office/word/2010/wordprocessingShape",
    "v": "urn:schemas-microsoft-com:vml",
}
_CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
    "<dc:title>{title}</dc:title><dcterms:modified>2024-05-06T07:08:09Z</dcterms:modified></cp:coreProperties>"
)
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def docx(body: str, title: str = "") -> bytes:
    """A Word document; ``body`` is paragraphs parted by newlines, or WordprocessingML."""
    if not body.startswith("<"):
        body = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in body.split("\n"))
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in [("1", "heading 1"), ("2", "标题 2")]
    )
    return zipped(
        {
            "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
            "word/document.xml": f'<w:document xmlns:w="{_WORD}" xmlns:m="{_MATH}"><w:body>{body}</w:body></w:document>',
            "word/styles.xml": f'<w:styles xmlns:w="{_WORD}">{styles}</w:styles>',
            "docProps/core.xml": _CORE.format(title=title),
        }
    )


def word(
    body: str, parts: Mapping[str, str | bytes] | None = None, related: Mapping[str, tuple[str, str]] | None = None
) -> bytes:
    """A Word document of WordprocessingML.

    ``parts`` are further ones by their names below word/, such as ``styles.xml``, without their namespaces;
    ``related`` are the document's relationships by id: their type's last word and their target.
    """
    names = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in WORD_NAMES.items())
    links = "".join(
        f'<Relationship Id="{key}" Type="{_RELATED}/{kind}" Target="{target}"/>'
        for key, (kind, target) in (related or {}).items()
    )
    return zipped(
        {
            "word/document.xml": f"<w:document {names}><w:body>{body}</w:body></w:document>",
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>',
            **{
                f"word/{name}": re.sub(r"^<(\w+:\w+)", rf"<\1 {names}", part)
                if isinstance(part, str) and name.endswith(".xml")
                else part
                for name, part in (parts or {}).items()
            },
        }
    )


def pptx(*slides: tuple[str, str], notes: str = "") -> bytes:
    """A presentation of slides with a title and a text."""
    presentation = python_pptx.Presentation()
    for title, text in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1 if title else 6])
        if title:
            slide.shapes.title.text = title
            slide.placeholders[1].text = text
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    out = io.BytesIO()
    presentation.save(out)
    return out.getvalue()


def xlsx(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    out = io.BytesIO()
    workbook = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = workbook.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    workbook.close()
    return out.getvalue()


def odt(
    text: str, *, manifest: str = "", kind: str = "text", styles: str = "", parts: Mapping[str, str] | None = None
) -> bytes:
    """An OpenDocument with ``text`` (its own elements) as content and ``styles`` before it.

    ``parts`` are further ones; ``{names}`` in them are the namespaces.
    """
    names = 'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/" ' + " ".join(
        f'xmlns:{key}="{_ODF}{value}:1.0"'
        for key, value in [
            ("office", "office"),
            ("text", "text"),
            ("table", "table"),
            ("draw", "drawing"),
            ("presentation", "presentation"),
            ("style", "style"),
            ("chart", "chart"),
        ]
    )
    meta = (
        f"<office:document-meta {names}><office:meta>"
        "<dc:title>Handbook</dc:title><dc:date>2024-05-06T07:08:09</dc:date></office:meta></office:document-meta>"
    )
    body = f"<office:body><office:{kind}>{text}</office:{kind}></office:body>"
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": f"<office:document-content {names}>{styles}{body}</office:document-content>",
            "meta.xml": meta,
            "META-INF/manifest.xml": manifest,
            **{name: part.replace("{names}", names) for name, part in (parts or {}).items()},
        }
    )


def epub(chapters: Mapping[str, str], encryption: str = "", nav: str = "", ncx: str = "") -> bytes:
    """An e-book; ``nav`` and ``ncx`` are its tables of contents as EPUB 3 and EPUB 2 have them."""
    items = "".join(f'<item id="{name}" href="{name}" media-type="application/xhtml+xml"/>' for name in chapters)
    items += '<item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>' if nav else ""
    items += '<item id="x" href="toc/toc.ncx" media-type="application/x-dtbncx+xml"/>' if ncx else ""
    spine = "".join(f'<itemref idref="{name}"/>' for name in chapters)
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
            "META-INF/encryption.xml": encryption,
            "OEBPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>A Book</dc:title><dc:language>en-GB</dc:language></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>",
            **{f"OEBPS/{name}": f"<html><body>{body}</body></html>" for name, body in chapters.items()},
            **({"OEBPS/nav.xhtml": f'<html><body><nav epub:type="toc">{nav}</nav></body></html>'} if nav else {}),
            **({"OEBPS/toc/toc.ncx": f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/">{ncx}</ncx>'} if ncx else {}),
        }
    )
