"""Pictures of text: photographs of pages, scans, screenshots. A TIFF of several has several pages."""

from __future__ import annotations

import datetime as dt
import io
import warnings
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from searchapp.errors import SourceError
from searchapp.messages import Message
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder, one_line
from searchapp.sources.parsed import Parsed, ParserInput
from searchapp.sources.recognition import choose, look_again

if TYPE_CHECKING:
    from PIL.Image import Image

    from searchapp.sources.recognition import Picture

KINDS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF")

MOST_PIXELS = 120_000_000
"""Of one picture, once unpacked: what the largest cameras of telephones make can be read smaller."""

LONGEST_SIDE = 5000
"""In pixels: larger ones are read smaller."""

LONGEST_TITLE_LINE = 150

_TAKEN, _MORE = 0x9003, 0x8769
"""When a photograph was taken, and where a file tells it (Exif 3.0, 4.6.6)."""

_BROKEN = (OSError, SyntaxError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
"""What Pillow's arithmetic on broken tables leads to."""


def parse_image(source: ParserInput) -> Parsed:
    """Read the text in a picture.

    Raises SourceError for one that is damaged, too large, without text, or that nothing here can read.
    """
    look_again()
    choice = choose(source.options)
    if choice.recogniser is None:
        raise SourceError("image_unread", name=source.name, remedy=choice.remedy, lacking=choice.lacking)
    builder = DocumentBuilder()
    texts: list[str] = []
    taken = None
    for image in _pictures(source):
        if len(texts) == source.options.ocr_max_pages:
            builder.note(Message("image_pages_beyond", most=len(texts)))
            break
        source.progress()
        taken = taken or _taken(image)
        texts.append(choice.recogniser.recognise(_grey(image, source.name), choice.languages))
    if not any(texts):
        raise SourceError("image_without_text", name=source.name, remedy=choice.remedy, lacking=choice.lacking)
    is_single = len(texts) == 1
    for number, text in enumerate(texts, start=1):
        builder.add(text, page=None if is_single else number)
    builder.note(Message("image_recognised"))
    builder.lacking = choice.lacking
    return builder.build(
        SourceType.IMAGE,
        title=_title(texts),
        stem=source.stem,
        modified=taken,
        pages=None if is_single else len(texts),
        pages_without_text=[] if is_single else [number for number, text in enumerate(texts, start=1) if not text],
    )


def _pictures(source: ParserInput) -> Iterator[Image]:
    """Each picture of the file, or the one of which it is an animation; none is unpacked yet."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # ours is looked at after a JPEG was told to come smaller
    warnings.simplefilter("ignore")
    number = 0
    try:
        with Image.open(io.BytesIO(source.data), formats=KINDS) as image:
            while number == 0 or image.format == "TIFF":
                image.seek(number)
                yield image
                number += 1
    except EOFError:
        return
    except _BROKEN as error:
        if not number:
            raise SourceError("image_damaged", name=source.name) from error


def _grey(image: Image, name: str) -> Picture:
    """The picture as it is meant to be looked at, on white where it is transparent."""
    import numpy as np
    from PIL import Image, ImageOps

    image.draft("L", (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG comes smaller without being unpacked whole
    if image.width * image.height > MOST_PIXELS:
        raise SourceError("image_too_large", name=name, millions=MOST_PIXELS // 1_000_000)
    try:
        image.load()
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        if upright.mode.startswith("I;16"):
            return (np.asarray(upright) >> 8).astype(np.uint8)
        if upright.has_transparency_data:
            over = upright.convert("RGBA")
            upright = Image.alpha_composite(Image.new("RGBA", over.size, "white"), over)
        picture: Picture = np.asarray(upright.convert("L"))
    except (*_BROKEN, EOFError) as error:
        raise SourceError("image_damaged", name=name) from error
    return picture


def _taken(image: Image) -> dt.datetime | None:
    told: Any = None
    with suppress(Exception):  # foreign tables, of which only this entry is wanted
        told = image.getexif().get_ifd(_MORE).get(_TAKEN)
    try:
        return dt.datetime.strptime(str(told)[:19], "%Y:%m:%d %H:%M:%S").replace(tzinfo=dt.UTC)
    except ValueError:
        return None


def _title(texts: list[str]) -> str:
    """The first line, where it is one of words."""
    first = next((one_line(line) for text in texts for line in text.splitlines() if line.strip()), "")
    letters = sum(map(str.isalpha, first))
    return first if len(first) <= LONGEST_TITLE_LINE and letters >= 2 and letters * 2 >= len(first) else ""
