"""What documents say of themselves: titles (many are a template's, a program's or a file's name), dates, properties.

In Office documents these are properties, in Markdown a front matter (YAML or TOML, its simple fields).
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
    r"\.(?:docx?|pptx?|xlsx?|dvi|tex|pdf|indd|qxd|ps|eps|rtf|odt|fm|pmd|cdr|ai|tmp|txt|html?)$", re.IGNORECASE
)
_NO_TITLE = re.compile(
    r"^(?:untitled.*|document\d*|slide \d+|title|no title|none|null|\W*|\(?anonymous\)?"
    r"|powerpoint presentation|presentation\d*|(?:powerpoint )?演示文稿\d*|microsoft word|无标题.*|未命名.*)$",
    re.IGNORECASE,
)

_PARTS = ("docProps/core.xml", "meta.xml")  # Office Open XML, OpenDocument
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"

_FRONT_MATTER = re.compile(r"\A(?P<fence>---|\+\+\+)[ \t]*\n(?P<body>.*?)(?:^|\n)(?P=fence)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(?P<key>[A-Za-z_][\w\-]*)[ \t]*[:=][ \t]*(?P<value>.*)$", re.MULTILINE)
_DATE_KEYS = ("lastmod", "last_modified", "updated", "modified", "date")
_LANGUAGE_KEYS = ("lang", "language")


def sensible_title(title: str | None) -> str:
    """The metadata's title, or an empty string where it says nothing about the document."""
    line = _PROGRAM_PREFIX.sub("", one_line(title or ""))
    if len(line) < 2 or _NO_TITLE.match(line) or _FILE_TITLE.search(line) or "\ufffd" in line:
        return ""
    return line


def parse_date(value: str) -> dt.datetime | None:
    """An ISO 8601 date or time, in UTC where it names no zone; None for anything else."""
    try:
        found = dt.datetime.fromisoformat(value.strip().removesuffix(" UTC"))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)


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


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What a front matter says of its document; empty where it says nothing."""

    title: str = ""
    language: str = ""
    modified: dt.datetime | None = None


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    """The front matter (YAML or TOML, its simple fields) and the text below it."""
    found = _FRONT_MATTER.match(text)
    if not found:
        return FrontMatter(), text
    fields: dict[str, str] = {}
    for field in _FIELD.finditer(found["body"]):
        fields.setdefault(field["key"].lower(), _plain(field["value"]))
    if not fields and found["body"].strip():
        return FrontMatter(), text  # a text between two rules, not metadata
    front = FrontMatter(
        title=fields.get("title", ""),
        language=_language(_first(fields, _LANGUAGE_KEYS)),
        modified=next((date for key in _DATE_KEYS if (date := parse_date(fields.get(key, "")))), None),
    )
    return front, text[found.end() :]


def _plain(value: str) -> str:
    value = value.strip()
    if value[:1] in ("'", '"'):
        end = value.find(value[0], 1)
        return value[1:end] if end > 0 else value[1:]
    return value.partition(" #")[0].strip()


def _first(fields: dict[str, str], keys: tuple[str, ...]) -> str:
    return next((fields[key] for key in keys if fields.get(key)), "")


def _language(value: str) -> str:
    code = re.match(r"[A-Za-z]{2,3}(?=$|[-_])", value)
    return code[0].lower() if code else ""
