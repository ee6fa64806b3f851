"""``field=value`` texts to ``Filters``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from searchapp.errors import UsageError
from searchapp.model import Filters, SourceType

FIELDS = {
    "type": f"kind of document: {', '.join(SourceType)}",
    "language": "language code, such as en or zh",
    "path": "how the path or address begins",
    "after": "modified on or after a date, YYYY-MM-DD",
    "before": "modified before a date, YYYY-MM-DD",
    "document": "id of a document",
}


def parse_filters(texts: Iterable[str]) -> Filters:
    """Read ``field=value`` texts; a field given twice means either value (dates and path: the last one counts).

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
        languages=tuple(values["language"]),
        path_prefix=_path(values["path"][-1]) if values["path"] else "",
        after=_date("after", values["after"][-1]) if values["after"] else None,
        before=_date("before", values["before"][-1]) if values["before"] else None,
        document_ids=tuple(values["document"]),
    )


def _path(value: str) -> str:
    """Sources are absolute, so a path that exists here is made absolute too; a web address stays as it is."""
    if "://" in value:
        return value
    path = Path(value).expanduser()
    return str(path.resolve()) if not path.is_absolute() and path.exists() else value


def _date(field: str, value: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError as error:
        raise UsageError(f"'{value[:40]}' is not a date.", f"Write {field}=YYYY-MM-DD.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
