"""The registry of the embedded store: a table of entries. The folder's lock makes claims atomic between processes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from searchapp.model import DocumentCollection, DocumentEntry, DocumentState, Pause
from searchapp.model.json import from_json, to_plain_json
from searchapp.stores.lancedb import schema
from searchapp.stores.lancedb.queries import one_of, quoted, readable_by
from searchapp.stores.lancedb.tables import DOCUMENTS, LanceTables, add_missing, translated
from searchapp.stores.ownership import LockedRegistry
from searchapp.stores.registry import (
    MOST_LABELS,
    Backlog,
    Cursor,
    EntryOrder,
    EntryPage,
    Memo,
    Place,
    by_content,
    folder_of,
    page_of,
)

PAUSE = "paused.json"
COLLECTIONS = "collections.json"
SORTED_BY = {
    EntryOrder.NEWEST: [("updated", "descending"), ("source", "ascending")],
    EntryOrder.OLDEST: [("updated", "ascending"), ("source", "ascending")],
    EntryOrder.TITLE: [("title", "ascending"), ("source", "ascending")],
    EntryOrder.SOURCE: [("source", "ascending")],
    EntryOrder.LARGEST: [("chunks", "descending"), ("source", "ascending")],
    EntryOrder.TYPE: [("type", "ascending"), ("source", "ascending")],
    EntryOrder.STATE: [("state", "ascending"), ("source", "ascending")],
}


def _from(ordered: pa.Table, order: EntryOrder, cursor: Cursor, most: int) -> list[dict[str, Any]]:
    """The rows of ``ordered`` nearest to the cursor on its side, the nearest first."""
    place = cursor.place
    if cursor.backwards:
        left = ordered.filter(pc.invert(_behind(ordered, order, place, itself=True))) if place else ordered
        return list(left.slice(max(0, left.num_rows - most)).to_pylist()[::-1])
    right = ordered.filter(_behind(ordered, order, place, itself=False)) if place else ordered.slice(0, 0)
    return list(right.slice(0, most).to_pylist())


def _behind(ordered: pa.Table, order: EntryOrder, place: Place, *, itself: bool) -> Any:
    """For each row whether it stands behind ``place``, or at it where ``itself`` counts."""
    source = (pc.greater_equal if itself else pc.greater)(ordered["source"], place.source)
    *keyed, _ = SORTED_BY[order]
    if not keyed:
        return source
    (name, direction) = keyed[0]
    key = ordered[name]
    if place.key is None:
        return pc.and_(pc.is_null(key), source)  # those without a key stand last
    later = (pc.less if direction == "descending" else pc.greater)(key, place.key)
    equal = pc.fill_null(pc.equal(key, place.key), False)
    return pc.or_(pc.fill_null(later, True), pc.and_(equal, source))


class LanceRegistry(LockedRegistry):
    """Entries in the table ``documents``."""

    def __init__(self, tables: LanceTables) -> None:
        self._tables = tables
        self.folder = tables.folder

    def writing(self) -> AbstractContextManager[None]:
        """See ``LockedRegistry``; keeps writers of other processes out, too."""
        return self._tables.writing()

    def prepare(self) -> None:
        """Make the table where it is missing, and give one of an earlier searchapp the columns that it lacks."""
        table = self._tables.open(DOCUMENTS)
        if table is None:
            self._tables.create(DOCUMENTS, schema.ENTRY_SCHEMA)
        else:
            add_missing(table, schema.ENTRY_SCHEMA)

    @translated
    def put_entries(self, entries: Sequence[DocumentEntry]) -> None:
        """See ``Registry``."""
        if not entries:
            return
        rows = pa.Table.from_pylist([schema.entry_row(entry) for entry in entries], schema=schema.ENTRY_SCHEMA)
        with self.writing():
            table = self._tables.prepared(self._tables.open(DOCUMENTS))
            add_missing(table, schema.ENTRY_SCHEMA)
            table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all().execute(rows)

    def recount(self, chunks: Mapping[str, int], unembedded: Mapping[str, int]) -> None:
        """Write into the entries how many chunks these documents have, and how many without a vector, by id."""
        known = [entry for entry in self._where("true") if entry.id in chunks]
        counted = [
            dataclasses.replace(entry, chunks=chunks[entry.id], unembedded=unembedded.get(entry.id, 0))
            for entry in known
        ]
        self.put_entries([now for was, now in zip(known, counted, strict=True) if now != was])

    @translated
    def known_entries(self, document_ids: Collection[str]) -> Mapping[str, DocumentEntry]:
        """See ``Registry``."""
        return {entry.id: entry for entry in self._where(one_of("id", document_ids))} if document_ids else {}

    def _where(self, condition: str) -> list[DocumentEntry]:
        table = self._tables.open(DOCUMENTS)
        if table is None:
            return []
        rows = table.search().where(condition).limit(table.count_rows() or 1).to_list()
        return [schema.entry_of(row) for row in rows]

    @translated
    def entries(
        self,
        *,
        states: Collection[DocumentState] = (),
        contains: str = "",
        below: str = "",
        offset: int = 0,
        size: int = 50,
        groups: Sequence[str] | None = None,
        order: EntryOrder = EntryOrder.NEWEST,
        cursor: Cursor | None = None,
        collection: str = "",
        tag: str = "",
    ) -> EntryPage:
        """See ``Registry``."""
        table = self._tables.open(DOCUMENTS)
        if table is None:
            return EntryPage((), 0)
        conditions = [one_of("state", map(str, states))] if states else []
        conditions += [readable_by(groups)] if groups is not None else []
        if contains:
            part = quoted(contains.lower())
            conditions.append(f"(contains(lower(title), {part}) OR contains(lower(source), {part}))")
        if below:
            conditions.append(f"starts_with(source, {quoted(below)})")
        for name, value in (("collections", collection), ("tags", tag)):
            if value and name not in table.schema.names:
                return EntryPage((), 0)
            conditions += [f"array_has({name}, {quoted(value)})"] if value else []
        condition = " AND ".join(conditions) or "true"
        columns = ["id", *dict.fromkeys(name for name, _ in SORTED_BY[order])]
        keys = table.search().where(condition).select(columns).limit(table.count_rows() or 1).to_arrow()
        if order is EntryOrder.TITLE:
            keys = keys.set_column(1, "title", pc.utf8_lower(keys["title"]))
        elif order in (EntryOrder.NEWEST, EntryOrder.OLDEST):
            keys = keys.set_column(1, "updated", keys["updated"].cast(pa.int64()))
        ordered = keys.sort_by(SORTED_BY[order])
        rows = ordered.slice(offset, size).to_pylist() if cursor is None else _from(ordered, order, cursor, size + 1)
        known = self.known_entries([row["id"] for row in rows])
        places = [(Place(row[columns[1]] if len(columns) > 2 else None, row["source"]), row["id"]) for row in rows]
        found = [(place, known[id_]) for place, id_ in places if id_ in known]
        return page_of(found, ordered.num_rows, size, offset, cursor)

    @translated
    def folder_counts(self, groups: Sequence[str] | None = None) -> Mapping[str, int]:
        """See ``Registry``."""
        table = self._tables.open(DOCUMENTS)
        if table is None:
            return {}
        condition = "true" if groups is None else readable_by(groups)
        sources = table.search().where(condition).select(["source"]).limit(table.count_rows() or 1).to_arrow()["source"]
        return Counter(map(folder_of, sources.to_pylist()))

    @translated
    def state_counts(self) -> Mapping[DocumentState, int]:
        """See ``Registry``."""
        table = self._tables.open(DOCUMENTS)
        if table is None:
            return {}
        states = table.search().select(["state"]).limit(table.count_rows() or 1).to_arrow()["state"]
        return {DocumentState(pair["values"]): pair["counts"] for pair in states.value_counts().to_pylist()}

    @translated
    def sources(self, place: str) -> Iterator[DocumentEntry]:
        """See ``Registry``."""
        below = place if place.endswith("/") else f"{place}/"
        found = self._where(f"source = {quoted(place)} OR starts_with(source, {quoted(below)})" if place else "true")
        return iter(sorted(found, key=lambda entry: entry.source))

    @translated
    def same_content(self, content_hashes: Collection[str]) -> Mapping[str, tuple[DocumentEntry, ...]]:
        """See ``Registry``."""
        return by_content(self._where(one_of("content_hash", content_hashes)) if content_hashes else ())

    @translated
    def forget(self, document_ids: Collection[str]) -> None:
        """See ``Registry``."""
        if document_ids and (table := self._tables.open(DOCUMENTS)) is not None:
            with self.writing():
                table.delete(one_of("id", document_ids))

    @translated
    def collections(self) -> tuple[DocumentCollection, ...]:
        """See ``Registry``."""
        try:
            return from_json(tuple[DocumentCollection, ...], (self.folder / COLLECTIONS).read_bytes())
        except FileNotFoundError:
            return ()

    @translated
    def put_collections(self, collections: tuple[DocumentCollection, ...]) -> None:
        """See ``LockedRegistry``."""
        self._put_file(COLLECTIONS, to_plain_json(collections))

    @translated
    def memo(self, memo: Memo) -> str:
        """See ``Registry``."""
        try:
            return (self.folder / f"{memo}.json").read_text("utf-8")
        except FileNotFoundError:
            return ""

    @translated
    def put_memo(self, memo: Memo, text: str) -> None:
        """See ``LockedRegistry``."""
        self._put_file(f"{memo}.json", text.encode())

    def _put_file(self, name: str, content: bytes) -> None:
        """Write a file as a whole, or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        arriving = self.folder / f"{name}.arriving"
        arriving.write_bytes(content)
        arriving.replace(self.folder / name)

    @translated
    def label_counts(self, label: str, groups: Sequence[str] | None = None) -> Mapping[str, int]:
        """See ``Registry``."""
        table = self._tables.open(DOCUMENTS)
        if table is None or label not in table.schema.names:
            return {}
        asked = table.search().where("true" if groups is None else readable_by(groups)).select([label])
        values = pc.list_flatten(asked.limit(table.count_rows() or 1).to_arrow()[label])
        counts = {pair["values"]: pair["counts"] for pair in values.value_counts().to_pylist()}
        return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST_LABELS])

    @translated
    def unembedded(self, size: int) -> tuple[DocumentEntry, ...]:
        """See ``Registry``."""
        rows = self._without_vectors(schema.ENTRY_SCHEMA.names)
        if rows is None:
            return ()
        newest = rows.sort_by([(name, how) for name, how in SORTED_BY[EntryOrder.NEWEST]]).slice(0, size)
        return tuple(map(schema.entry_of, newest.to_pylist()))

    @translated
    def backlog(self) -> Backlog:
        """See ``Registry``."""
        rows = self._without_vectors(["unembedded"])
        return Backlog(0, 0) if rows is None else Backlog(rows.num_rows, pc.sum(rows["unembedded"]).as_py() or 0)

    def _without_vectors(self, columns: Sequence[str]) -> pa.Table | None:
        table = self._tables.open(DOCUMENTS)
        if table is None or "unembedded" not in table.schema.names:
            return None
        known = [name for name in columns if name in table.schema.names]
        asked = table.search().where("unembedded > 0").select(known)
        return asked.limit(table.count_rows() or 1).to_arrow()

    @translated
    def pause(self) -> Pause | None:
        """See ``Registry``."""
        try:
            told = json.loads((self.folder / PAUSE).read_bytes())
        except FileNotFoundError:
            return None
        return Pause(dt.datetime.fromisoformat(told["since"]), told["by"])

    @translated
    def put_pause(self, pause: Pause | None) -> None:
        """See ``Registry``."""
        if pause is None:
            (self.folder / PAUSE).unlink(missing_ok=True)
            return
        self._put_file(PAUSE, json.dumps({"since": pause.since.isoformat(), "by": pause.by}).encode())
