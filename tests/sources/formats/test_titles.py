"""What a title is not: the name of a file or of a program, or the numbers of pages that stand before it."""

from __future__ import annotations

from pathlib import Path

import pytest

from searchapp.settings import load_settings
from searchapp.sources import BadTarget, Loader, discover
from searchapp.sources.formats.metadata import sensible_title, without_page_numbers
from searchapp.sources.parsed import ParserInput
from searchapp.sources.pdf.document import parse_pdf
from tests.sources.pdf_files import pdf

PROGRAMS = [
    "Adobe Photoshop PDF",
    "Adobe Illustrator CS5",
    "Adobe InDesign 15.0 (Macintosh)",
    "Acrobat Distiller 9.0.0 (Windows)",
    "CorelDRAW X7",
    "Microsoft® Word 2016",
    "Microsoft Office Word",
    "LibreOffice Writer",
    "WPS 文字",
    "PScript5.dll Version 5.2.2",
    "Print",
    "PDFCreator Version 1.2",
]
FILES = [
    "10811.exe",
    "brochure.p65",
    "IMG_2034.JPG",
    "scan 0001",
    "DSC00412",
    "20394817",
    "C:\\work\\plan",
    "file:///tmp/x",
    "Cover.psd",
    "C:\\Users\\li\\Desktop\\价目表.wps",
]
TITLES = [
    "Adobe Photoshop for beginners",
    "How we print",
    "Amazon.com",
    "1984",
    "Word and image",
    "Node.js in practice",
    "AC/DC",
    "扫描仪使用说明",
    "Scanning the horizon",
]


@pytest.mark.parametrize("title", PROGRAMS + FILES)
def test_names_of_programs_and_files_are_no_titles(title: str) -> None:
    assert sensible_title(title) == ""
    assert parse_pdf(ParserInput("/in/report.pdf", pdf("A first line of text\nand more", title=title))).title == (
        "A first line of text"
    )


@pytest.mark.parametrize("title", TITLES)
def test_what_only_speaks_of_them_is_a_title(title: str) -> None:
    assert sensible_title(title) == title


@pytest.mark.parametrize("line", ["10811.exe", "Adobe Photoshop PDF", "IMG_2034.JPG"])
def test_a_first_line_that_is_one_names_no_document_either(line: str) -> None:
    assert parse_pdf(ParserInput("/in/report.pdf", pdf(f"{line}\nand more"))).title == "report"


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("208 209Global Study", "Global Study"),
        ("12 13 Introduction", "Introduction"),
        ("12|13 总论", "总论"),
        ("2018 2019 Annual report", "2018 2019 Annual report"),
        ("13 14 Introduction", "13 14 Introduction"),  # the left page of two has the even number
        ("3 Global Study", "3 Global Study"),
        ("24 25", "24 25"),
    ],
)
def test_the_numbers_of_two_facing_pages_are_no_part_of_a_title(line: str, title: str) -> None:
    assert without_page_numbers(line) == title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("price_list_2026", "price list 2026"),
        ("annual%20report", "annual report"),
        ("getting-started", "getting started"),
        ("2024-05-01", "2024-05-01"),
        ("plan 2024-05-01", "plan 2024-05-01"),
        ("K2-hut", "K2-hut"),
        ("a - b", "a - b"),
        ("_private_", "private"),
        ("___", "___"),
        ("价目表", "价目表"),
    ],
)
def test_a_files_name_becomes_readable(name: str, title: str) -> None:
    assert ParserInput(name, b"").readable_stem == title


def test_a_document_without_a_title_has_its_files_name_made_readable(tmp_path: Path) -> None:
    (tmp_path / "night_shift_notes.txt").write_text("The gate is locked at ten.\n", encoding="utf-8")
    with Loader(load_settings()) as loader:
        (found,) = discover([str(tmp_path)])
        assert not isinstance(found, BadTarget)
        assert loader.load(found).title == "night shift notes"
