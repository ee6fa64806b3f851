"""What goes into a parser and what comes out of it: plain data that crosses the process border."""

from __future__ import annotations

import base64
import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, TypeAlias
from urllib.parse import unquote, urlsplit

from searchapp.model import Section, SourceType
from searchapp.model.json import Checked
from searchapp.sources.source import normalise_address

LARGEST_HTML = 16 << 20
"""Bytes of a document as HTML, to look at: a browser shows no more, and repeated tags make little Markdown large."""

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class ParserOptions:
    """What the operator allows and gives to the parsers.

    ``max_bytes`` is what a packed file may unpack to. ``passwords`` are tried on protected documents. ``ocr_languages``
    are tesseract's names joined by ``+``, empty for no recognition; ``ocr_max_pages`` bounds it for one document.
    """

    max_bytes: int = 256 << 20
    passwords: Sequence[str] = field(default=(), repr=False)
    ocr_languages: str = ""
    ocr_max_pages: int = 0


@dataclass(frozen=True, slots=True)
class ParserInput:
    """The bytes of one source. ``name`` is its path or address; ``content_type`` is what a web server called it.

    ``progress`` is called by a parser before each further step that may take as long as a whole document.
    """

    name: str
    data: bytes
    content_type: str = ""
    options: ParserOptions = ParserOptions()
    progress: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)

    @property
    def suffix(self) -> str:
        """The lower-case suffix, ``.gz`` left out: ``.html`` for ``page.HTML.gz``; empty without one."""
        return _file_name(self.name)[1]

    @property
    def stem(self) -> str:
        """The name without folders and suffixes, a title of last resort: ``report`` for ``/in/report.pdf``."""
        return _file_name(self.name)[0]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser found; the loader adds identity and hash and makes it a ``Document``."""

    title: str
    type: SourceType
    text: str
    sections: tuple[Section, ...]
    language: str = ""
    modified: dt.datetime | None = None
    pages: int | None = None
    pages_without_text: tuple[int, ...] = ()
    note: str = ""
    lacking: str = ""

    def __post_init__(self) -> None:
        position = 0
        for section in self.sections:
            if not position <= section.start <= section.end <= len(self.text):
                raise ValueError("sections out of order")
            position = section.end
        pages = [self.pages, *self.pages_without_text, *(section.page for section in self.sections)]
        if any(page is not None and page < 0 for page in pages):
            raise ValueError("a negative page")


def _png(text: bytes) -> bytes:
    picture = base64.b64decode(text, validate=True)
    if not picture.startswith(PNG_MAGIC):
        raise ValueError("no PNG")
    return picture


def _measure(value: float) -> float:
    if not 0 <= value < math.inf:
        raise ValueError("no measure")
    return value


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


Address: TypeAlias = Annotated[str, Checked(normalise_address)]
Count: TypeAlias = Annotated[int, Checked(_measure)]
Length: TypeAlias = Annotated[float, Checked(_measure)]
Share: TypeAlias = Annotated[float, Checked(_share)]
Png: TypeAlias = Annotated[bytes, Checked(_png)]
"""A picture, which comes in base 64."""


@dataclass(frozen=True, slots=True)
class SiteAnswer:
    """What one of a site's own files says; ``delay`` is in seconds, ``is_indexed`` whether the page may be read."""

    addresses: tuple[Address, ...]
    sitemaps: tuple[Address, ...] = ()
    delay: float = 0.0
    is_indexed: bool = True


@dataclass(frozen=True, slots=True)
class PagePlace:
    """A page's size in points, how many pages there are, and a chunk's rectangles, in shares of the page (0 to 1).

    A rectangle is (left, top, width, height).
    """

    pages: Count
    width: Length
    height: Length
    marks: tuple[tuple[Share, Share, Share, Share], ...]


def _file_name(name: str) -> tuple[str, str]:
    if name.startswith(("http://", "https://")):
        parts = urlsplit(name)
        last = unquote(PurePosixPath(parts.path).name) or parts.hostname or name
        if last == parts.hostname:
            return last, ""
    else:
        last = PureWindowsPath(name).name  # takes both kinds of slash
    path = PurePosixPath(last)
    if path.suffix.lower() == ".gz":
        path = path.with_suffix("")
    return path.stem or last, path.suffix.lower()
