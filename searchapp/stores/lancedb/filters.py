"""Filters as conditions in LanceDB's SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from searchapp.model import Filters


def where(filters: Filters) -> str | None:
    """The condition that a chunk row must meet; None when there is none."""
    parts: list[str] = []
    if filters.types:
        parts.append(one_of("type", filters.types))
    if filters.languages:
        parts.append(one_of("language", filters.languages))
    if filters.document_ids:
        parts.append(one_of("document_id", filters.document_ids))
    if filters.path_prefix:
        parts.append(f"starts_with(source, {quoted(filters.path_prefix)})")
    if filters.after:
        parts.append(f"modified >= {_instant(filters.after)}")
    if filters.before:
        parts.append(f"modified < {_instant(filters.before)}")
    if filters.groups is not None:
        parts.append(readable_by(filters.groups))
    return " AND ".join(parts) or None


def readable_by(groups: Sequence[str]) -> str:
    """The condition for documents of one of the groups, or of none at all."""
    if not groups:
        return "groups IS NULL"
    return f"(groups IS NULL OR array_has_any(groups, make_array({', '.join(quoted(group) for group in groups)})))"


def one_of(column: str, values: Iterable[str]) -> str:
    """``column IN (...)`` with every value quoted."""
    return f"{column} IN ({', '.join(quoted(value) for value in values)})"


def quoted(value: str) -> str:
    """A string literal; the only special character in it is the quote itself."""
    return "'" + value.replace("'", "''") + "'"


def _instant(moment: dt.datetime) -> str:
    text = moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    return f"arrow_cast('{text}Z', 'Timestamp(Millisecond, Some(\"UTC\"))')"
