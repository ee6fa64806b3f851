"""Which reader a page is read by, encodings, and that pages are remembered."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, NameObject

from searchapp.errors import SourceError
from searchapp.sources.builder import PDF_PAGES_MB, TextMemory
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.pdf import memory as pdf_memory
from searchapp.sources.pdf import text as pdf_text
from searchapp.sources.pdf.document import parse_pdf
from searchapp.sources.pdf.legibility import is_illegible, is_suspect, worth
from tests.sources.pdf_files import joined, pdf, scanned


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> TextMemory:
    fresh = TextMemory(PDF_PAGES_MB)
    monkeypatch.setattr(pdf_memory, "MEMORY", fresh)
    return fresh


@pytest.fixture
def laid(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The pages (from 0) that were laid out and not remembered."""
    numbers: list[int] = []
    lay: Any = pdf_text._laid

    def counted(document: object, number: int) -> object:
        numbers.append(number)
        return lay(document, number)

    monkeypatch.setattr(pdf_text, "_laid", counted)
    return numbers


def parse(data: bytes) -> Parsed:
    return parse_pdf(ParserInput("/in/report.pdf", data))


def test_only_the_page_that_changed_is_laid_out_again(laid: list[int]) -> None:
    parse(pdf("one", "two", "three"))
    again = parse(pdf("one", "new", "three", "four"))
    assert laid == [0, 1, 2, 1, 3]
    assert [again.text[s.start : s.end] for s in again.sections] == ["one", "new", "three", "four"]


def test_a_page_is_known_in_another_place_of_another_file(laid: list[int]) -> None:
    parse(pdf("one", "two"))
    parse(joined(pdf("zero"), pdf("one", "two")))
    assert laid == [0, 1, 0]


def test_what_is_laid_out_beside_other_pages_is_remembered_as_it_was(laid: list[int]) -> None:
    """A page that was cut as furniture in one file is whole in another."""
    pages = [f"The same line\n\n\n\nand word {number}" for number in range(4)]
    parse(pdf(*pages))
    assert parse(pdf(pages[2])).text.startswith("The same line")
    assert laid == [0, 1, 2, 3]


def test_another_font_is_another_page(laid: list[int]) -> None:
    data = pdf("see here")
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    page: Any = writer.pages[0]
    for font in page["/Resources"]["/Font"].values():
        font.get_object()[NameObject("/BaseFont")] = NameObject("/Courier")
    out = io.BytesIO()
    writer.write(out)
    parse(data)
    parse(out.getvalue())
    assert laid == [0, 0]


def test_a_page_without_text_is_looked_at_by_both_readers() -> None:
    with pytest.raises(SourceError, match="no text layer"):
        parse(scanned(pdf("one")))


def test_progress_is_told_page_by_page() -> None:
    told: list[int] = []
    parse_pdf(ParserInput("/in/a.pdf", pdf("one", "two", "three"), progress=lambda: told.append(1)))
    assert len(told) >= 3


@pytest.mark.parametrize(
    ("text", "illegible", "suspect"),
    [
        ("Words that read well, and more of them.", False, False),
        ("", False, True),
        ("/g135/g148/g3 /g22/g7/g135", True, True),
        ("\ue001\ue002\ue003 \ue004\ue005", True, True),
        ("/one.os/two.os/three.os", True, True),
        ("\uf0b7 a list\n\uf0b7 of Symbol's dots", False, False),
        ("see /etc/hosts and /usr/bin", False, False),
        ("T h e k e e p e r o f t h e l i g h t w a l k s u p t h e s t a i r", False, True),
        ("thekeeperofthelightwalksupthestair every evening", False, True),
        ("灯 塔 守 望 者 每 天 傍 晚 沿 着 石 阶 走 上 灯 塔 点 亮 灯 火 写", False, False),
    ],
)
def test_what_reads_badly_is_known(text: str, illegible: bool, suspect: bool) -> None:
    assert (is_illegible(text), is_suspect(text)) == (illegible, suspect)


def test_the_better_of_two_readings_is_worth_more() -> None:
    assert worth("The keeper of the light " * 5) > worth("T h e k e e p e r o f t h e l i g h t " * 5)
    assert worth("The keeper of the light") > worth("Thekeeperofthelightwalksup") > worth("\ufffd" * 25)


def test_a_page_that_pdfium_reads_worse_is_read_by_pypdf(monkeypatch: pytest.MonkeyPatch) -> None:
    page = "The keeper of the northern light walks up the stair"
    lay: Any = pdf_text._laid

    def torn(document: object, number: int) -> object:
        made = lay(document, number)
        for piece in made.pieces:
            piece.text = " ".join(piece.text.replace(" ", ""))
        return made

    monkeypatch.setattr(pdf_text, "_laid", torn)
    assert parse(pdf(page)).text == page


def test_a_page_that_pdfium_cannot_read_is_read_by_pypdf(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(document: object, number: int) -> object:
        raise ValueError(number)

    monkeypatch.setattr(pdf_text, "_laid", broken)
    assert parse(pdf("A line of text")).text == "A line of text"

    def also(page: PageObject) -> str:
        raise ValueError(page)

    monkeypatch.setattr(PageObject, "extract_text", also)
    with pytest.raises(SourceError):
        parse(pdf("Another line of text"))


def test_a_file_with_a_broken_object_is_read_all_the_same() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("one", "two"))))
    broken = DecodedStreamObject()
    broken.set_data(b"BROKEN")
    page: Any = writer.pages[0]
    next(iter(page["/Resources"]["/Font"].values())).get_object()[NameObject("/Broken")] = writer._add_object(broken)
    out = io.BytesIO()
    writer.write(out)
    data = out.getvalue()
    start = data.rindex(b"<<", 0, data.index(b"BROKEN"))
    assert parse(data[:start] + b"(" + data[start + 1 :]).text == "one\n\ntwo"


# --- real files


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("*.pdf")):
        yield path.name, parse(path.read_bytes()).text


@pytest.mark.slow
def test_real_files_read_the_same_from_memory(shared_data: Path) -> None:
    folder = shared_data / "pdfs" / "docling"
    if not folder.exists():
        pytest.skip("the PDFs are not there")
    assert list(texts(folder)) == list(texts(folder))


def test_arabic_ligatures_and_tables_from_the_right(shared_data: Path) -> None:
    path = shared_data / "pdfs" / "docling" / "right_to_left_03.pdf"
    if not path.exists():
        pytest.skip("the PDF is not there")
    text = parse(path.read_bytes()).text
    assert "بورس کالای ايران" in text and "تاريخ پذيرش | 1403/10/04" in text
