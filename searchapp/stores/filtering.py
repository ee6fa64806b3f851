"""Whether a document is one of those that filters leave, for who reads entries rather than asks an engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from searchapp.model import DocumentEntry, Filters


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
        and may_read(filters.groups, entry.groups)
    )


def may_read(groups: Sequence[str] | None, allowed: Sequence[str]) -> bool:
    """Whether who is in these groups (None: everybody) may read a document that is for the ``allowed`` ones."""
    return groups is None or not allowed or not set(groups).isdisjoint(allowed)
