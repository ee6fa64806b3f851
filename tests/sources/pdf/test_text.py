"""Pages that were read before are known again, and nothing else is taken for them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
)

from searchapp.errors import SourceError
from searchapp.sources.builder import PDF_PAGES_MB, TextMemory
from searchapp.sources.parsed import Parsed, ParserInput, ParserOptions
from searchapp.sources.pdf import text as pdf_text
from searchapp.sources.pdf.document import parse_pdf
from tests.sources.pdf_files import encrypted, joined, pdf, scanned

BOMB = "bomb_giant.pdf"
LARGE = 500_000
"""Bytes; the few files above it take longer than all the others together."""

PASSWORDS = ("openpassword", "test", "password", "abc", "asdfasdf", "foo")


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch) -> TextMemory:
    fresh = TextMemory(PDF_PAGES_MB)
    monkeypatch.setattr(pdf_text, "MEMORY", fresh)
    return fresh


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that were read from pages and not remembered."""
    texts: list[str] = []
    extract = PageObject.extract_text

    def counted(page: PageObject) -> str:
        texts.append(extract(page))
        return texts[-1]

    monkeypatch.setattr(PageObject, "extract_text", counted)
    return texts


def parse(data: bytes) -> Parsed:
    return parse_pdf(ParserInput("/in/report.pdf", data, options=ParserOptions(passwords=PASSWORDS)))


def unremembered(data: bytes) -> Parsed | str:
    """What a process reads that remembers nothing."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pdf_text, "MEMORY", TextMemory(0))
        return outcome(data)


def outcome(data: bytes) -> Parsed | str:
    try:
        return parse(data)
    except SourceError as error:
        return str(error)


def changed(data: bytes, change: Callable[[PdfWriter], None]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def fonts(writer: PdfWriter) -> Iterator[DictionaryObject]:
    for page in writer.pages:
        yield from (font.get_object() for font in page["/Resources"]["/Font"].values())


def with_form(text: str, inner: DictionaryObject | None = None) -> bytes:
    """A page that draws a form, on which the text stands, and a picture."""

    def add(writer: PdfWriter) -> None:
        page = writer.pages[0]
        form = stream(f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET")
        form[NameObject("/Subtype")] = NameObject("/Form")
        form[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): page["/Resources"]["/Font"]})
        form.update(inner or {})
        picture = stream("\0" * 12)
        picture[NameObject("/Subtype")] = NameObject("/Image")
        page["/Resources"][NameObject("/XObject")] = DictionaryObject(
            {NameObject("/Form"): writer._add_object(form), NameObject("/Picture"): writer._add_object(picture)}
        )
        page[NameObject("/Contents")] = writer._add_object(stream("/Form Do /Picture Do"))

    return changed(pdf("page"), add)


def stream(text: str) -> DecodedStreamObject:
    made = DecodedStreamObject()
    made.set_data(text.encode("latin-1"))
    return made


def test_only_the_page_that_changed_is_read_again(read: list[str]) -> None:
    parse(pdf("one", "two", "three"))
    again = parse(pdf("one", "new", "three", "four"))
    assert read == ["one\n", "two\n", "three\n", "new\n", "four\n"]
    assert [again.text[s.start : s.end] for s in again.sections] == ["one", "new", "three", "four"]


def test_a_page_is_known_in_another_place_of_another_file_with_or_without_a_password(read: list[str]) -> None:
    data = pdf("one", "two")
    parse(data)
    parse(joined(pdf("zero"), data))
    parse(encrypted(data, user="test", owner="foo"))
    assert read == ["one\n", "two\n", "zero\n"]


def test_a_page_without_text_is_known_as_such_and_looked_at_again_by_ocr(read: list[str]) -> None:
    data = scanned(pdf("one"))
    assert outcome(data) == outcome(data)
    assert len(read) == 1


def test_what_crosses_pages_is_told_anew() -> None:
    """The last page says how the word cut on the first one is written."""
    assert parse(pdf("a well-\nknown word", "wellknown")).text == "a wellknown word\n\nwellknown"
    assert parse(pdf("a well-\nknown word", "well-known")).text == "a well-known word\n\nwell-known"
    marked = pdf("Intro\none", bookmarks=(("Intro", 1, 0),))
    assert [section.headings for section in parse(marked).sections] == [("Intro",)]
    assert [section.headings for section in parse(pdf("Intro\none")).sections] == [()]


def set_widths(writer: PdfWriter) -> None:
    for font in fonts(writer):
        font[NameObject("/Widths")] = ArrayObject([NumberObject(3000)] * 96)
        font[NameObject("/FirstChar")] = NumberObject(32)


def set_encoding(writer: PdfWriter) -> None:
    differences = ArrayObject([NumberObject(ord("e")), NameObject("/z")])
    for font in fonts(writer):
        font[NameObject("/Encoding")] = writer._add_object(
            DictionaryObject({NameObject("/Differences"): writer._add_object(differences)})
        )


def set_to_unicode(writer: PdfWriter) -> None:
    for font in fonts(writer):
        font[NameObject("/ToUnicode")] = writer._add_object(
            stream("1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfchar <65> <7A> endbfchar")
        )


@pytest.mark.parametrize("change", [set_widths, set_encoding, set_to_unicode])
def test_another_font_is_another_page(read: list[str], change: Callable[[PdfWriter], None]) -> None:
    data = pdf("see here")
    parse(data)
    other = changed(data, change)
    assert parse(other) == unremembered(other)
    assert len(read) == 3


def test_a_form_belongs_to_the_page_and_a_picture_does_not(read: list[str], memory: TextMemory) -> None:
    for text in ("one", "one", "two"):
        assert parse(with_form(text)).text == text
    assert [text.strip() for text in read] == ["one", "two"]

    def repaint(writer: PdfWriter) -> None:
        writer.pages[0]["/Resources"]["/XObject"]["/Picture"].set_data(b"\xff" * 12)

    assert parse(changed(with_form("two"), repaint)).text == "two"
    assert len(read) == 2


def circle(writer: PdfWriter) -> None:
    forms = writer.pages[0]["/Resources"].raw_get("/XObject")
    writer.pages[0]["/Resources"]["/XObject"]["/Form"]["/Resources"][NameObject("/XObject")] = forms


def well(writer: PdfWriter) -> None:
    deep = ArrayObject()
    for _ in range(pdf_text.DEEPEST):
        deep = ArrayObject([deep])
    next(fonts(writer))[NameObject("/Deep")] = deep


def from_parent(writer: PdfWriter) -> None:
    page = writer.pages[0]
    form = page["/Resources"]["/XObject"]["/Form"]
    form[NameObject("/Parent")] = DictionaryObject({NameObject("/Resources"): form["/Resources"]})
    del form["/Resources"]


@pytest.mark.parametrize("change", [circle, well, from_parent])
def test_a_page_that_no_key_tells_is_read_and_not_remembered(
    memory: TextMemory, change: Callable[[PdfWriter], None]
) -> None:
    odd = changed(with_form("one"), change)
    assert parse(odd).text == "one"
    assert len(memory) == 0


def test_what_was_asked_for_and_is_not_in_the_key_keeps_a_page_from_being_remembered(
    memory: TextMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a version of pypdf that looks at more than ours does."""
    extract = PageObject.extract_text

    def curious(page: PageObject) -> str:
        page["/Parent"].get_object()
        return extract(page)

    monkeypatch.setattr(PageObject, "extract_text", curious)
    parse(pdf("one"))
    assert len(memory) == 0


def test_a_file_with_a_broken_object_is_read_as_ever(memory: TextMemory) -> None:
    def breaking(writer: PdfWriter) -> None:
        next(fonts(writer))[NameObject("/Broken")] = writer._add_object(stream("BROKEN"))

    data = changed(pdf("one", "two"), breaking)
    at = data.index(b"BROKEN")
    start = data.rindex(b"<<", 0, at)
    broken = data[:start] + b"(" + data[start + 1 :]
    with pytest.raises(Exception, match=r".*"):
        _all_objects(broken)
    assert parse(broken).text == "one\n\ntwo"
    assert len(memory) == 0


def _all_objects(data: bytes) -> None:
    reader = PdfReader(io.BytesIO(data))
    for number in reader.xref[0]:
        reader.get_object(IndirectObject(number, 0, reader))


# --- real files


@pytest.mark.slow
@pytest.mark.parametrize(
    "suite", ["OCRmyPDF", "docling", "pdf.js", "pdfminer.six", "pdfplumber", "sample-files", "unstructured"]
)
def test_real_files_read_the_same_from_memory(shared_data: Path, memory: TextMemory, suite: str) -> None:
    """Whole, with their pages in another order, and with their fonts and forms made other ones."""
    folder = shared_data / "pdfs" / suite
    paths = [path for path in sorted(folder.glob("*.pdf")) if path.stat().st_size < LARGE and path.name != BOMB]
    if not paths:
        pytest.skip("the PDFs are not there")
    for path in paths:
        data = path.read_bytes()
        expected = unremembered(data)
        assert outcome(data) == expected, path
        assert outcome(data) == expected, path
        for change in (turned, spoilt):
            try:
                other = changed(data, change)
            except Exception:  # noqa: BLE001 - what cannot be written, broken or protected, is not compared
                continue
            assert outcome(other) == unremembered(other), (path, change)
    assert len(memory) > 0


def turned(writer: PdfWriter) -> None:
    pages = list(writer.pages)[:20]
    while writer.pages:
        writer.remove_page(0)
    for page in reversed(pages):
        writer.add_page(page)


def spoilt(writer: PdfWriter) -> None:
    while len(writer.pages) > 20:
        writer.remove_page(20)
    for number, found in enumerate(writer._objects):
        if isinstance(found, DictionaryObject) and found.get("/Type") == "/Font":
            found.pop("/ToUnicode" if number % 2 else "/Encoding", None)
        elif isinstance(found, StreamObject) and found.get("/Subtype") == "/Form" and number % 3 == 0:
            found[NameObject("/Subtype")] = NameObject("/Image")
