"""Word: mammoth turns styles into headings, lists, tables and footnotes; the walk over its HTML does the rest.

Formulas (OMML), which mammoth leaves out, become a line of text first: fractions with a slash, powers with ^, indices
with _.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.containers import Archive, xml_parser
from searchapp.sources.formats.markup import body_of, parse_markup, walk
from searchapp.sources.formats.metadata import read_properties
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

_MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DEEPEST_FORMULA = 60


def parse_docx(source: ParserInput) -> Parsed:
    """Read a Word document without its pictures, page headers, comments and deleted text.

    Raises SourceError for one that is damaged.
    """
    import mammoth

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
        walk(body_of(parse_markup(converted.value)), builder)
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


def write_out_formulas(part: bytes) -> bytes:
    """A part of a Word document in which each formula is a run of text; empty where there is none to change."""
    from lxml import etree

    if b"oMath" not in part:
        return b""
    try:
        tree = etree.fromstring(part, xml_parser())
    except etree.LxmlError:
        return b""
    formulas = list(tree.iter(f"{{{_MATH}}}oMath"))
    for formula in formulas:
        run = etree.Element(f"{{{_WORD}}}r")
        text = etree.SubElement(run, f"{{{_WORD}}}t")
        text.text = linear(formula)
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        parent = formula.getparent()
        if parent.tag == f"{{{_MATH}}}oMathPara":
            paragraph = parent.getparent()
            text.text = f" {text.text} "
            paragraph.insert(paragraph.index(parent), run)
        else:
            parent.replace(formula, run)
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True) if formulas else b""


def linear(element: Any, depth: int = 0) -> str:
    """A formula's text in reading order."""
    if depth > DEEPEST_FORMULA:
        return ""

    def part(name: str) -> str:
        found = element.find(f"{{{_MATH}}}{name}")
        return "" if found is None else linear(found, depth + 1)

    match element.tag.rpartition("}")[2]:
        case "t":
            return element.text or ""
        case "f":
            return f"{_grouped(part('num'))}/{_grouped(part('den'))}"
        case "sSup":
            return f"{part('e')}^{_grouped(part('sup'))}"
        case "sSub":
            return f"{part('e')}_{_grouped(part('sub'))}"
        case "sSubSup":
            return f"{part('e')}_{_grouped(part('sub'))}^{_grouped(part('sup'))}"
        case "rad":
            return f"√{part('deg')}({part('e')})"
        case "nary":
            sign = element.find(f"{{{_MATH}}}naryPr/{{{_MATH}}}chr")
            symbol = "∫" if sign is None else sign.get(f"{{{_MATH}}}val") or "∫"
            lower, upper = part("sub"), part("sup")
            return f"{symbol}{f'_{_grouped(lower)}' * bool(lower)}{f'^{_grouped(upper)}' * bool(upper)} {part('e')}"
        case "d":
            return f"({', '.join(linear(child, depth + 1) for child in element.findall(f'{{{_MATH}}}e'))})"
        case _:
            return "".join(linear(child, depth + 1) for child in element if isinstance(child.tag, str))


def _grouped(text: str) -> str:
    return text if len(text.strip()) <= 1 else f"({text.strip()})"
