"""What goes into a parser and what comes out of it: plain data that crosses the process border."""

from __future__ import annotations

import base64
import datetime as dt
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, TypeAlias
from urllib.parse import unquote, urlsplit

from searchapp.model import Section, SourceType
from searchapp.model.json import Checked
from searchapp.sources.source import normalise_address
from searchapp.sources.stated import Stated

LARGEST_HTML = 16 << 20
"""Bytes of a document as HTML, to look at: a browser shows no more, and repeated tags make little Markdown large."""

MOST_MEMBERS = 5000
"""Documents that come of one archive; more are a corpus, which belongs into a folder."""

PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class ParserOptions:
    """What the operator allows and gives to the parsers.

    ``max_bytes`` is what a packed file may unpack to. ``passwords`` are tried on protected documents. ``ocr``,
    ``ocr_languages`` and ``ocr_max_pages`` as in ``recognition.Wishes``.
    """

    max_bytes: int = 256 << 20
    passwords: Sequence[str] = field(default=(), repr=False)
    ocr: str = "auto"
    ocr_languages: str = ""
    ocr_max_pages: int = 0


@dataclass(slots=True)
class Taken:
    """What was read so far of the files inside one document, at all depths (``members``)."""

    files: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class ParserInput:
    """The bytes of one source. ``name`` is its path or address; ``content_type`` is what a web server called it.

    ``progress`` is called by a parser before each further step that may take as long as a whole document. ``depth``
    tells how many documents it is inside of, and ``taken`` is what they share.
    """

    name: str
    data: bytes
    content_type: str = ""
    options: ParserOptions = ParserOptions()
    progress: Callable[[], None] = field(default=lambda: None, repr=False, compare=False)
    depth: int = 0
    taken: Taken = field(default_factory=Taken, repr=False, compare=False)

    @property
    def suffix(self) -> str:
        """The lower-case suffix, ``.gz`` left out: ``.html`` for ``page.HTML.gz``; empty without one."""
        return _file_name(self.name)[1]

    @property
    def stem(self) -> str:
        """The name without folders and suffixes, a title of last resort: ``report`` for ``/in/report.pdf``."""
        return _file_name(self.name)[0]

    @property
    def readable_stem(self) -> str:
        """The same as words: the signs that stand for blanks in it become blanks."""
        words = " ".join(unquote(self.stem).replace("_", " ").split())
        return (words if " " in words else _HYPHEN.sub(" ", words)) or self.stem


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser found; the loader adds identity and hash and makes it a ``Document``.

    ``stated`` is what its front matter says.
    """

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
    stated: Stated = field(default_factory=Stated)

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


_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_PARTS_OF_NAME = re.compile(r"[/\\]+")
_LONGEST_PART, _MOST_PARTS = 200, 50


def member_name(name: str) -> str:
    """A member's name as one below its archive, whatever it says: no root, no drive, no way up, no signs of control."""
    parts = ("".join(sign for sign in part if sign.isprintable()).strip() for part in _PARTS_OF_NAME.split(name))
    kept = [part for part in parts if part not in ("", ".", "..") and not (len(part) == 2 and part[1] == ":")]
    # The end of a long part has the suffix.
    return "/".join(part[-_LONGEST_PART:] for part in kept[-_MOST_PARTS:])


def _bytes(text: bytes) -> bytes:
    return base64.b64decode(text, validate=True)


def _member_name(name: str) -> str:
    if not name or member_name(name) != name:
        raise ValueError("no name below an archive")
    return name


def _measure(value: float) -> float:
    if not 0 <= value < math.inf:
        raise ValueError("no measure")
    return value


def _quarters(value: int) -> int:
    return value % 4


def _between(value: str) -> str:
    if value not in ("", " ", "\t", "\n", "\u00ad"):
        raise ValueError("nothing that stands between runs")
    return value


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def without_controls(text: str) -> str:
    """Text of one line without signs of control, among them those that would turn what stands around it."""
    return _UNSEEN.sub(" ", text)


Address: TypeAlias = Annotated[str, Checked(normalise_address)]
Count: TypeAlias = Annotated[int, Checked(_measure)]
Length: TypeAlias = Annotated[float, Checked(_measure)]
Share: TypeAlias = Annotated[float, Checked(_share)]
Png: TypeAlias = Annotated[bytes, Checked(_png)]
"""A picture, which comes in base 64."""


@dataclass(frozen=True, slots=True)
class SidecarAnswer:
    """What a sidecar states, and a note on what of it cannot be used."""

    stated: Stated
    note: str = ""


@dataclass(frozen=True, slots=True)
class SiteAnswer:
    """What one of a site's own files says; ``delay`` is in seconds, ``is_indexed`` whether the page may be read.

    ``canonical`` has the address that a page names as its own where that is another one, ``sketch`` is of its text
    (``copies.sketch``).
    """

    addresses: tuple[Address, ...]
    sitemaps: tuple[Address, ...] = ()
    delay: float = 0.0
    is_indexed: bool = True
    canonical: tuple[Address, ...] = ()
    sketch: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PagePlace:
    """A page's size in points, how many pages there are, and a chunk's rectangles, in shares of the page (0 to 1).

    A rectangle is (left, top, width, height).
    """

    pages: Count
    width: Length
    height: Length
    marks: tuple[tuple[Share, Share, Share, Share], ...]


PageSize: TypeAlias = tuple[Length, Length]
"""Width and height in points (1/72 inch)."""


@dataclass(frozen=True, slots=True)
class Sheets:
    """How many pages a PDF has, and how large each of the first ten thousand is."""

    pages: Count
    sizes: tuple[PageSize, ...]


@dataclass(frozen=True, slots=True)
class TextRun:
    """Text on one line of a page, without a wide gap. Edges in shares of the page as it is seen, from the top left."""

    text: Annotated[str, Checked(without_controls)]
    left: Share
    top: Share
    width: Share
    height: Share
    turn: Annotated[int, Checked(_quarters)] = 0
    """How it is turned, in quarters, clockwise."""
    is_vertical: bool = False
    """Whether its characters stand below each other."""
    then: Annotated[str, Checked(_between)] = ""
    """What comes before the next run when the text is read: nothing, a space, a tab, a line break, or a soft hyphen
    (U+00AD) where the hyphen at this one's end belongs to the line and not to the word."""


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The text of a page in reading order; ``is_cut`` where the page has more than is told."""

    page: Count
    runs: tuple[TextRun, ...]
    is_cut: bool = False


Packed: TypeAlias = Annotated[bytes, Checked(_bytes)]
"""A member's bytes, which come in base 64."""
MemberName: TypeAlias = Annotated[str, Checked(_member_name)]


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive; ``error`` is the encoded sentence on why it could not be unpacked, empty where it was."""

    name: MemberName
    data: Packed = field(repr=False)
    error: str = ""


@dataclass(frozen=True, slots=True)
class Members:
    """Some of an archive's members; ``following`` is the number of the next one, unless these are the last."""

    members: tuple[Member, ...]
    following: Count
    is_last: bool = False


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
