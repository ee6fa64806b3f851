"""The registry half of the embedded store. A lock on the folder makes claims atomic between processes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from searchapp.model import DocumentEntry, DocumentState
from searchapp.stores.lancedb import schema
from searchapp.stores.lancedb.filters import one_of, quoted, readable_by
from searchapp.stores.lancedb.translated import translated
from searchapp.stores.registry import EntryOrder, EntryPage, by_content, holds, latest

DOCUMENTS = "documents"
SORTED_BY = {
    EntryOrder.NEWEST: [("updated", "descending"), ("source", "ascending")],
    EntryOrder.OLDEST: [("updated", "ascending"), ("source", "ascending")],
    EntryOrder.TITLE: [("title", "ascending"), ("source", "ascending")],
    EntryOrder.SOURCE: [("source", "ascending")],
    EntryOrder.LARGEST: [("chunks", "descending"), ("source", "ascending")],
}


class LanceRegistry:
    """Entries in the table ``documents``; a part of ``LanceStore``."""

    def _table(self, name: str) -> Any | None:
        raise NotImplementedError

    def _needed(self, name: str) -> Any:
        raise NotImplementedError

    def _writing(self) -> AbstractContextManager[None]:
        raise NotImplementedError

    @translated
    def put_entries(self, entries: Sequence[DocumentEntry]) -> None:
        """See ``Registry``."""
        with self._writing():
            self._upsert(entries)

    def _upsert(self, entries: Sequence[DocumentEntry]) -> None:
        if not entries:
            return
        rows = pa.Table.from_pylist([schema.entry_row(entry) for entry in entries], schema=schema.ENTRY_SCHEMA)
        table = self._upgraded(self._needed(DOCUMENTS))
        table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all().execute(rows)

    def _upgraded(self, table: Any) -> Any:
        """The table with the columns that one of an earlier version lacks."""
        missing = [field for field in schema.ENTRY_SCHEMA if field.name not in table.schema.names]
        if missing:
            table.add_columns(missing)
        return table

    @translated
    def entry(self, document_id: str) -> DocumentEntry | None:
        """See ``Registry``."""
        return self.known_entries([document_id]).get(document_id)

    @translated
    def known_entries(self, document_ids: Collection[str]) -> Mapping[str, DocumentEntry]:
        """See ``Registry``."""
        return {entry.id: entry for entry in self._where(one_of("id", document_ids))} if document_ids else {}

    def _where(self, condition: str) -> list[DocumentEntry]:
        table = self._table(DOCUMENTS)
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
        offset: int = 0,
        size: int = 50,
        groups: Sequence[str] | None = None,
        order: EntryOrder = EntryOrder.NEWEST,
    ) -> EntryPage:
        """See ``Registry``."""
        table = self._table(DOCUMENTS)
        if table is None:
            return EntryPage((), 0)
        conditions = [one_of("state", map(str, states))] if states else []
        conditions += [readable_by(groups)] if groups is not None else []
        if contains:
            part = quoted(contains.lower())
            conditions.append(f"(contains(lower(title), {part}) OR contains(lower(source), {part}))")
        condition = " AND ".join(conditions) or "true"
        columns = ["id", *dict.fromkeys(name for name, _ in SORTED_BY[order])]
        keys = table.search().where(condition).select(columns).limit(table.count_rows() or 1).to_arrow()
        if order is EntryOrder.TITLE:
            keys = keys.set_column(1, "title", pc.utf8_lower(keys["title"]))
        ordered = keys.sort_by(SORTED_BY[order])
        ids = ordered.slice(offset, size)["id"].to_pylist()
        known = self.known_entries(ids)
        return EntryPage(tuple(known[id_] for id_ in ids if id_ in known), ordered.num_rows)

    @translated
    def state_counts(self) -> Mapping[DocumentState, int]:
        """See ``Registry``."""
        table = self._table(DOCUMENTS)
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
    def claim(self, entries: Sequence[DocumentEntry], now: dt.datetime, gone: Collection[str] = ()) -> Collection[str]:
        """See ``Registry``."""
        with self._writing():
            known = self.known_entries([entry.id for entry in entries])
            free = [entry for entry in entries if not holds(known.get(entry.id), entry, now, gone)]
            self._upsert(free)
        return [entry.id for entry in free]

    @translated
    def renew(self, entries: Sequence[DocumentEntry]) -> Collection[str]:
        """See ``Registry``."""
        with self._writing():
            known = self.known_entries([entry.id for entry in entries])
            held = [
                dataclasses.replace(
                    stored, lease=latest(stored.lease, entry.lease), queued=latest(stored.queued, entry.queued)
                )
                for entry in entries
                if (stored := known.get(entry.id)) is not None
                and stored.state is DocumentState.RUNNING
                and stored.owner == entry.owner
            ]
            self._upsert(held)
        return [entry.id for entry in held]

    @translated
    def forget(self, document_ids: Collection[str]) -> None:
        """See ``Registry``."""
        if document_ids and (table := self._table(DOCUMENTS)) is not None:
            with self._writing():
                table.delete(one_of("id", document_ids))
