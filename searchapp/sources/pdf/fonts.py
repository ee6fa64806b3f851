"""Gives East Asian fonts of a PDF the characters that they leave unsaid.

A font may number its glyphs by one of Adobe's character collections (Japan1, GB1, CNS1, Korea1) and carry no table from
glyph to character: every reader is expected to know the collection. pypdf does not, and such pages come out as noise.
The collections follow the national standards in long runs, so Python's own codecs hold nearly all of the tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdf import PageObject

_JAPAN1_VERTICAL = (
    "、。￣＿ー―‐〜‖｜…‥（）〔〕［］｛｝〈〉《》「」『』【】＝ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
"""Glyphs of its own for what looks another way in vertical lines."""

_DEEPEST_FORM = 4
_ENTRIES_A_BLOCK = 100

# For each collection: a codec, and runs (first glyph number, first two-byte code, characters).
# fmt: off
_RUNS: dict[str, tuple[str, tuple[tuple[int, int, int], ...]]] = {
    "Japan1": ("euc_jp", (
        (633, 0xA1A1, 39), (674, 0xA1CA, 39), (715, 0xA1F3, 36), (752, 0xA2CD, 373), (1125, 0xB0A1, 6353),
    )),
    "GB1": ("gb2312", (
        (96, 0xA1A1, 3), (100, 0xA1A5, 5), (106, 0xA1AB, 467), (602, 0xA7A1, 92), (700, 0xA8C5, 37),
        (738, 0xA9A4, 76), (940, 0xB0A1, 6763),
    )),
    "CNS1": ("big5", (
        (99, 0xA140, 5), (105, 0xA146, 8), (114, 0xA14F, 10), (128, 0xA15D, 67), (196, 0xA1C3, 32), (229, 0xA1E4, 14),
        (249, 0xA1F8, 8), (264, 0xA248, 98), (365, 0xA2CF, 138), (595, 0xA440, 1412), (2431, 0xACFE, 1),
        (2007, 0xAD40, 424), (2432, 0xAFD0, 1876), (4309, 0xBBC8, 387), (4308, 0xBE52, 1), (4696, 0xBE53, 525),
        (5222, 0xC1AB, 189), (5221, 0xC2CB, 1), (5411, 0xC2CC, 84), (5496, 0xC361, 54), (5551, 0xC3B9, 1),
        (5550, 0xC3BA, 1), (5552, 0xC3BB, 90), (5495, 0xC456, 1), (5642, 0xC457, 354), (13761, 0xC6A5, 169),
        (13950, 0xC7BB, 46), (506, 0xC7E9, 20), (5996, 0xC940, 43), (6040, 0xC96C, 48), (6088, 0xC9BF, 46),
        (6135, 0xC9ED, 167), (6302, 0xCAF8, 1840), (8143, 0xD6CD, 108), (8251, 0xD77B, 537), (8789, 0xDAE0, 100),
        (8890, 0xDBA7, 2036), (10927, 0xE8A3, 146), (11074, 0xE976, 287), (11362, 0xEB5B, 116), (11478, 0xEBF2, 137),
        (11615, 0xECDF, 104), (11720, 0xEDAA, 222), (11942, 0xEEEC, 198), (12140, 0xF057, 82), (12222, 0xF0CC, 86),
        (12317, 0xF16C, 153), (12470, 0xF269, 56), (12527, 0xF2C3, 113), (12641, 0xF375, 142), (12784, 0xF466, 45),
        (12829, 0xF4B6, 71), (12901, 0xF4FD, 194), (13095, 0xF664, 490), (13586, 0xF977, 43),
    )),
    "Korea1": ("euc_kr", (
        (101, 0xA1A1, 163), (264, 0xA3A1, 7792),
    )),
}
# fmt: on


def name_glyphs(page: PageObject) -> None:
    """Give every font of ``page`` that relies on a known collection a table from its glyphs to characters."""
    _name(page.get("/Resources"), 0)


@cache
def characters(collection: str) -> dict[int, str]:
    """The characters of a collection by glyph number; those outside the national standard's rows are missing."""
    table = {number: chr(number + 31) for number in range(1, 96)}  # ASCII, in all four
    if collection == "Japan1":
        table |= {number: chr(number - 231 + 32) for number in range(231, 326)}  # half-width letters
        table |= {number: chr(number - 327 + 0xFF61) for number in range(327, 390)}  # half-width kana
        table |= {61: "¥", 97: "\\"}
        table |= dict(enumerate(_JAPAN1_VERTICAL, start=7887))
    codec, runs = _RUNS[collection]
    for first, code, count in runs:
        table.update(zip(range(first, first + count), islice(_from(codec, code), count), strict=True))
    return table


def _from(codec: str, code: int) -> Iterator[str]:
    """The characters of a two-byte codec in the order of their codes, from ``code`` on."""
    for value in range(code, 0xFEFF):
        try:
            character = value.to_bytes(2).decode(codec)
        except UnicodeDecodeError:
            continue
        # Two bytes may also be two ASCII characters; and a repeated ideograph has no glyph number of its own.
        if len(character) == 1 and not "\uf900" <= character <= "\ufaff":
            yield character


def _name(resources: Any, depth: int) -> None:
    resources = resources.get_object() if resources is not None else {}
    for font in (resources.get("/Font") or {}).values():
        _name_font(font.get_object())
    if depth < _DEEPEST_FORM:
        for form in (resources.get("/XObject") or {}).values():
            inner = form.get_object()
            if inner.get("/Subtype") == "/Form":
                _name(inner.get("/Resources"), depth + 1)


def _name_font(font: Any) -> None:
    from pypdf.generic import DecodedStreamObject, NameObject

    if "/ToUnicode" in font or font.get("/Encoding") not in ("/Identity-H", "/Identity-V"):
        return
    for descendant in font.get("/DescendantFonts") or ():
        system: Any = descendant.get_object().get("/CIDSystemInfo", {})
        collection = str(system.get_object().get("/Ordering")) if system else ""
        if collection in _RUNS:
            stream = DecodedStreamObject()
            stream.set_data(_cmap(collection))
            font[NameObject("/ToUnicode")] = stream


@cache
def _cmap(collection: str) -> bytes:
    """The collection's table in the form in which a PDF carries it."""
    entries = [f"<{number:04X}> <{ord(character):04X}>" for number, character in sorted(characters(collection).items())]
    lines = ["1 begincodespacerange", "<0000> <FFFF>", "endcodespacerange"]
    for start in range(0, len(entries), _ENTRIES_A_BLOCK):
        block = entries[start : start + _ENTRIES_A_BLOCK]
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    return "\n".join(lines).encode("ascii")
