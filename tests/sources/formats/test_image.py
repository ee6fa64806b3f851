"""Pictures as documents: photographs, scans of several pages, and those that would take all the memory."""

from __future__ import annotations

import datetime as dt
import struct
import zlib

import pytest
from PIL import Image

from searchapp.errors import SourceError
from searchapp.messages import shown
from searchapp.model import SourceType
from searchapp.sources import recognition
from searchapp.sources.formats import parse
from searchapp.sources.formats.image import MOST_PIXELS
from searchapp.sources.parsed import Parsed, ParserInput, ParserOptions
from searchapp.sources.recognition import rapid
from tests.sources.pictures import page, saved

pytest.importorskip("rapidocr")

WORDS = "Invoice 4711 of the shipyard\nThe crane permit expires on 19 October 2027."


def read(data: bytes, name: str = "/in/a.png", ocr: str = "auto", most: int = 5) -> Parsed:
    options = ParserOptions(ocr=ocr, ocr_languages="eng+chi_sim", ocr_max_pages=most)
    return parse(ParserInput(name, data, options=options))


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff", "webp", "bmp", "gif"])
def test_each_kind_is_read(kind: str) -> None:
    parsed = read(saved(page(WORDS), kind))
    assert "expires on 19 October 2027" in parsed.text
    assert (parsed.type, parsed.pages, parsed.title) == (SourceType.IMAGE, None, "Invoice 4711 of the shipyard")
    assert shown(parsed.note) == "It was read from a picture (OCR) and may hold misread words."


def test_a_tiff_of_several_pictures_has_pages() -> None:
    first, second = page("The first page speaks of gloves."), page("第二页讲的是安全帽的使用规定。", cjk=True)
    parsed = read(saved(first, "tiff", save_all=True, append_images=[second, Image.new("L", (600, 800), 255)]))
    pages = {section.page: parsed.text[section.start : section.end] for section in parsed.sections}
    assert "gloves" in pages[1] and "安全帽" in pages[2]
    assert (parsed.pages, parsed.pages_without_text) == (3, (3,))


def test_more_pictures_than_may_be_read_are_said() -> None:
    parsed = read(saved(page(WORDS), "tiff", save_all=True, append_images=[page("Second.")]), most=1)
    assert "Only its first 1 pictures were read" in shown(parsed.note) and "Second" not in parsed.text


def test_a_photograph_stands_as_its_camera_was_held_and_tells_its_day() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif.get_ifd(0x8769)[0x9003] = "2031:05:01 10:11:12"
    parsed = read(saved(page(WORDS, turned=90), "jpeg", exif=exif))
    assert "expires on 19 October" in parsed.text
    assert parsed.modified == dt.datetime(2031, 5, 1, 10, 11, 12, tzinfo=dt.UTC)


def test_what_is_transparent_is_white() -> None:
    picture = page(WORDS).convert("RGBA")
    picture.putalpha(picture.convert("L").point(lambda value: 255 - value))
    picture = Image.merge("RGBA", [*[Image.new("L", picture.size, 0)] * 3, picture.getchannel("A")])
    assert "October 2027" in read(saved(picture, "png")).text


def test_a_picture_without_text_fails_with_a_sentence() -> None:
    with pytest.raises(SourceError, match="is a picture in which no text was found") as caught:
        read(saved(Image.linear_gradient("L").resize((400, 300)), "png"))
    assert "SEARCHAPP_OCR_LANGUAGES" in caught.value.remedy


def test_without_a_recogniser_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    data = saved(page(WORDS), "png")
    with pytest.raises(SourceError, match="nothing here reads its text") as caught:
        read(data, ocr="off")
    assert "SEARCHAPP_OCR" in caught.value.remedy and caught.value.lacking == recognition.OFF
    monkeypatch.setattr(rapid, "installed", lambda wanted: frozenset())
    with pytest.raises(SourceError) as caught:
        read(data, ocr="rapidocr")
    assert "Install rapidocr" in caught.value.remedy and caught.value.lacking == "eng+chi_sim"


def _bomb(wide: int, high: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1 << 20)))


def test_a_picture_that_would_take_all_the_memory_is_refused() -> None:
    with pytest.raises(SourceError, match=f"more than {MOST_PIXELS // 1_000_000} million pixels"):
        read(_bomb(60_000, 60_000))


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff", "webp"])
def test_a_picture_that_breaks_off_is_damaged(kind: str) -> None:
    data = saved(page(WORDS), kind)
    with pytest.raises(SourceError, match="is damaged: it does not read as a picture"):
        read(data[: len(data) // 3])


def test_pictures_that_go_round_in_a_circle_end() -> None:
    data = bytearray(saved(page(WORDS), "tiff"))
    (at,) = struct.unpack("<I", data[4:8])
    (entries,) = struct.unpack("<H", data[at : at + 2])
    data[at + 2 + 12 * entries : at + 6 + 12 * entries] = struct.pack("<I", at)  # the next picture is this one
    assert "October 2027" in read(bytes(data)).text
