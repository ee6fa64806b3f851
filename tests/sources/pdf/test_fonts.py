from __future__ import annotations

import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from searchapp.sources.parsed import ParserInput
from searchapp.sources.pdf.document import parse_pdf
from searchapp.sources.pdf.fonts import characters

TEXTS = {
    "Japan1": "標準マーケットモデルを説明する。",
    "GB1": "今天天气很好，我们去公园散步吧。",
    "CNS1": "今天天氣很好，我們去公園散步吧。",
    "Korea1": "이것은 한국어 문서입니다.",
}


def pdf_without_a_table(collection: str, text: str) -> bytes:
    """A PDF whose font numbers its glyphs by ``collection`` and says nothing of characters."""
    numbers = {character: number for number, character in reversed(characters(collection).items())}
    codes = "".join(f"{numbers[character]:04X}" for character in text)
    system = {
        "/Registry": TextStringObject("Adobe"),
        "/Ordering": TextStringObject(collection),
        "/Supplement": NumberObject(0),
    }
    descendant = {
        "/Type": NameObject("/Font"), "/Subtype": NameObject("/CIDFontType0"), "/BaseFont": NameObject("/Test"),
        "/CIDSystemInfo": _dictionary(system),
    }  # fmt: skip
    font = {
        "/Type": NameObject("/Font"), "/Subtype": NameObject("/Type0"), "/BaseFont": NameObject("/Test"),
        "/Encoding": NameObject("/Identity-H"), "/DescendantFonts": ArrayObject([_dictionary(descendant)]),
    }  # fmt: skip
    writer = PdfWriter()
    page = writer.add_blank_page(600, 800)
    content = DecodedStreamObject()
    content.set_data(f"BT /F1 12 Tf 50 700 Td <{codes}> Tj ET".encode())
    page[NameObject("/Contents")] = writer._add_object(content)
    page[NameObject("/Resources")] = _dictionary({"/Font": _dictionary({"/F1": _dictionary(font)})})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _dictionary(entries: dict[str, object]) -> DictionaryObject:
    return DictionaryObject({NameObject(key): value for key, value in entries.items()})


@pytest.mark.parametrize("collection", TEXTS)
def test_a_font_that_relies_on_a_collection_is_read(collection: str) -> None:
    parsed = parse_pdf(ParserInput("a.pdf", pdf_without_a_table(collection, TEXTS[collection])))
    assert parsed.text == TEXTS[collection]


@pytest.mark.parametrize(
    ("collection", "number", "character"),
    [
        ("Japan1", 1, " "), ("Japan1", 843, "あ"), ("Japan1", 1125, "亜"), ("Japan1", 7477, "瑤"),
        ("Japan1", 7888, "。"),
        ("GB1", 940, "啊"), ("GB1", 7702, "齄"), ("CNS1", 595, "一"), ("Korea1", 1086, "가"), ("Korea1", 8055, "詰"),
    ],
)  # fmt: skip
def test_known_places_of_the_collections(collection: str, number: int, character: str) -> None:
    assert characters(collection)[number] == character
