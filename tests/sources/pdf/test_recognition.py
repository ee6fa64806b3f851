"""Scanned pages: read by a real tesseract, page by page, and named where they cannot be read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

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
from tests.sources.pdf_files import encrypted, joined, pdf, scanned

WORDS = "The quick brown fox jumps over the lazy dog.\nGloves must be worn at all times."


def read(data: bytes, languages: str = "eng+chi_sim", most: int = 50, passwords: tuple[str, ...] = ()) -> Parsed:
    options = ParserOptions(ocr_languages=languages, ocr_max_pages=most, passwords=passwords)
    return parse(ParserInput("/in/scan.pdf", data, options=options))


@pytest.fixture
def no_tesseract(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    for cached in (recognition._program, recognition._languages):
        cached.cache_clear()
    yield
    for cached in (recognition._program, recognition._languages):
        cached.cache_clear()


def test_only_the_pages_without_text_are_recognised(tesseract: str) -> None:
    parsed = read(joined(pdf("First page, as text."), scanned(pdf(WORDS)), pdf("")))
    pages = {section.page: parsed.text[section.start : section.end] for section in parsed.sections}
    assert pages[1] == "First page, as text."
    assert "quick brown fox" in pages[2] and "Gloves must be worn" in pages[2]
    assert (parsed.pages, parsed.pages_without_text) == (3, (3,))
    assert shown(parsed.note).startswith(
        "Page 2 was read from pictures (OCR) and may hold misread words. Page 3 has no text."
    )


def test_chinese_is_recognised_without_blanks_between_characters(tesseract: str) -> None:
    manual = next(samples_folder().glob("zh/*.pdf")).read_bytes()
    whole, seen = parse(ParserInput("/in/a.pdf", manual)), read(scanned(manual, dots_per_inch=300))
    assert seen.language == "zh" and seen.pages_without_text == ()
    known, found = ("".join(filter(str.isalnum, parsed.text)) for parsed in (whole, seen))
    pairs = {known[at : at + 2] for at in range(len(known) - 1)}
    right = sum(found[at : at + 2] in pairs for at in range(len(found) - 1)) / len(found)
    assert right > 0.85, f"{right:.2f} of the character pairs are right"


def test_a_protected_scan_is_opened_and_recognised(tesseract: str) -> None:
    data = encrypted(scanned(pdf(WORDS)), "open", "owner")
    assert "quick brown fox" in read(data, passwords=("open",)).text


def test_pages_beyond_the_limit_are_named_with_the_setting(tesseract: str) -> None:
    parsed = read(scanned(joined(pdf(WORDS), pdf(WORDS))), most=1)
    assert parsed.pages_without_text == (2,)
    assert "Page 2 has no text. Raise SEARCHAPP_OCR_MAX_PAGES" in shown(parsed.note)


def test_a_missing_language_is_named(tesseract: str) -> None:
    parsed = read(joined(pdf("text"), pdf("")), languages="eng+xxx")
    assert shown(parsed.note) == (
        "Page 2 has no text. Tesseract lacks xxx: install it, or set SEARCHAPP_OCR_LANGUAGES to the languages that it "
        "is to read."
    )


@pytest.mark.usefixtures("no_tesseract")
def test_without_tesseract_the_note_says_which_pages_have_no_text() -> None:
    parsed = read(joined(pdf("one"), scanned(pdf(WORDS)), pdf("three"), pdf("")))
    assert parsed.pages_without_text == (2, 4)
    assert shown(parsed.note) == (
        "Pages 2, 4 have no text. Install tesseract with eng+chi_sim to have scanned pages read; then ingest it again."
    )
    with pytest.raises(SourceError, match="has no text layer: its only page is scanned") as caught:
        read(scanned(pdf(WORDS)))
    assert "Install tesseract" in caught.value.remedy


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


def test_each_page_has_the_time_limit_to_itself_in_the_parsers_process(tesseract: str, tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanned(joined(*[pdf(WORDS)] * 3)))
    with Loader(load_settings()) as loader:
        document = loader.load(SourceRef(str(path), document_id(str(path))))
    assert document.text.count("quick brown fox") == 3
    assert shown(document.note).startswith("Pages 1, 2, 3 were read from pictures (OCR)")
