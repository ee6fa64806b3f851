"""Recognises scanned pages with tesseract, where that is installed: a page's picture goes in, its text comes out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from types import TracebackType
from typing import Self

DOTS_PER_INCH = 300
"""What tesseract's models were trained for."""

LONGEST_SIDE = 5000
"""In pixels: a poster is drawn smaller, so that one page cannot take all the memory."""

LIST_SECONDS = 20.0

# Tesseract parts CJK characters by spaces as if they were words.
_CJK = "\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60"
_CJK_SPACE = re.compile(f"(?<=[{_CJK}]) +(?=[{_CJK}])")


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
