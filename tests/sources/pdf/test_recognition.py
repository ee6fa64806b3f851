"""Scanned pages, also with a stamp: read page by page by what is installed, and named where they cannot be read."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from reportlab.pdfgen.canvas import Canvas

from searchapp.errors import SourceError
from searchapp.messages import Message, shown
from searchapp.messages import joined as joined_sentences
from searchapp.model import document_id
from searchapp.samples import samples_folder
from searchapp.settings import load_settings
from searchapp.sources import Loader, SourceRef
from searchapp.sources.formats import parse
from searchapp.sources.parsed import Parsed, ParserInput, ParserOptions
from searchapp.sources.pdf import recognition
from searchapp.sources.recognition import rapid
from searchapp.sources.recognition import tesseract as tesseract_module
from tests.sources.pdf_files import encrypted, joined, pdf, scanned

WORDS = "The quick brown fox jumps over the lazy dog.\nGloves must be worn at all times."


@pytest.fixture(params=["tesseract", "rapidocr"])
def ocr(request: pytest.FixtureRequest) -> str:
    if request.param == "tesseract":
        request.getfixturevalue("tesseract")
    else:
        pytest.importorskip("rapidocr")
    return str(request.param)


def read(
    data: bytes, ocr: str = "auto", languages: str = "eng+chi_sim", most: int = 50, passwords: tuple[str, ...] = ()
) -> Parsed:
    options = ParserOptions(ocr=ocr, ocr_languages=languages, ocr_max_pages=most, passwords=passwords)
    return parse(ParserInput("/in/scan.pdf", data, options=options))


def stamped(data: bytes, stamp: str, *, at: tuple[int, int] = (250, 20)) -> bytes:
    """The pages with a line of text printed on each."""
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(*at, stamp)
    canvas.save()
    mark = PdfReader(out).pages[0]
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    for page in writer.pages:
        page.merge_page(mark)
    result = io.BytesIO()
    writer.write(result)
    return result.getvalue()


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(rapid, "installed", lambda wanted: frozenset())
    tesseract_module.look_again()
    yield
    tesseract_module.look_again()


def test_only_the_pages_without_text_are_recognised(ocr: str) -> None:
    parsed = read(joined(pdf("First page, as text."), scanned(pdf(WORDS)), pdf("")), ocr)
    pages = {section.page: parsed.text[section.start : section.end] for section in parsed.sections}
    assert pages[1] == "First page, as text."
    assert "quick brown fox" in pages[2] and "Gloves must be worn" in pages[2]
    assert (parsed.pages, parsed.pages_without_text) == (3, (3,))
    assert shown(parsed.note).startswith(
        "Page 2 was read from pictures (OCR) and may hold misread words. Page 3 has no text."
    )


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_page_is_read_whichever_way_up_it_lies(ocr: str, turned: int) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("\n".join([WORDS] * 6)))))
    writer.pages[0].rotate(turned).transfer_rotation_to_content()
    out = io.BytesIO()
    writer.write(out)
    text = read(scanned(out.getvalue()), ocr).text
    assert text.count("quick brown fox jumps over the lazy dog") >= 5
    assert text.index("quick") < text.index("Gloves")


@pytest.mark.parametrize("stamp", ["Page 3 of 4", "RECEIVED 12 May 2031 Legal", "Case 1:31-cv-00123 Document 45 Filed"])
def test_a_scan_with_a_stamp_is_a_scan(ocr: str, stamp: str) -> None:
    parsed = read(joined(pdf("First page, as text."), stamped(scanned(pdf(WORDS)), stamp)), ocr)
    pages = {section.page: parsed.text[section.start : section.end] for section in parsed.sections}
    assert "quick brown fox" in pages[2] and pages[2].count(stamp.split()[0]) == 1
    assert "Page 2 was read from pictures" in shown(parsed.note)


def test_a_picture_that_holds_no_more_than_the_pages_own_words_leaves_them_alone(ocr: str) -> None:
    parsed = read(stamped(scanned(pdf("")), "Annual report 2031"), ocr)
    assert parsed.text == "Annual report 2031" and parsed.note == ""


@pytest.mark.usefixtures("nothing_installed")
def test_a_stamped_scan_that_nothing_reads_is_named() -> None:
    parsed = read(joined(pdf("First page, as text."), stamped(scanned(pdf(WORDS)), "Page 2 of 2")))
    assert "Page 2 of 2" in parsed.text and parsed.lacking == "eng+chi_sim"
    assert shown(parsed.note).startswith(
        "Page 2 is a picture with a few words as text, and only those words were read."
    )
    assert shown(parsed.note, "zh").startswith("第 2 页是图片")


def test_a_page_that_is_no_picture_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> str:
        raise AssertionError("a page of text was recognised")

    monkeypatch.setattr(recognition, "_drawn", never)
    assert read(pdf("A title", "Short.")).note == ""


def test_chinese_is_recognised_without_blanks_between_characters(ocr: str) -> None:
    manual = next(samples_folder().glob("guests/*.pdf")).read_bytes()
    whole, seen = parse(ParserInput("/in/a.pdf", manual)), read(scanned(manual, dots_per_inch=300), ocr)
    assert seen.language == "zh" and seen.pages_without_text == ()
    # Of its sentences: a letter-spaced title and short cells are guessed differently by each release of tesseract.
    prose = "".join(line for line in whole.text.splitlines() if line.endswith("。"))
    pairs = {first + second for first, second in pairwise(prose) if min(first, second) >= "\u4e00"}
    right = sum(pair in seen.text for pair in pairs) / len(pairs)
    assert right > 0.85, f"{right:.2f} of {len(pairs)} pairs of characters stand side by side"


def test_a_protected_scan_is_opened_and_recognised(ocr: str) -> None:
    data = encrypted(scanned(pdf(WORDS)), "open", "owner")
    assert "quick brown fox" in read(data, ocr, passwords=("open",)).text


def test_pages_beyond_the_limit_are_named_with_the_setting(ocr: str) -> None:
    parsed = read(scanned(joined(pdf(WORDS), pdf(WORDS))), ocr, most=1)
    assert parsed.pages_without_text == (2,)
    assert "Page 2 has no text. Raise SEARCHAPP_OCR_MAX_PAGES" in shown(parsed.note)


def test_a_missing_language_is_named(ocr: str) -> None:
    parsed = read(joined(pdf("text"), pdf("")), ocr, languages="eng+xxx")
    assert shown(parsed.note) == (
        "Page 2 has no text. Nothing here reads xxx: install tesseract with it, or set SEARCHAPP_OCR_LANGUAGES to the "
        "languages that it is to read."
    )


@pytest.mark.usefixtures("nothing_installed")
def test_without_a_recogniser_the_note_says_which_pages_have_no_text() -> None:
    parsed = read(joined(pdf("one"), scanned(pdf(WORDS)), pdf("three"), pdf("")))
    assert parsed.pages_without_text == (2, 4)
    assert shown(parsed.note) == (
        "Pages 2, 4 have no text. To have scanned pages and pictures read, install searchapp[ocr], or tesseract with "
        "eng+chi_sim; then ingest it again."
    )
    with pytest.raises(SourceError, match="has no text layer: its only page is scanned") as caught:
        read(scanned(pdf(WORDS)))
    assert "install searchapp[ocr]" in caught.value.remedy


def test_many_pages_are_named_by_the_first_of_them_in_the_readers_language() -> None:
    scans = recognition.Scans(dict.fromkeys(range(1, 12), "x"), Message("ocr_pages_limited", most=11))
    note = joined_sentences(*scans.notes([12])).encoded()
    assert shown(note) == (
        "Pages 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and more were read from pictures (OCR) and may hold misread words. "
        "Page 12 has no text. Raise SEARCHAPP_OCR_MAX_PAGES to have more than 11 read."
    )
    assert shown(note, "zh") == (
        "第 1、2、3、4、5、6、7、8、9、10 页及更多页由图片识别（OCR）而来，可能有误读的字。"
        "第 12 页没有文本。如需识别超过 11 页，请调高 SEARCHAPP_OCR_MAX_PAGES。"
    )
    assert shown(joined_sentences(*scans.notes([])).encoded(), "zh").endswith("可能有误读的字。")


def test_each_page_is_read_in_the_parsers_process(ocr: str, tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanned(joined(*[pdf(WORDS)] * 3)))
    with Loader(load_settings(ocr=ocr)) as loader:
        document = loader.load(SourceRef(str(path), document_id(str(path))))
    assert document.text.count("quick brown fox") == 3
    assert shown(document.note).startswith("Pages 1, 2, 3 were read from pictures (OCR)")
