"""What goes into a parser and what comes out of it: plain data that crosses the process border."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from urllib.parse import unquote, urlsplit

from searchapp.model import Section, SourceType


@dataclass(frozen=True, slots=True)
class ParserOptions:
    """What the operator allows and gives to the parsers.

    ``max_bytes`` is what a packed file may unpack to. ``passwords`` are tried on protected documents. ``ocr_languages``
    are tesseract's names joined by ``+``, empty for no recognition; ``ocr_max_pages`` bounds it for one document.
    """

    max_bytes: int = 256 << 20
    passwords: tuple[str, ...] = field(default=(), repr=False)
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
