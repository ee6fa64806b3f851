"""Fonts that say little of their characters, and the encodings of East Asia."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from searchapp.errors import SourceError
from tests.sources.pdf.test_layout import parse
from tests.sources.pdf_files import pdf


def encoded(encoding: str, codes: str, *, ordering: str, name: str = "/Test") -> bytes:
    """A page whose font says only by which encoding its codes are to be read."""
    system = DictionaryObject(
        {
            NameObject("/Registry"): TextStringObject("Adobe"),
            NameObject("/Ordering"): TextStringObject(ordering),
            NameObject("/Supplement"): NumberObject(0),
        }
    )
    descendant = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/CIDFontType0"),
            NameObject("/BaseFont"): NameObject(name),
            NameObject("/CIDSystemInfo"): system,
        }
    )
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): NameObject(name),
            NameObject("/Encoding"): NameObject(encoding),
            NameObject("/DescendantFonts"): ArrayObject([descendant]),
        }
    )
    return _page(font, f"<{codes}>")


def _page(font: DictionaryObject, shown: str) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(600, 800)
    content = DecodedStreamObject()
    content.set_data(f"BT /F1 12 Tf 50 700 Td {shown} Tj ET".encode("latin-1"))
    page[NameObject("/Contents")] = writer._add_object(content)
    fonts = DictionaryObject({NameObject("/F1"): font})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


CHINESE = "今天天气很好，我们去公园散步吧。"


@pytest.mark.parametrize(
    ("ordering", "codes", "text"),
    [
        (
            "Japan1",
            "0DAA096A03DA1ED303AD1EFD03C403DE03C303E7039B0A860ECC036203941ED0",
            "標準マーケットモデルを説明する。",
        ),
        ("GB1", "08C20E3F0E3F0C170793077A01110EE10ACC0C80070410F30CDB048403D40062", CHINESE),
        (
            "CNS1",
            "02A602C202C20902071803BB006404A20841031802AE0DE40C7304C9044B0066",
            "今天天氣很好，我們去公園散步吧。",
        ),
        ("Korea1", "0A49046A0A3700010CE004B409AF0001079908B20A5105E405EE000F", "이것은 한국어 문서입니다."),
    ],
)
def test_a_font_that_numbers_glyphs_by_a_collection_is_read(ordering: str, codes: str, text: str) -> None:
    assert parse(encoded("/Identity-H", codes, ordering=ordering)).text == text


@pytest.mark.parametrize(
    ("encoding", "codec", "ordering", "text"),
    [
        ("/GBK-EUC-H", "gbk", "GB1", CHINESE),
        ("/GBKp-EUC-H", "gbk", "GB1", CHINESE),
        ("/GB-EUC-H", "gb2312", "GB1", CHINESE),
        ("/UniGB-UCS2-H", "utf-16-be", "GB1", CHINESE),
        ("/EUC-H", "euc_jp", "Japan1", "標準マーケットモデルを説明する。"),
        ("/90ms-RKSJ-H", "shift_jis", "Japan1", "標準マーケットモデルを説明する。"),
        ("/ETen-B5-H", "big5", "CNS1", "今天天氣很好，我們去公園散步吧。"),
        ("/KSCms-UHC-H", "cp949", "Korea1", "이것은 한국어 문서입니다."),
    ],
)
def test_encodings_of_east_asia(encoding: str, codec: str, ordering: str, text: str) -> None:
    assert parse(encoded(encoding, text.encode(codec).hex(), ordering=ordering)).text == text


def simple(name: str, encoding: str | None = "/WinAnsiEncoding") -> DictionaryObject:
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/TrueType"),
            NameObject("/BaseFont"): NameObject(name),
        }
    )
    if encoding:
        font[NameObject("/Encoding")] = NameObject(encoding)
    return font


def test_chinese_bytes_under_a_western_encoding() -> None:
    shown = f"<{CHINESE.encode('gb2312').hex()}>"
    assert parse(_page(simple("/SimSun"), shown)).text == CHINESE
    assert parse(_page(simple("/Arial"), f"<{'Café à la crème, déjà vu'.encode('cp1252').hex()}>")).text == (
        "Café à la crème, déjà vu"
    )


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (("/g135", "/g148", "/g3", "/g22"), ""),
        (("/one.os", "/two.os", "/three.os", "/a.sc"), "123a321"),
        (("/uni4E2D", "/uni6587", "/uni706F", "/uni5854"), "中文灯塔灯文中"),
    ],
)
def test_fonts_that_name_their_glyphs(names: tuple[str, ...], text: str) -> None:
    font = simple("/ABCDEF+Odd", None)
    font[NameObject("/Subtype")] = NameObject("/Type1")
    differences = ArrayObject([NumberObject(65), *map(NameObject, names)])
    font[NameObject("/Encoding")] = DictionaryObject({NameObject("/Differences"): differences})
    if text:
        assert parse(_page(font, "(ABCDCBA)")).text == text
    else:
        with pytest.raises(SourceError, match="no text layer"):
            parse(_page(font, "(ABCDCBABBCCDDCB)"))


def test_ligatures_and_accents() -> None:
    assert parse(pdf("The office flies: café, naïve")).text == "The office flies: café, naïve"
