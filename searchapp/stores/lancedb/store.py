"""The store over LanceDB."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from searchapp.embedding.base import Fingerprint
from searchapp.model import Chunk, Vector
from searchapp.stores.base import LOST, DocumentWrite, LegQuery, LegResults, held_writes
from searchapp.stores.lancedb import schema
from searchapp.stores.lancedb.filters import one_of, quoted
from searchapp.stores.lancedb.nearest import index_vectors
from searchapp.stores.lancedb.registry import DOCUMENTS, LanceRegistry
from searchapp.stores.lancedb.searching import search_table
from searchapp.stores.lancedb.text_index import add_han, has_han, has_words, index_text, index_words
from searchapp.stores.lancedb.translated import translated

CHUNKS = "chunks"

TIDY_EVERY = 20
"""Writes between two tidyings: each write leaves small files, and searching them one by one is slow."""

TIDY_SHARE = 0.05
"""Share of a table that must be new before it is tidied between writes: tidying takes as long as the table is large."""

KEEP_VERSIONS = dt.timedelta(minutes=10)
"""How long superseded data stays on disk, for readers in other processes that still look at it."""


class LanceStore(LanceRegistry):
    """Two tables in one folder. Threads and processes may share it: one writes at a time, the others wait for it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._han = False
        self._writes = 0
        self._written = 0

    @translated
    def check(self) -> None:
        """See ``Store``."""
        if (table := self._table(CHUNKS)) is not None:
            table.count_rows()

    @translated
    def prepare(self, fingerprint: Fingerprint) -> None:
        """See ``Store``."""
        with self._writing():
            if self._table(DOCUMENTS) is None:
                self._database.create_table(DOCUMENTS, schema=schema.ENTRY_SCHEMA, exist_ok=True)
            if self._table(CHUNKS) is None:
                chunks = self._database.create_table(CHUNKS, schema=schema.chunk_schema(fingerprint), exist_ok=True)
                index_text(chunks)
            for name in (CHUNKS, DOCUMENTS):
                self._add_groups(self._needed(name))
            chunks = self._needed(CHUNKS)
            if not has_words(chunks):
                index_words(chunks)
            if not self._has_han(chunks):
                add_han(chunks)

    def _add_groups(self, table: Any) -> None:
        """Give tables of before groups the column; without it a document's groups would be lost in silence."""
        if schema.GROUPS.name not in table.schema.names:
            table.add_columns(schema.GROUPS)

    def _has_han(self, table: Any) -> bool:
        """Whether the Chinese words of all passages are in; a table of an earlier version gets them by ``prepare``."""
        if not self._han:
            self._han = has_han(table)
        return self._han

    @translated
    def fingerprint(self) -> Fingerprint | None:
        """See ``Store``."""
        table = self._table(CHUNKS)
        return None if table is None else schema.read_fingerprint(table.schema)

    def succeeds(self, configured: Fingerprint) -> bool:
        """See ``Store``; an embedded index is never moved to another model."""
        return False

    @translated
    def write(
        self, documents: Sequence[DocumentWrite], model: Fingerprint | None = None, owner: str = ""
    ) -> Mapping[str, str]:
        """See ``Store``; one transaction for the chunks of all documents, so it fails as a whole, by exception."""
        ids = [write.entry.id for write in documents]
        with self._writing():
            stored = self.known_entries(ids)
            writes = held_writes(documents, stored, owner)
            lost = dict.fromkeys(set(ids) - {write.entry.id for write in writes}, LOST)
            if not writes:
                return lost
            chunks = self._needed(CHUNKS)
            rows = [row for write in writes for row in schema.chunk_rows(write)]
            ids = [write.entry.id for write in writes]
            replaced = one_of("document_id", ids)
            # A first try has no earlier chunks; those of an interrupted one have no entry that tells of them.
            known = any(entry.content_hash for entry in stored.values())
            known = known or bool(chunks.count_rows(replaced))
            data = pa.Table.from_pylist(rows, schema=chunks.schema)
            if not known:
                chunks.add(data)
            elif not rows:
                chunks.delete(replaced)
            else:
                merge = chunks.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
                merge.when_not_matched_by_source_delete(replaced).execute(data)
            self._upsert([write.entry for write in writes])
            self._writes += 1
            self._written += len(rows)
            if self._writes >= TIDY_EVERY and self._written >= TIDY_SHARE * chunks.count_rows():
                self._tidy()
        return lost

    @translated
    def chunks(self, document_id: str, first: int = 0, size: int | None = None) -> tuple[Chunk, ...]:
        """See ``Store``."""
        condition = f"document_id = {quoted(document_id)}"
        if first:
            condition += f" AND position >= {first}"
        if size is not None:
            condition += f" AND position < {first + size}"
        rows = self._rows_of(condition, without=["vector", "content"])
        return tuple(sorted((schema.chunk_of(row) for row in rows), key=lambda chunk: chunk.position))

    def held(self) -> Iterator[str]:
        """See ``Store``."""
        return iter(sorted({row["document_id"] for row in self._rows_of("true", only=["document_id"])}))

    @translated
    def vectors(self, hashes: Collection[str], model: Fingerprint | None = None) -> Mapping[str, Vector]:
        """See ``Store``."""
        table = self._table(CHUNKS)
        if table is None or not hashes:
            return {}
        asked = table.search().where(one_of("hash", hashes)).select(["hash", "vector"])
        rows = asked.limit(table.count_rows() or 1).to_arrow()
        # Not by way of Python's numbers: an edited document asks for all of its vectors.
        dims = rows.schema.field("vector").type.list_size
        vectors = rows["vector"].combine_chunks().flatten().to_numpy().reshape(-1, dims)
        return dict(zip(rows["hash"].to_pylist(), vectors, strict=True))

    def _rows_of(self, condition: str, only: Sequence[str] = (), without: Sequence[str] = ()) -> list[dict[str, Any]]:
        table = self._table(CHUNKS)
        if table is None or not (rows := table.count_rows(condition)):
            return []
        columns = list(only) or [name for name in table.schema.names if name not in without]
        found: list[dict[str, Any]] = table.search().where(condition).select(columns).limit(rows).to_list()
        return found

    @translated
    def delete_document(self, document_id: str) -> bool:
        """See ``Store``."""
        with self._writing():
            chunks, documents = self._table(CHUNKS), self._table(DOCUMENTS)
            if chunks is None or documents is None:
                return False
            known = self.entry(document_id) is not None
            if known or chunks.count_rows(f"document_id = {quoted(document_id)}"):
                chunks.delete(f"document_id = {quoted(document_id)}")
                documents.delete(f"id = {quoted(document_id)}")
                return True
            return False

    @translated
    def search(self, query: LegQuery) -> LegResults:
        """See ``Store``."""
        table = self._table(CHUNKS)
        if table is None:
            return LegResults((), ())
        return search_table(table, query, query.keywords is not None and self._has_han(table))

    @translated
    def count(self) -> int:
        """See ``Store``."""
        table = self._table(CHUNKS)
        return 0 if table is None else int(table.count_rows())

    @translated
    def refresh(self) -> None:
        """See ``Store``; rows are visible at once, this brings them into the text index and joins small files."""
        with self._writing():
            if self._writes:
                self._tidy()

    def _tidy(self) -> None:
        for name in (CHUNKS, DOCUMENTS):
            self._needed(name).optimize(cleanup_older_than=KEEP_VERSIONS)
        index_vectors(self._needed(CHUNKS))
        self._writes = self._written = 0

    @translated
    def drop(self) -> None:
        """See ``Store``."""
        with self._writing():
            for name in (CHUNKS, DOCUMENTS):
                if self._table(name) is not None:
                    self._database.drop_table(name)
            self._tables.clear()
            self._han = False
