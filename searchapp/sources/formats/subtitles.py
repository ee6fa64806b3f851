"""Subtitles (SubRip and WebVTT): what is said, as running text, under the times at which it is said."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import NamedTuple

from searchapp.errors import SourceError
from searchapp.model import SourceType
from searchapp.sources.builder import DocumentBuilder
from searchapp.sources.formats.text import lines_of
from searchapp.sources.parsed import Parsed, ParserInput

SECTION_SECONDS = 30.0
"""A section is at least so long, and ends with a sentence: short enough to find the place in a film."""

LONGEST_SECONDS = 120.0
"""Where nobody ends a sentence."""

_TIME = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMES = re.compile(rf"{_TIME}[ \t]*-->[ \t]*{_TIME}(?:[ \t].*)?")
_VOICE = re.compile(r"<v(?:\.[^\s<>]{1,100})?[ \t]+([^<>\n]{1,200})>")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>|\{\\[^{}\n]{1,200}\}")
_ROLL_UP = re.compile(r"<\d{1,4}:\d{1,2}:\d{1,2}\.\d{1,3}>|<\d{1,2}:\d{1,2}\.\d{1,3}>")
"""The time of a word inside a cue: such captions scroll, and each cue repeats the last line of the one before."""
_SENTENCE_END = re.compile(r"[.?!…。？！][\"'”’」』)）]*$")
_WIDE = re.compile(r"[\u3001-\u30ff\u3400-\u9fff\uff01-\uff60]")


class Cue(NamedTuple):
    """What is said from ``start`` to ``end``, in seconds."""

    start: float
    end: float
    lines: list[str]


def parse_subtitles(source: ParserInput) -> Parsed:
    """Read subtitles; the heading of a section is its time.

    Raises SourceError where there is no cue in them.
    """
    text = lines_of(source.data).lstrip("\ufeff")
    builder = DocumentBuilder()
    waiting: list[Cue] = []
    for cue in _cues(text):
        waiting.append(cue)
        length = cue.end - waiting[0].start
        is_sentence = bool(cue.lines and _SENTENCE_END.search(cue.lines[-1]))
        if (length >= SECTION_SECONDS and is_sentence) or length >= LONGEST_SECONDS:
            _add(builder, waiting)
            waiting = []
    _add(builder, waiting)
    if builder.is_empty:
        raise SourceError("format_damaged", name=source.name, format=source.suffix.removeprefix(".").upper())
    return builder.build(SourceType.SUBTITLES, title=source.stem, stem=source.stem)


def _cues(text: str) -> Iterator[Cue]:
    rolls = bool(_ROLL_UP.search(text))
    before: list[str] = []
    cue: Cue | None = None
    for line in [*text.split("\n"), ""]:
        if found := _TIMES.fullmatch(line.strip()):
            if cue is not None:  # no blank line between two: its last line is the number of this one
                if cue.lines and cue.lines[-1].isdecimal():
                    cue.lines.pop()
                yield cue
            cue = Cue(_seconds(found.groups()[:4]), _seconds(found.groups()[4:]), [])
        elif line.strip() and cue is not None:
            said = _words(line)
            if said and not (rolls and said in before):
                cue.lines.append(said)
        elif cue is not None:
            if cue.lines:
                before = cue.lines
                yield cue
            cue = None


def _words(line: str) -> str:
    spoken = _VOICE.sub(lambda voice: f"{voice[1].strip()}: ", _ROLL_UP.sub("", line))
    return unescape(_TAG.sub("", spoken)).strip()


def _add(builder: DocumentBuilder, cues: list[Cue]) -> None:
    text = ""
    for line in (line for cue in cues for line in cue.lines):
        touches = text and not (_WIDE.match(text[-1]) and _WIDE.match(line[0])) and not line.startswith("- ")
        text += (" " if touches else "\n" if text and line.startswith("- ") else "") + line
    if text:
        builder.add(text, headings=[f"{_clock(cues[0].start)}–{_clock(cues[-1].end)}"])


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
