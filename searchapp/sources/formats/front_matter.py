"""The front matter of a text: YAML between ``---``, or TOML between ``+++`` as Hugo writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from searchapp.messages import Message
from searchapp.sources.formats.stating import DATES, LANGUAGES, TITLES, read
from searchapp.sources.formats.yaml_mapping import LARGEST, YamlRefusedError, read_yaml
from searchapp.sources.stated import Stated

_FRONT_MATTER = re.compile(
    r"\A(?:(?P<yaml>---)|\+\+\+)[ \t]*\n(?P<body>.*?)^(?(yaml)(?:---|\.\.\.)|\+\+\+)[ \t]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
_FIELD = re.compile(r"^(?P<key>\w[\w.\-]*)[ \t]*[:=](?!//)[ \t]*(?P<value>.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What it states, notes on what of it cannot be read, and the text below it."""

    stated: Stated
    notes: tuple[Message, ...]
    body: str


def split_front_matter(text: str) -> FrontMatter:
    """The front matter of ``text``, if it begins with one; one beyond the bounds is text as the rest is."""
    found = _FRONT_MATTER.match(text)
    if found is None or (found["body"].strip() and not _FIELD.search(found["body"])):
        return FrontMatter(Stated(), (), text)  # a text between two rules, not metadata
    where = Message("kind_front_matter")
    if len(found["body"]) > LARGEST:
        why = Message("yaml_too_long", kb=LARGEST >> 10)
        return FrontMatter(Stated(), (Message("stated_unreadable", where=where, why=why),), text)
    body = text[found.end() :]
    try:
        stated, notes = read(read_yaml(found["body"]) if found["yaml"] else _read_toml(found["body"]), where)
    except YamlRefusedError as error:
        stated, _ = read(_lines(found["body"]), where)
        notes = (Message("front_matter_unreadable", why=error.why),)
    return FrontMatter(stated, notes, body)


def _read_toml(body: str) -> Mapping[str, Any]:
    import tomllib

    try:
        return tomllib.loads(body)
    except (ValueError, RecursionError) as error:
        raise YamlRefusedError(Message("toml_malformed")) from error


def _lines(body: str) -> dict[str, str]:
    """Title, date and language of a front matter that cannot be read: a colon in a title is enough for that."""
    fields: dict[str, str] = {}
    for field in _FIELD.finditer(body):
        if field["key"].lower() in (*TITLES, *DATES, *LANGUAGES):
            fields.setdefault(field["key"], _plain(field["value"]))
    return fields


def _plain(value: str) -> str:
    value = value.strip()
    if value[:1] in ("'", '"'):
        end = value.find(value[0], 1)
        return value[1:end] if end > 0 else value[1:]
    return value.partition(" #")[0].strip()
