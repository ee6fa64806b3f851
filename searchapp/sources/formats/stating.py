"""A mapping, of front matter, a sidecar or a path rule, as what it states of a document, within bounds."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from searchapp.messages import Message
from searchapp.sources.builder import LONGEST_TITLE, one_line
from searchapp.sources.formats.metadata import parse_date
from searchapp.sources.stated import Stated

MOST_NAMES, LONGEST_NAME = 32, 40
MOST_VALUES, LONGEST_VALUE = 32, 200
"""Of one name: tags, or values of a field. Stores keep them beside every chunk."""

NAMED = 5
"""Names of what is left out that a note tells."""

_NAME = re.compile(r"\w[\w.\- ]*")
_COMMAS = re.compile("[,，、;；]")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?=$|[-_])")
_EMPTY = ("", "~", "null")

TITLES = ("title", "标题")
DATES = ("lastmod", "last_modified", "lastmodified", "updated", "modified", "date", "日期")
LANGUAGES = ("lang", "language", "语言")
TAGS = ("tags", "tag", "标签")
COLLECTIONS = ("collections", "collection", "合集", "文集")
"""The names that mean the same, the highest first; every other name is a field of its own."""

_TABLES = ("params", "taxonomies", "extra")
"""Under these site generators keep names that they do not know themselves."""


def read(values: Mapping[Any, Any], where: str | Message) -> tuple[Stated, tuple[Message, ...]]:
    """What ``values`` state, and a note on those that are left out; ``where`` they stand is the note's to tell."""
    known: dict[str, tuple[str, ...]] = {}
    left_out: list[str] = []
    for name, value in _flat(values):
        texts = _texts(name, value)
        if texts is None or not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            left_out.append(name[:LONGEST_NAME])
            continue
        longest = LONGEST_TITLE if name in TITLES else LONGEST_VALUE
        kept = tuple(text for text in texts if len(text) <= longest)[:MOST_VALUES]
        fits = name in known or len(known) < MOST_NAMES
        if len(kept) < len(texts) or (kept and not fits):
            left_out.append(name)
        if kept and fits:
            known[name] = kept
    dates = {name: parse_date(known[name][0]) for name in DATES if name in known}
    languages = {name: _code(known[name][0]) for name in LANGUAGES if name in known}
    left_out += [name for name, read_as in (*dates.items(), *languages.items()) if not read_as]
    special = (*TITLES, *DATES, *LANGUAGES, *TAGS, *COLLECTIONS)
    stated = Stated(
        title=next((known[name][0] for name in TITLES if name in known), ""),
        language=next(filter(None, languages.values()), ""),
        modified=next(filter(None, dates.values()), None),
        tags=next((known[name] for name in TAGS if name in known), ()),
        collections=next((known[name] for name in COLLECTIONS if name in known), ()),
        fields={name: texts for name, texts in known.items() if name not in special},
    )
    return stated, _note(where, left_out)


def _flat(values: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if name in _TABLES and isinstance(value, Mapping):
            yield from ((one_line(str(inner)).lower(), one) for inner, one in value.items())
        else:
            yield one_line(str(name)).lower(), value


def _texts(name: str, value: Any) -> Sequence[str] | None:
    """The texts of a scalar or a list of them, each once; None for anything else."""
    many = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(one, Mapping | list | tuple) for one in many):
        return None
    try:
        texts = [one_line(_text(one)) for one in many]
    except ValueError:  # a number of thousands of digits
        return None
    if name in TAGS:
        texts = [part.strip().removeprefix("#") for text in texts for part in _COMMAS.split(text)]
    return list(dict.fromkeys(text for text in texts if text not in _EMPTY))


def _text(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _code(value: str) -> str:
    code = _LANGUAGE.match(value)
    return code[0].lower() if code else ""


def _note(where: str | Message, left_out: Sequence[str]) -> tuple[Message, ...]:
    names = tuple(dict.fromkeys(left_out))
    return (
        (Message("stated_left_out", where=where, names=names[:NAMED], more=int(len(names) > NAMED)),) if names else ()
    )
