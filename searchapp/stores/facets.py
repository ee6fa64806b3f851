"""Facets over rows: how many chunks have each type, language, folder, year, heading, tag, collection and own field."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from searchapp.stores.base import FACET_VALUES, FacetCounts

COLUMNS = ["id", "type", "language", "source", "modified", "headings", "tags", "collections", "fields"]

MOST_COUNTED = 10_000
"""Chunks that the text index is asked for: counting that many of 50,000 took 25 ms."""


_UPLOAD = re.compile(r"[\\/]uploads[\\/][0-9a-f]{16}[\\/][^\\/]+$")


def count_facets(rows: Iterable[Mapping[str, Any]]) -> tuple[dict[str, dict[str, int]], int]:
    """The counts by facet and value, and the number of different rows; ``fields`` are ``name=value`` texts."""
    distinct = {row["id"]: row for row in rows}.values()
    facets = {
        "type": _commonest(row["type"] for row in distinct),
        "language": _commonest(row["language"] for row in distinct),
        "path": _commonest(folder(row["source"]) for row in distinct),
        "year": _commonest(f"{row['modified'].year:04d}" for row in distinct if row["modified"]),
        "heading": _commonest(heading for row in distinct for heading in set(row["headings"])),
        # A table of before these columns has none.
        "tag": _commonest(tag for row in distinct for tag in row.get("tags") or ()),
        "collection": _commonest(name for row in distinct for name in row.get("collections") or ()),
        "field": _commonest(text for row in distinct for text in row.get("fields") or ()),
    }
    return facets, len(distinct)


def add_facets(counts: FacetCounts, more: FacetCounts) -> FacetCounts:
    """The sums of both counts of other rows."""
    return {name: _most(Counter(counts.get(name, {})) + Counter(values)) for name, values in more.items()}


def _commonest(values: Iterable[str]) -> dict[str, int]:
    return _most(Counter(value for value in values if value))


def _most(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:FACET_VALUES])


def folder(source: str) -> str:
    """A file's folder or an address's site, with the slash that ends it: what ``source`` begins with.

    Empty where there is none, and for uploads, whose folders are ours and say nothing.
    """
    if "://" in source:
        try:
            parts = urlsplit(source)
        except ValueError:  # brackets that hold no address
            return ""
        return f"{parts.scheme}://{parts.netloc}/" if parts.netloc else ""
    if _UPLOAD.search(source):
        return ""
    separator = "\\" if "\\" in source and "/" not in source else "/"
    head, found, _ = source.rpartition(separator)
    return f"{head}{separator}" if found and head else ""
