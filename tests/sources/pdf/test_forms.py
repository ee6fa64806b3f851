"""Form fields and annotations: what is filled in or written on a page is part of what it says."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Highlight, Link, Text
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, NumberObject, TextStringObject
from reportlab.pdfgen.canvas import Canvas

from searchapp.errors import SourceError
from searchapp.sources.formats import parse
from searchapp.sources.parsed import Parsed, ParserInput
from tests.sources.pdf_files import pdf

RECT = (50, 550, 200, 650)


def read(data: bytes) -> Parsed:
    return parse(ParserInput("/in/form.pdf", data))


def form(*, words: str = "Application for a berth", flags: int = 0) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(72, 760, words)
    fields = canvas.acroForm
    fields.textfield(name="vessel", tooltip="Name of vessel", value="Sturmvogel III", x=100, y=700)
    fields.textfield(name="empty", tooltip="Left empty", value="", x=100, y=670)
    fields.checkbox(name="power", tooltip="Electricity", checked=True, x=100, y=640)
    fields.checkbox(name="water", tooltip="Water", checked=False, x=100, y=610)
    fields.choice(
        name="berth",
        tooltip="Berth",
        value="South 9",
        options=["North 1", "South 9"],
        x=100,
        y=580,
        width=90,
        height=20,
    )
    fields.radio(name="season", tooltip="Season", value="winter", selected=True, x=100, y=550)
    fields.radio(name="season", tooltip="Season", value="summer", selected=False, x=130, y=550)
    fields.textfield(name="secret", tooltip="Password", value="hunter2", fieldFlags="password", x=100, y=490)
    canvas.save()
    return out.getvalue()


def annotated(*annotations: DictionaryObject, text: str = "Contract draft for the tug.") -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(text))))
    for annotation in annotations:
        writer.add_annotation(0, annotation)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def hidden() -> DictionaryObject:
    note = Text(text="Not for readers.", rect=RECT)
    note[NameObject("/F")] = NumberObject(2)
    return note


def test_values_stand_with_their_labels_on_their_page() -> None:
    parsed = read(form())
    lines = parsed.text.splitlines()
    for line in ("Name of vessel: Sturmvogel III", "Berth: South 9", "Season: winter"):
        assert line in lines
    assert any(line.startswith("Electricity: ") for line in lines)
    assert not any(word in parsed.text for word in ("Left empty", "Water", "summer", "hunter2"))
    assert {section.page for section in parsed.sections} == {1}


def test_a_page_of_nothing_but_values_is_no_picture() -> None:
    parsed = read(form(words=""))
    assert "Name of vessel: Sturmvogel III" in parsed.text
    assert (parsed.pages_without_text, parsed.note) == ((), "")


def test_what_annotations_say_is_kept_once() -> None:
    quads = ArrayObject([FloatObject(value) for value in (50, 650, 200, 650, 50, 550, 200, 550)])
    marked = Highlight(rect=RECT, quad_points=quads)
    marked[NameObject("/Contents")] = TextStringObject("the tug")  # which the page says already
    link = Link(rect=RECT, url="https://example.org/")
    link[NameObject("/Contents")] = TextStringObject("Opens a site.")
    free = FreeText(text="Penalty clause: 450 euros per day.", rect=RECT)
    note = Text(text="违约金应为六百欧元。", rect=RECT)
    text = read(annotated(free, note, free, marked, hidden(), link)).text
    assert text.splitlines() == [
        "Contract draft for the tug.",
        "",
        "Penalty clause: 450 euros per day.",
        "违约金应为六百欧元。",
    ]


def test_values_that_are_inherited_and_parents_that_go_round_in_a_circle() -> None:
    def widget(**entries: object) -> DictionaryObject:
        named = {NameObject(f"/{name}"): value for name, value in entries.items()}
        rect = ArrayObject(map(NumberObject, (50, 550, 200, 650)))
        kind = {NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Widget")}
        return DictionaryObject({**kind, NameObject("/Rect"): rect, **named})

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("A form."))))
    parent = DictionaryObject({NameObject("/T"): TextStringObject("owner"), NameObject("/FT"): NameObject("/Tx")})
    parent[NameObject("/V")] = TextStringObject("Harbour office")
    parent[NameObject("/Parent")] = writer._add_object(parent)
    chinese = widget(FT=NameObject("/Tx"), TU=TextStringObject("泊位说明"), V=TextStringObject("靠近加油站"))
    broken = widget(FT=NumberObject(3), V=parent["/Parent"], Ff=TextStringObject("x"))
    for one in (widget(Parent=parent["/Parent"]), widget(FT=NameObject("/Tx"), V=NumberObject(7)), broken, chinese):
        writer.add_annotation(0, one)
    out = io.BytesIO()
    writer.write(out)
    assert read(out.getvalue()).text.splitlines()[2:] == ["owner: Harbour office", "7", "泊位说明: 靠近加油站"]


def test_broken_annotations_cost_nothing_else() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(annotated(FreeText(text="Seen.", rect=RECT)))))
    writer.pages[0][NameObject("/Annots")].insert(0, NumberObject(4))
    out = io.BytesIO()
    writer.write(out)
    assert "Seen." in read(out.getvalue()).text


def test_a_page_of_nothing_at_all_still_fails() -> None:
    with pytest.raises(SourceError, match="has no text layer"):
        read(annotated(hidden(), text=""))
