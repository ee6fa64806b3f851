"""Tesseract, where the system has it: a program, and a file for each language."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from searchapp.sources.recognition import Picture

DOTS_PER_INCH = 300
"""What its models were trained for."""

LIST_SECONDS = 20.0
ORIENTATION = "osd"
"""The file by which it tells which way up a page lies."""

# It parts CJK characters by spaces as if they were words.
_CJK = "\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uff60"
_CJK_SPACE = re.compile(f"(?<=[{_CJK}]) +(?=[{_CJK}])")


def installed(wanted: frozenset[str]) -> frozenset[str]:
    """Those of the languages that can be read here."""
    return wanted & _languages()


def look_again() -> None:
    """Forget what was found before."""
    _program.cache_clear()
    _languages.cache_clear()


def recognise(picture: Picture, languages: str) -> str:
    """The text in a picture; empty where tesseract finds none, or fails."""
    layout = ("--psm", "1") if ORIENTATION in _languages() else ()
    command = [_program(), "-", "-", "-l", languages, "--dpi", str(DOTS_PER_INCH), *layout]
    # More threads than one make tesseract slower unless the machine does nothing else.
    done = subprocess.run(  # noqa: S603 - a fixed command; the languages were checked against the installed ones
        [*command, "-c", "preserve_interword_spaces=1"],
        input=_pgm(picture),
        capture_output=True,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        check=False,
    )
    text = done.stdout.decode("utf-8", errors="replace").replace("\f", "\n") if done.returncode == 0 else ""
    return _CJK_SPACE.sub("", text).strip()


def _pgm(picture: Picture) -> bytes:
    """The simplest format that it reads."""
    high, wide = picture.shape
    return b"P5 %d %d 255\n" % (wide, high) + picture.tobytes()


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
