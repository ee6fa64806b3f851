"""``field=value`` texts to ``Filters``."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from searchapp.errors import UsageError
from searchapp.model import Filters, SourceType

FIELDS = {
    "type": f"kind of document: {', '.join(SourceType)}",
    "language": "language code, such as en or zh",
    "path": "how the path or address begins",
    "site": "name of a web site, such as example.org",
    "heading": "a heading above the passage, whole",
    "year": "year in which the document was modified",
    "after": "modified on or after a date, YYYY-MM-DD",
    "before": "modified before a date, YYYY-MM-DD",
    "document": "id of a document",
}

QUERY_FIELDS = {name: name for name in FIELDS if name != "document"} | {"lang": "language", "in": "path"}
"""The fields that the query language knows, ``field:value``, with short forms; see ``query``."""


def parse_filters(texts: Iterable[str]) -> Filters:
    """Read ``field=value`` texts; a field given twice means either value (of dates the last one counts).

    Raises UsageError for an unknown field, an empty value, or a date that is none.
    """
    values: dict[str, list[str]] = {field: [] for field in FIELDS}
    for text in texts:
        field, separator, value = text.partition("=")
        field, value = field.strip().lower(), value.strip()
        if not separator or field not in FIELDS:
            raise UsageError(
                f"'{text[:80]}' is not a filter.", f"Write field=value; the fields are {', '.join(FIELDS)}."
            )
        if not value:
            raise UsageError(f"The filter {field} has no value.", f"It takes the {FIELDS[field]}.")
        values[field].append(value)
    for value in values["type"]:
        if value not in set(SourceType):
            raise UsageError(f"There is no document type '{value[:40]}'.", f"The types are {', '.join(SourceType)}.")
    return Filters(
        types=tuple(values["type"]),
        languages=tuple(value.lower() for value in values["language"]),
        paths=tuple([_path(value) for value in values["path"]] + [p for v in values["site"] for p in _site(v)]),
        headings=tuple(values["heading"]),
        years=tuple(_year(value) for value in values["year"]),
        after=_date("after", values["after"][-1]) if values["after"] else None,
        before=_date("before", values["before"][-1]) if values["before"] else None,
        document_ids=tuple(values["document"]),
    )


def overlaid(filters: Filters, typed: Filters) -> Filters:
    """``filters`` with each field that ``typed`` sets taken from there: what is typed wins over what was clicked."""
    return dataclasses.replace(
        filters, **{field.name: value for field in dataclasses.fields(Filters) if (value := getattr(typed, field.name))}
    )


def _path(value: str) -> str:
    """Sources are absolute, so a path that exists here is made absolute too; a web address stays as it is."""
    if "://" in value:
        return value
    path = Path(value).expanduser()
    try:
        return str(path.resolve()) if not path.is_absolute() and path.exists() else value
    except (OSError, ValueError):  # no path at all: too long, or with a null character
        return value


def _site(value: str) -> list[str]:
    """A site's addresses begin with its name, behind either scheme, with or without www."""
    name = value.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    return [f"{scheme}://{www}{name}/" for scheme in ("https", "http") for www in ("", "www.")]


def _year(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value[:5]) <= 9998):
        raise UsageError(f"'{value[:40]}' is not a year.", "Write year=YYYY.")
    return int(value)


def _date(field: str, value: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError as error:
        raise UsageError(f"'{value[:40]}' is not a date.", f"Write {field}=YYYY-MM-DD.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
