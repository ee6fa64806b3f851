"""What the parser's process and its parent say to each other: length-prefixed frames of JSON and bytes.

The parent takes the child's word for nothing: a parser that was taken over by a document speaks through it. So the
answer is JSON, never a pickle, and is checked field by field.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import struct
from dataclasses import dataclass
from typing import IO, Any, cast

from searchapp.errors import SourceError
from searchapp.model import Section, SourceType
from searchapp.sources.addresses import normalise_address
from searchapp.sources.parsed import Parsed

_LENGTH = struct.Struct(">Q")
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
PROGRESS = b"{}"
"""The frame that announces another step of the work on the same request, and that the process is ready."""


class WireError(Exception):
    """The other side is gone, or what it says is not what was agreed."""


def write_frame(stream: IO[bytes], payload: bytes) -> None:
    """Send one frame; raises OSError when the other side is gone."""
    stream.write(_LENGTH.pack(len(payload)))
    stream.write(payload)
    stream.flush()


def read_frame(stream: IO[bytes], limit: int) -> bytes:
    """Receive one frame of at most ``limit`` bytes; raises WireError for a longer one and at the stream's end."""
    (length,) = _LENGTH.unpack(_read(stream, _LENGTH.size))
    if length > limit:
        raise WireError(f"a frame of {length} bytes")
    return _read(stream, length)


def _read(stream: IO[bytes], count: int) -> bytes:
    data = stream.read(count)
    if len(data) != count:
        raise WireError("the stream ended")
    return data


def pack(parsed: Parsed) -> dict[str, Any]:
    """``parsed`` as JSON values."""
    return {
        "title": parsed.title,
        "type": parsed.type.value,
        "text": parsed.text,
        "sections": [[s.start, s.end, list(s.headings), s.page] for s in parsed.sections],
        "language": parsed.language,
        "modified": parsed.modified.isoformat() if parsed.modified else None,
        "pages": parsed.pages,
        "pages_without_text": list(parsed.pages_without_text),
        "note": parsed.note,
        "lacking": parsed.lacking,
    }


def unpack(values: dict[str, Any]) -> Parsed:
    """The reverse of ``pack``; raises WireError when anything is not as ``Parsed`` promises."""
    try:
        modified = values["modified"]
        parsed = Parsed(
            title=_text(values["title"]),
            type=SourceType(values["type"]),
            text=_text(values["text"]),
            sections=tuple(
                Section(
                    _number(start), _number(end), tuple(map(_text, headings)), page if page is None else _number(page)
                )
                for start, end, headings, page in values["sections"]
            ),
            language=_text(values["language"]),
            modified=None if modified is None else dt.datetime.fromisoformat(modified),
            pages=None if values["pages"] is None else _number(values["pages"]),
            pages_without_text=tuple(map(_number, values["pages_without_text"])),
            note=_text(values["note"]),
            lacking=_text(values["lacking"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WireError("a document of another shape") from error
    position = 0
    for section in parsed.sections:
        if not position <= section.start <= section.end <= len(parsed.text):
            raise WireError("sections out of order")
        position = section.end
    return parsed


@dataclass(frozen=True, slots=True)
class SiteAnswer:
    """What one of a site's own files says; ``delay`` is in seconds, ``is_indexed`` whether the page may be read."""

    addresses: tuple[str, ...]
    sitemaps: tuple[str, ...]
    delay: float
    is_indexed: bool


def unpack_site(values: dict[str, Any]) -> SiteAnswer:
    """The answer of ``site.read_site``; raises WireError when it is not as promised."""
    try:
        return SiteAnswer(
            addresses=tuple(map(_address, values["addresses"])),
            sitemaps=tuple(map(_address, values.get("sitemaps", ()))),
            delay=float(values.get("delay", 0.0)),
            is_indexed=bool(values.get("indexed", True)),
        )
    except (KeyError, TypeError, ValueError, SourceError) as error:
        raise WireError("a site of another shape") from error


@dataclass(frozen=True, slots=True)
class PagePlace:
    """A page's size in points, how many pages there are, and a passage's rectangles, in shares of the page (0 to 1).

    A rectangle is (left, top, width, height).
    """

    pages: int
    width: float
    height: float
    marks: tuple[tuple[float, float, float, float], ...]


def unpack_place(values: dict[str, Any]) -> PagePlace:
    """The answer of ``pdf_page.place_passage``; raises WireError when it is not as promised."""
    try:
        marks = [(_share(left), _share(top), _share(wide), _share(high)) for left, top, wide, high in values["marks"]]
        return PagePlace(_number(values["pages"]), float(values["width"]), float(values["height"]), tuple(marks))
    except (KeyError, TypeError, ValueError) as error:
        raise WireError("a place of another shape") from error


def unpack_picture(values: dict[str, Any]) -> bytes:
    """The PNG of ``pdf_page.draw_page``; raises WireError when it is none."""
    try:
        picture = base64.b64decode(_text(values["png"]), validate=True)
    except (KeyError, TypeError, ValueError) as error:
        raise WireError("a picture of another shape") from error
    if not picture.startswith(PNG_MAGIC):
        raise WireError("no PNG")
    return picture


def unpack_html(values: dict[str, Any]) -> str:
    """The answer of ``markdown.markdown_html``; raises WireError when it is none."""
    try:
        return _text(values["html"])
    except (KeyError, TypeError) as error:
        raise WireError("HTML of another shape") from error


def read_json(payload: bytes) -> dict[str, Any]:
    """The JSON object in ``payload``; raises WireError when it is none."""
    try:
        values = json.loads(payload)
    except ValueError as error:
        raise WireError("no JSON") from error
    if not isinstance(values, dict):
        raise WireError("no object")
    return values


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _address(value: object) -> str:
    return normalise_address(_text(value))


def _share(value: object) -> float:
    return min(1.0, max(0.0, float(cast(float, value))))


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError
    return value
