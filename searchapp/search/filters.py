"""``field=value`` texts to ``Filters``."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from searchapp.errors import UsageError
from searchapp.messages import Message
from searchapp.model import Filters, SourceType

FIELDS = {
    "type": Message("filter_takes_type", types=tuple(SourceType)),
    "language": Message("filter_takes_language"),
    "path": Message("filter_takes_path"),
    "site": Message("filter_takes_site"),
    "heading": Message("filter_takes_heading"),
    "tag": Message("filter_takes_tag"),
    "collection": Message("filter_takes_collection"),
    "field": Message("filter_takes_field"),
    "year": Message("filter_takes_year"),
    "after": Message("filter_takes_after"),
    "before": Message("filter_takes_before"),
    "document": Message("filter_takes_document"),
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
            raise UsageError("filter_wrong", text=text[:80], fields=tuple(FIELDS))
        if not value:
            raise UsageError("filter_empty", field=field, takes=FIELDS[field])
        values[field].append(value)
    for value in values["type"]:
        if value not in set(SourceType):
            raise UsageError("document_type_unknown", type=value[:40], types=tuple(SourceType))
    return Filters(
        types=tuple(values["type"]),
        languages=tuple(value.lower() for value in values["language"]),
        paths=tuple([_path(value) for value in values["path"]] + [p for v in values["site"] for p in _site(v)]),
        headings=tuple(values["heading"]),
        tags=tuple(values["tag"]),
        collections=tuple(values["collection"]),
        fields=tuple(_field(value) for value in values["field"]),
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
    """Sources are absolute, so a path that exists here is made absolute too; a web address stays as it is.

    ``~/`` is the home of who runs this, and ``~name`` is nobody's: that would tell which users this machine has.
    """
    if "://" in value:
        return value
    try:
        path = Path(value).expanduser() if value == "~" or value.startswith("~/") else Path(value)
        return str(path.resolve()) if not path.is_absolute() and path.exists() else value
    except (OSError, ValueError, RuntimeError):  # no path at all: too long, with a null character, or without a home
        return value


def _site(value: str) -> list[str]:
    """A site's addresses begin with its name, behind either scheme, with or without www."""
    name = value.lower().removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/")
    return [f"{scheme}://{www}{name}/" for scheme in ("https", "http") for www in ("", "www.")]


def _field(value: str) -> tuple[str, str]:
    name, separator, held = (part.strip() for part in value.partition("="))
    if not (separator and name and held):
        raise UsageError("filter_empty", field="field", takes=FIELDS["field"])
    return name.lower(), held


def _year(value: str) -> int:
    # Four digits, as facets write them, too; the last year has no end that a date could name.
    if not (value.isascii() and value.isdigit() and len(value) == 4 and 1 <= int(value) <= 9998):
        raise UsageError("year_wrong", year=value[:40])
    return int(value)


def _date(field: str, value: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(value)
        # In UTC at once: at the edge of the calendar an offset may lead out of it.
        return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError("date_wrong", date=value[:40], field=field) from error
