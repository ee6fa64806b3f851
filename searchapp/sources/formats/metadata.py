"""What documents say of themselves: titles (many are a template's, a program's or a file's name), dates, properties.

In Office documents these are properties. What people state beside a text is ``stating``'s.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from searchapp.errors import SourceError
from searchapp.sources.builder import one_line
from searchapp.sources.containers import Archive

_PROGRAM_PREFIX = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel)|powerpoint presentation|word)\s*-\s*", re.IGNORECASE
)
_FILE_TITLE = re.compile(
    r"\.(?:docx?|pptx?|xlsx?|dvi|tex|pdf|indd|qxd|ps|eps|rtf|odt|fm|pmd|cdr|ai|tmp|txt|html?|exe|dll|wp[ds]|pub|p65"
    r"|jpe?g|png|tiff?|gif|bmp|psd|zip|csv|wps|et|dps)$"
    r"|^(?:[a-z]:\\|\\\\|file:|/(?:home|users|tmp|var|mnt)/)|^(?:scan|img|dsc|pict?)[_ -]?\d+$|^\d{5,}$",
    re.IGNORECASE,
)
_PROGRAMS = frozenset(
    "acrobat calc coreldraw distiller draw excel framemaker ghostscript illustrator impress indesign keynote latex "
    "libreoffice office openoffice pagemaker pages pdfcreator pdftex photoshop powerpoint print pscript5 publisher "
    "quarkxpress word wps writer 文字 演示 表格".split()
)
_BESIDE_PROGRAMS = frozenset(
    "adobe apple cc corel dll hyperref macintosh microsoft org pdf version windows with".split()
)
_WORDS = re.compile(r"[^\s®™().,/-]+")
_VERSION = re.compile(r"(?:cs|x|v)?\d+", re.IGNORECASE)
_FACING_PAGES = re.compile(r"(\d{1,4})\s?[|/·-]?\s?(\d{1,4})\s?(?=[^\W\d])")
_NO_TITLE = re.compile(
    r"^(?:untitled.*|document\d*|slide \d+|title|no title|none|null|\W*|\(?anonymous\)?"
    r"|powerpoint presentation|presentation\d*|(?:powerpoint )?演示文稿\d*|microsoft word|about:\S*"
    r"|layout \d+|dokument\d*|文档\s?\d*|无标题.*|未命名.*)$",
    re.IGNORECASE,
)

_PARTS = ("docProps/core.xml", "meta.xml")  # Office Open XML, OpenDocument
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"


def sensible_title(title: str | None) -> str:
    """The title, or an empty string where it says nothing about the document."""
    line = _PROGRAM_PREFIX.sub("", one_line(title or ""))
    if len(line) < 2 or _NO_TITLE.match(line) or _FILE_TITLE.search(line) or _names_program(line) or "\ufffd" in line:
        return ""
    return line


def _names_program(line: str) -> bool:
    words = [word.lower() for word in _WORDS.findall(line)]
    others = [word for word in words if word not in _PROGRAMS]
    return len(others) < len(words) and all(word in _BESIDE_PROGRAMS or _VERSION.fullmatch(word) for word in others)


def without_page_numbers(line: str) -> str:
    """A heading without the numbers of two facing pages that were printed before it ("208 209Global Study")."""
    found = _FACING_PAGES.match(line)
    if found is None:
        return line
    left, right = int(found[1]), int(found[2])
    is_years = left >= 1900 and found[0][-1].isspace()
    return line[found.end() :] if right == left + 1 and left % 2 == 0 and not is_years else line


def parse_date(value: str) -> dt.datetime | None:
    """An ISO 8601 date or time, in UTC where it names no zone; None for anything else."""
    try:
        found = dt.datetime.fromisoformat(value.strip().removesuffix(" UTC").replace(" +", "+"))
        return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):  # at the edge of the calendar an offset may lead out of it
        return None


@dataclass(frozen=True, slots=True)
class Properties:
    """Of an Office document; empty where it says nothing, or nothing sensible."""

    title: str = ""
    modified: dt.datetime | None = None


def read_properties(archive: Archive) -> Properties:
    """The properties of Office Open XML and OpenDocument; damaged ones are none."""
    for part in _PARTS:
        try:
            tree = archive.xml(part)
        except SourceError:
            continue
        if tree is None:
            continue
        title = tree.findtext(f".//{{{_DUBLIN_CORE}}}title") or ""
        changed = tree.findtext(".//{http://purl.org/dc/terms/}modified") or tree.findtext(f".//{{{_DUBLIN_CORE}}}date")
        return Properties(sensible_title(title), parse_date(changed or ""))
    return Properties()
