"""A PDF's pages without text: recognised where tesseract is installed and can, and named where not."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Self

from searchapp.messages import Message
from searchapp.sources.parsed import ParserInput

MOST_NAMED = 10

DOTS_PER_INCH = 300
"""What tesseract's models were trained for."""

LONGEST_SIDE = 5000
"""In pixels: a poster is drawn smaller, so that one page cannot take all the memory."""

LIST_SECONDS = 20.0

# Tesseract parts CJK characters by spaces as if they were words.
_CJK = "\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60"
_CJK_SPACE = re.compile(f"(?<=[{_CJK}]) +(?=[{_CJK}])")


@dataclass(frozen=True, slots=True)
class Scans:
    """What became of the pages without text: ``texts`` by number, and what would help with the others.

    ``lacking`` are the languages, joined by ``+``, that were wanted and that tesseract does not have here.
    """

    texts: dict[int, str]
    remedy: Message
    lacking: str = ""

    def notes(self, silent: Sequence[int]) -> list[Message]:
        """What a reader of the document should know of its scanned and its ``silent`` pages."""
        read = [_named("pages_recognised", list(self.texts))] if self.texts else []
        return [*read, _named("pages_without_text", silent), self.remedy] if silent else read


def read_scans(source: ParserInput, password: str, numbers: Sequence[int]) -> Scans:
    """Recognise the pages ``numbers`` (from 1), one after the other, as many as the operator allows."""
    options = source.options
    if not numbers or not options.ocr_languages or not options.ocr_max_pages:
        return Scans({}, Message("ocr_needed"))
    look_again()  # this process may be older than what was installed meanwhile
    languages = installed(options.ocr_languages)
    lacking = "+".join(name for name in options.ocr_languages.split("+") if name not in languages.split("+"))
    if not languages:
        return Scans({}, Message("tesseract_missing", languages=options.ocr_languages), lacking)
    texts = {}
    try:
        with Pages(source.data, password) as pages:
            for number in numbers[: options.ocr_max_pages]:
                source.progress()
                if text := _attempt(pages, number, languages):
                    texts[number] = text
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - what pypdf reads and PDFium does not simply stays unrecognised
        return Scans(texts, Message("pages_not_drawable"))
    if len(numbers) > options.ocr_max_pages:
        remedy = Message("ocr_pages_limited", most=options.ocr_max_pages)
    elif lacking:
        remedy = Message("ocr_languages_missing", languages=lacking.split("+"))
    else:
        remedy = Message("ocr_found_nothing")
    return Scans(texts, remedy, lacking)


def _attempt(pages: Pages, number: int, languages: str) -> str:
    try:
        return pages.text(number, languages)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - one broken page must not cost the others
        return ""


def _named(code: str, numbers: Sequence[int]) -> Message:
    more = 1 if len(numbers) > MOST_NAMED else 0
    return Message(code, pages=numbers[:MOST_NAMED], count=len(numbers), more=more)


def installed(wanted: str) -> str:
    """Those of the languages in ``wanted`` (``eng+chi_sim``) that can be read here; empty where none can."""
    return "+".join(language for language in wanted.split("+") if language in _languages())


def look_again() -> None:
    """Forget what was found before: tesseract or a language may have been installed meanwhile."""
    _program.cache_clear()
    _languages.cache_clear()


class Pages:
    """A PDF's pages as pictures; a context manager."""

    def __init__(self, data: bytes, password: str) -> None:
        """Open the PDF; raises pypdfium2's PdfiumError where it cannot."""
        from pypdfium2 import PdfDocument

        self._document = PdfDocument(data, password=password or None)

    def text(self, number: int, languages: str) -> str:
        """What stands on page ``number`` (from 1), as far as it is recognised."""
        return recognise(self._picture(number), languages)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._document.close()

    def _picture(self, number: int) -> bytes:
        """The page in grey, in the simplest format that tesseract reads (binary PGM)."""
        page = self._document[number - 1]
        longest = max(page.get_size()) or 1.0
        bitmap = page.render(scale=min(DOTS_PER_INCH / 72, LONGEST_SIDE / longest), grayscale=True)
        grey = bytes(bitmap.buffer)
        rows = (grey[row * bitmap.stride : row * bitmap.stride + bitmap.width] for row in range(bitmap.height))
        picture = b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + b"".join(rows)
        bitmap.close()
        page.close()
        return picture


def recognise(picture: bytes, languages: str) -> str:
    """The text in a picture; empty where tesseract finds none, or fails."""
    command = [_program(), "-", "-", "-l", languages, "--dpi", str(DOTS_PER_INCH), "-c", "preserve_interword_spaces=1"]
    # More threads than one make tesseract slower unless the machine does nothing else.
    done = subprocess.run(  # noqa: S603 - a fixed command; the languages were checked against the installed ones
        command, input=picture, capture_output=True, env={**os.environ, "OMP_THREAD_LIMIT": "1"}, check=False
    )
    text = done.stdout.decode("utf-8", errors="replace").replace("\f", "\n") if done.returncode == 0 else ""
    return _CJK_SPACE.sub("", text).strip()


@cache
def _languages() -> frozenset[str]:
    if not _program():
        return frozenset()
    try:
        listed = subprocess.run(  # noqa: S603 - a fixed command
            [_program(), "--list-langs"], capture_output=True, text=True, timeout=LIST_SECONDS, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(listed.stdout.split("\n")[1:])


@cache
def _program() -> str:
    return shutil.which("tesseract") or ""
