"""Whether a document is one of those that filters leave, for who reads entries rather than asks an engine.

Engines keep a document's own fields as ``name=value`` texts in one column, whatever names there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from searchapp.model import DocumentEntry, Fields, Filters


def passes(filters: Filters, entry: DocumentEntry) -> bool:
    """Whether the document may be found; ``headings`` are a chunk's and are not looked at."""
    modified = entry.modified
    return (
        (not filters.types or entry.type in filters.types)
        and (not filters.languages or entry.language in filters.languages)
        and (not filters.document_ids or entry.id in filters.document_ids)
        and entry.id not in filters.excluded_document_ids
        and (not filters.paths or entry.source.startswith(tuple(filters.paths)))
        and (not filters.years or (modified is not None and modified.astimezone(dt.UTC).year in filters.years))
        and (filters.after is None or (modified is not None and modified >= filters.after))
        and (filters.before is None or (modified is not None and modified < filters.before))
        and (not filters.tags or not set(filters.tags).isdisjoint(entry.tags))
        and (not filters.collections or not set(filters.collections).isdisjoint(entry.collections))
        and all(not held.isdisjoint(packed(entry.fields)) for held in map(set, wanted_fields(filters)))
        and may_read(filters.groups, entry.groups)
    )


def packed(fields: Fields) -> list[str]:
    """The fields as ``name=value`` texts."""
    return [f"{name}={value}" for name, values in fields.items() for value in values]


def unpacked(texts: Iterable[str] | None) -> Fields:
    """The fields that ``packed`` wrote; of an index of before there are none."""
    fields: dict[str, tuple[str, ...]] = {}
    for text in texts if texts is not None else ():
        name, _, value = text.partition("=")
        fields[name] = (*fields.get(name, ()), value)
    return fields


def wanted_fields(filters: Filters) -> list[list[str]]:
    """The ``name=value`` texts that are asked for: of each list one must be held."""
    by_name: dict[str, list[str]] = {}
    for name, value in filters.fields:
        by_name.setdefault(name, []).append(f"{name}={value}")
    return list(by_name.values())


def may_read(groups: Sequence[str] | None, allowed: Sequence[str]) -> bool:
    """Whether who is in these groups (None: everybody) may read a document that is for the ``allowed`` ones."""
    return groups is None or not allowed or not set(groups).isdisjoint(allowed)
