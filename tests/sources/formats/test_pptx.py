"""What a presentation shows is read: slide shows, diagrams, tables with merged cells, comments, embedded documents."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pptx as python_pptx
import pytest
from pptx.util import Inches

from searchapp.messages import shown
from searchapp.sources.formats import parse
from searchapp.sources.parsed import Parsed, ParserInput
from tests.sources.formats.test_word import SMARTART
from tests.sources.office_files import WORD_NAMES, pptx, xlsx, zipped

_PRESENTATION = "http://schemas.openxmlformats.org/presentationml/2006/main"
_NAMES = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in {**WORD_NAMES, "p": _PRESENTATION}.items())
_MAIN = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"


def read(data: bytes, name: str = "a.pptx") -> Parsed:
    return parse(ParserInput(f"/in/{name}", data))


def changed(
    data: bytes, parts: Mapping[str, str | bytes], related: Mapping[str, tuple[str, str]] | None = None
) -> bytes:
    """A presentation with other parts, and more relationships of its first slide."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    links = "".join(
        f'<Relationship Id="{key}" Type="http://x/{kind}" Target="{target}"/>'
        for key, (kind, target) in (related or {}).items()
    )
    rels = "ppt/slides/_rels/slide1.xml.rels"
    members[rels] = members[rels].replace(b"</Relationships>", f"{links}</Relationships>".encode())
    types = "".join(f'<Override PartName="/{name}" ContentType="x/x"/>' for name in parts if name not in members)
    members["[Content_Types].xml"] = members["[Content_Types].xml"].replace(b"</Types>", f"{types}</Types>".encode())
    return zipped(members | dict(parts))


def with_shapes(shapes: str) -> bytes:
    """A slide with further shapes, as PresentationML."""
    data = pptx(("Harbour", "Text."))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        slide = archive.read("ppt/slides/slide1.xml").decode()
    slide = slide.replace("<p:spTree>", f"<p:spTree {_NAMES}>")
    return changed(data, {"ppt/slides/slide1.xml": slide.replace("</p:spTree>", f"{shapes}</p:spTree>")})


def shape(inner: str, place: str = "") -> str:
    return (
        f'<p:sp><p:nvSpPr><p:cNvPr id="77" name="x"/><p:cNvSpPr/><p:nvPr>{place}</p:nvPr></p:nvSpPr><p:spPr/>'
        f"<p:txBody><a:bodyPr/><a:p>{inner}</a:p></p:txBody></p:sp>"
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.ppsx", "application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml"),
        ("a.potx", "application/vnd.openxmlformats-officedocument.presentationml.template.main+xml"),
        ("a.ppsm", "application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml"),
        ("a.pptm", "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"),
    ],
)
def test_slide_shows_and_templates_are_presentations(name: str, kind: str) -> None:
    data = pptx(("步骤", "Leave by stair B."))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        types = archive.read("[Content_Types].xml").replace(_MAIN.encode(), kind.encode())
    parsed = read(changed(data, {"[Content_Types].xml": types}), name)
    assert parsed.text == "步骤\n\nLeave by stair B." and parsed.pages == 1


def test_text_between_alternatives_and_formulas_are_read() -> None:
    formula = (
        "<m:oMath><m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup></m:oMath>"
    )
    several = (
        f"<mc:AlternateContent><mc:Choice>{{}}</mc:Choice><mc:Fallback>{shape('')}</mc:Fallback></mc:AlternateContent>"
    )
    shapes = several.format(shape(f"<a:r><a:t>面积 = </a:t></a:r>{formula}")) + shape("<a:fld><a:t>2030</a:t></a:fld>")
    assert read(with_shapes(shapes)).text.endswith("Text.\n\n面积 = x^2\n\n2030")


def test_smartart_is_read() -> None:
    frame = (
        '<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="9" name="d"/><p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr>'
        '<p:xfrm/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/diagram">'
        '<dgm:relIds r:dm="rId90"/></a:graphicData></a:graphic></p:graphicFrame>'
    )
    data = SMARTART.replace("<dgm:dataModel", f"<dgm:dataModel {_NAMES}")
    parts = {"ppt/diagrams/data1.xml": data}
    parsed = read(changed(with_shapes(frame), parts, {"rId90": ("diagramData", "../diagrams/data1.xml")}))
    assert parsed.text.endswith("Text.\n\nHarbour\n  泵房")


def test_what_stands_on_every_slide_is_kept_once() -> None:
    foot = shape("<a:r><a:t>机密</a:t></a:r>", '<p:ph type="ftr" idx="11"/>')
    number = shape("<a:fld><a:t>1</a:t></a:fld>", '<p:ph type="sldNum" idx="12"/>')
    assert read(with_shapes(foot + foot + number)).text.endswith("Text.\n\n机密")


def test_hidden_slides_are_read_and_said() -> None:
    data = pptx(("One", "a"), ("Two", "b"), ("Three", "c"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        slide = archive.read("ppt/slides/slide2.xml").replace(b"<p:sld ", b'<p:sld show="0" ')
    parsed = read(changed(data, {"ppt/slides/slide2.xml": slide}))
    assert "Two" in parsed.text
    assert shown(parsed.note) == "Slide 2 is hidden in the presentation, but was read."
    assert shown(parsed.note, "zh") == "第 2 张幻灯片在演示文稿中是隐藏的，但已读取。"


def test_comments_old_and_new_follow_their_slide() -> None:
    old = f'<p:cmLst {_NAMES}><p:cm authorId="3"><p:text>Which pier?</p:text></p:cm></p:cmLst>'
    body = "<x:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></x:txBody>"
    new = (
        f'<x:cmLst {_NAMES} xmlns:x="http://schemas.microsoft.com/office/powerpoint/2018/8/main"><x:cm authorId="4"><x:replyLst>'
        f'<x:reply authorId="4">{body.format("四号。")}</x:reply></x:replyLst>{body.format("Pier?")}</x:cm></x:cmLst>'
    )
    parts = {"ppt/comments/comment1.xml": old, "ppt/comments/modern.xml": new}
    related = {"rId90": ("comments", "../comments/comment1.xml"), "rId91": ("comments", "../comments/modern.xml")}
    parsed = read(changed(pptx(("Harbour", "Text.")), parts, related))
    assert parsed.text.endswith("Text.\n\nWhich pier?\nPier?\n四号。")


def test_embedded_documents_are_read() -> None:
    parts = {"ppt/embeddings/fees.xlsx": xlsx({"Fees": [["Berth", "Fee"], ["North", 77]]})}
    parsed = read(changed(pptx(("Harbour", "Text.")), parts, {"rId90": ("package", "../embeddings/fees.xlsx")}))
    assert "North | 77" in parsed.text and not parsed.note


def test_a_table_keeps_its_columns_under_merged_cells() -> None:
    presentation = python_pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    table = slide.shapes.add_table(3, 3, 0, 0, Inches(4), Inches(2)).table
    for row, cells in enumerate([("Model", "Load", "Reach"), ("KX", "9 t", "30 m"), ("", "7 t", "40 m")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    out = io.BytesIO()
    presentation.save(out)
    parsed = read(out.getvalue())
    assert "KX | 9 t | 30 m\nKX | 7 t | 40 m" in parsed.text
    assert parsed.sections[-1].table == ("Model | Load | Reach",)
