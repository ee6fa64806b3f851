"""What stands in a Markdown file besides Markdown: front matter, comments, a site generator's shortcodes."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

_FRONT_MATTER = re.compile(r"\A(?P<fence>---|\+\+\+)[ \t]*\n(?P<body>.*?)(?:^|\n)(?P=fence)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"^(?P<key>[A-Za-z_][\w\-]*)[ \t]*[:=][ \t]*(?P<value>.*)$", re.MULTILINE)
_FENCE = re.compile(r"^[ \t]*(?:(?:[-*+]|\d{1,9}[.)]|>)[ \t]+)*(?P<marks>`{3,}|~{3,})(?P<info>[^\n]*)$")
_COMMENT_OPEN, _COMMENT_CLOSE = "<!--", "-->"
_SHORTCODE = re.compile(r"\{\{([<%])(?!/\*)[ \t]*(?P<inner>/?[^{}]*?)[ \t]*[>%]\}\}")
_SHOWN_ARGUMENT = re.compile(r"\b(?:text|title|name|caption|alt|heading)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|`([^`]*)`)")
_TERM = re.compile(r"\bterm_id\s*=\s*[\"']([^\"']*)[\"']")
_INLINE_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")

_TITLE_KEYS = ("title",)
_DATE_KEYS = ("lastmod", "last_modified", "updated", "modified", "date")
_LANGUAGE_KEYS = ("lang", "language")


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
        title=_first(fields, _TITLE_KEYS),
        language=_language(_first(fields, _LANGUAGE_KEYS)),
        modified=next((date for key in _DATE_KEYS if (date := parse_date(fields.get(key, "")))), None),
    )
    return front, text[found.end() :]


def strip_unread(text: str) -> str:
    """The Markdown without HTML comments and shortcode tags; code blocks stay as they are.

    What a shortcode shows stays: the text between its tags, and an argument that is read (``text="Pod"``).
    """
    out: list[str] = []
    prose: list[str] = []  # lines outside code: a shortcode may run over several
    fence = ""
    in_comment = False
    for line in text.splitlines(keepends=True):
        mark = None if in_comment else _FENCE.match(line.rstrip("\n"))
        if fence:
            out.append(line)
            if mark and mark["marks"].startswith(fence) and not mark["info"].strip():
                fence = ""
        elif mark and not (mark["marks"][0] == "`" and "`" in mark["info"]):
            fence = mark["marks"]
            out += [_SHORTCODE.sub(_shown, "".join(prose)), line]
            prose = []
        else:
            kept, in_comment = _strip_comments(line, in_comment)
            if kept.strip() or not line.strip():
                prose.append(kept)
    return "".join(out) + _SHORTCODE.sub(_shown, "".join(prose))


def parse_date(value: str) -> dt.datetime | None:
    """An ISO 8601 date or time, in UTC where it names no zone; None for anything else."""
    try:
        found = dt.datetime.fromisoformat(value.strip().removesuffix(" UTC"))
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)


def _strip_comments(line: str, in_comment: bool) -> tuple[str, bool]:
    kept = ""
    while line:
        if in_comment:
            _, closed, line = line.partition(_COMMENT_CLOSE)
            in_comment = not closed
            continue
        start = _comment_start(line)
        if start < 0:
            return kept + line, False
        kept, line, in_comment = kept + line[:start], line[start + len(_COMMENT_OPEN) :], True
    return kept, in_comment


def _comment_start(line: str) -> int:
    """Where a comment opens in ``line``, not counting inline code; -1 if nowhere."""
    start = line.find(_COMMENT_OPEN)
    if start < 0 or "`" not in line:
        return start
    masked = _INLINE_CODE.sub(lambda code: " " * len(code[0]), line)
    return masked.find(_COMMENT_OPEN)


def _shown(shortcode: re.Match[str]) -> str:
    inner = shortcode["inner"]
    argument = _SHOWN_ARGUMENT.search(inner)
    if argument:
        return next(value for value in argument.groups() if value is not None)
    term = _TERM.search(inner)
    if term:
        return term[1]
    heading = re.match(r"heading\s+[\"']([^\"']+)[\"']", inner)
    return heading[1].capitalize() if heading else ""


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
