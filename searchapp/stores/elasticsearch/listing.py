"""The registry's list, sorted and in pages. Elasticsearch counts to 10,000; behind that the list goes by places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from searchapp.stores.elasticsearch import documents
from searchapp.stores.registry import Cursor, EntryOrder, EntryPage, Place, folder_of, page_of

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

Json = dict[str, Any]

WINDOW = 10_000
"""How far a list is counted from its beginning: ``index.max_result_window`` as it is by default."""

MISSING = {EntryOrder.NEWEST: -(2**63), EntryOrder.OLDEST: 2**63 - 1, EntryOrder.LARGEST: -(2**63)}
"""What Elasticsearch says and takes in the place of a number that an entry does not have; of a word it is null."""

SORTED_BY: Mapping[EntryOrder, list[Json]] = {
    EntryOrder.NEWEST: [{"updated": {"order": "desc", "missing": "_last"}}],
    EntryOrder.OLDEST: [{"updated": {"order": "asc", "missing": "_last"}}],
    EntryOrder.TITLE: [{"title_order": {"order": "asc", "missing": "_last", "unmapped_type": "keyword"}}],
    EntryOrder.SOURCE: [],
    EntryOrder.LARGEST: [{"chunks": {"order": "desc", "missing": "_last"}}],
    EntryOrder.TYPE: [{"type": {"order": "asc", "missing": "_last"}}],
    EntryOrder.STATE: [{"state": {"order": "asc", "missing": "_last"}}],
}
COUNTED_AT_ONCE = 5000
"""Values of one answer."""

TURNED = {"asc": "desc", "desc": "asc", "_last": "_first"}


def containing(text: str) -> Json:
    """The query for entries whose title or source contains ``text``, in upper or lower case."""
    literal = re.sub(r"([*?\\])", r"\\\1", text)
    pattern = {"value": f"*{literal}*", "case_insensitive": True}
    return {"bool": {"should": [{"wildcard": {field: pattern}} for field in ("title.raw", "source")]}}


def page(
    client: Elasticsearch, index: str, query: Json, order: EntryOrder, offset: int, size: int, cursor: Cursor | None
) -> EntryPage:
    """One page of the entries that ``query`` finds, WINDOW of them at most; see ``Registry.entries``."""
    listed = _Listed(client, index, query, order)
    if cursor is None and offset and offset + size > WINDOW:
        place = listed.place(offset - 1)
        if place is None:
            return page_of([], listed(size=0)["total"]["value"], size, offset, None)
        cursor = Cursor(place)
    if cursor is None:
        found = listed(from_=offset, size=min(size, WINDOW))
    else:
        size = min(size, WINDOW - 1)
        after = None if cursor.place is None else _values(order, cursor.place)
        found = listed(cursor.backwards, size=size + 1, search_after=after)
    rows = [(_place_of(order, hit), documents.entry_of(hit)) for hit in found["hits"]]
    return page_of(rows, found["total"]["value"], size, offset, cursor)


def folder_counts(client: Elasticsearch, index: str, clauses: list[Json], no_document: Json) -> dict[str, int]:
    """How many of the entries that the ``clauses`` find lie in each folder; see ``Registry.folder_counts``."""
    counts = Counter(_counted(client, index, {"bool": {"filter": clauses, **no_document}}, "folder"))
    # An entry that an earlier version wrote does not name its folder.
    old = {"bool": {"filter": clauses, "must_not": [no_document["must_not"], {"exists": {"field": "folder"}}]}}
    for source, times in _counted(client, index, old, "source").items():
        counts[folder_of(source)] += times
    return counts


def _counted(client: Elasticsearch, index: str, query: Json, field: str) -> dict[str, int]:
    """The entries by the values of ``field``, however many there are."""
    by_value = [{"value": {"terms": {"field": field}}}]
    counts: dict[str, int] = {}
    after: Json = {}
    while True:
        answer = client.search(
            index=index,
            query=query,
            size=0,
            aggs={"values": {"composite": {"size": COUNTED_AT_ONCE, "sources": by_value, **after}}},
            ignore_unavailable=True,
        )
        found = answer.get("aggregations", {}).get("values", {})
        counts |= {bucket["key"]["value"]: bucket["doc_count"] for bucket in found.get("buckets", [])}
        if "after_key" not in found:
            return counts
        after = {"after": found["after_key"]}


class _Listed:
    """What a query finds, in an order."""

    def __init__(self, client: Elasticsearch, index: str, query: Json, order: EntryOrder) -> None:
        self._client = client
        self._index = index
        self._query = query
        self._order = order

    def __call__(self, backwards: bool = False, **which: Any) -> Json:
        found: Json = self._client.search(
            index=self._index,
            query=self._query,
            sort=_sort(self._order, backwards),
            track_total_hits=True,
            ignore_unavailable=True,
            **which,
        )["hits"]
        return found

    def place(self, index: int) -> Place | None:
        """Where entry number ``index`` stands, counted from 0 and in steps of WINDOW; None behind the end."""
        hits = self(from_=min(index, WINDOW - 1), size=1, source=False)["hits"]
        index -= WINDOW
        while hits and index >= 0:
            step = min(index + 1, WINDOW)
            hits = self(size=step, search_after=hits[-1]["sort"], source=False)["hits"][step - 1 :]
            index -= step
        return _place_of(self._order, hits[-1]) if hits else None


def _sort(order: EntryOrder, backwards: bool) -> list[Json]:
    every: list[Json] = [*SORTED_BY[order], {"source": {"order": "asc"}}]
    if not backwards:
        return every
    return [
        {field: {name: TURNED.get(value, value) for name, value in how.items()} for field, how in one.items()}
        for one in every
    ]


def _place_of(order: EntryOrder, hit: Json) -> Place:
    *keys, source = hit["sort"]
    key = keys[0] if keys else None
    return Place(None if key == MISSING.get(order) else key, source)


def _values(order: EntryOrder, place: Place) -> list[Any]:
    """A place as ``search_after`` takes it."""
    key = MISSING.get(order) if place.key is None else place.key
    return [key, place.source] if SORTED_BY[order] else [place.source]
