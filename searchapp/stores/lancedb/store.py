"""The store over LanceDB."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from filelock import FileLock

from searchapp.embedding.base import Fingerprint
from searchapp.errors import StorageError
from searchapp.model import Chunk, Vector
from searchapp.stores.base import DocumentWrite, LegQuery, LegResults, Match
from searchapp.stores.lancedb import schema
from searchapp.stores.lancedb.counting import COLUMNS, MOST_COUNTED, counted
from searchapp.stores.lancedb.filters import conditions, named, one_of, quoted, told
from searchapp.stores.lancedb.nearest import index_vectors, nearest
from searchapp.stores.lancedb.registry import DOCUMENTS, LanceRegistry
from searchapp.stores.lancedb.searched import searched_text, with_stems
from searchapp.stores.lancedb.text_index import add_han, has_han, index_text
from searchapp.stores.lancedb.translated import translated
from searchapp.telemetry.stages import Stage, stage
from searchapp.text.han import han_words, without_han
from searchapp.text.variants import with_variants

CHUNKS = "chunks"

TIDY_EVERY = 20
"""Writes between two tidyings: each write leaves small files, and searching them one by one is slow."""

TIDY_SHARE = 0.05
"""Share of a table that must be new before it is tidied between writes: tidying takes as long as the table is large."""

READ_THROUGH = 20_000
"""Passages that may be read for a completion, one by one: as many as take about a tenth of a second."""

SLIPS = 2
"""Letters in which a word may differ from what was typed; more find anything."""

KEEP_VERSIONS = dt.timedelta(minutes=10)
"""How long superseded data stays on disk, for readers in other processes that still look at it."""


class LanceStore(LanceRegistry):
    """Two tables in one folder. Threads and processes may share it: one writes at a time, the others wait for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = f"the embedded store in {folder}"
        self._lock = threading.RLock()
        self._writes = 0
        self._written = 0

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Keeps other threads and processes from writing; may be nested."""
        with self._lock:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._process_lock:
                yield

    @cached_property
    def _process_lock(self) -> FileLock:
        # One lock object for all threads: they take turns by the thread lock, and the object counts nesting.
        return FileLock(self.folder / ".writing", thread_local=False)

    @cached_property
    def _database(self) -> Any:
        import lancedb

        self.folder.mkdir(parents=True, exist_ok=True)
        # Another process's writes are seen by the next read.
        return lancedb.connect(str(self.folder), read_consistency_interval=dt.timedelta(0))

    def _table(self, name: str) -> Any | None:
        if not (self.folder / f"{name}.lance").is_dir():
            return None
        with self._lock:
            tables: dict[str, Any] = self.__dict__.setdefault("_tables", {})
            if name not in tables:
                tables[name] = self._database.open_table(name)
            return tables[name]

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
            if not self._has_han(chunks := self._needed(CHUNKS)):
                add_han(chunks)

    def _add_groups(self, table: Any) -> None:
        """Give tables of before groups the column; without it a document's groups would be lost in silence."""
        if schema.GROUPS.name not in table.schema.names:
            table.add_columns(schema.GROUPS)

    def _has_han(self, table: Any) -> bool:
        """Whether the Chinese words of all passages are in; a table of an earlier version gets them by ``prepare``."""
        if not self.__dict__.get("_han"):
            self.__dict__["_han"] = has_han(table)
        return bool(self.__dict__["_han"])

    @translated
    def fingerprint(self) -> Fingerprint | None:
        """See ``Store``."""
        table = self._table(CHUNKS)
        return None if table is None else schema.read_fingerprint(table.schema)

    def succeeds(self, configured: Fingerprint) -> bool:
        """See ``Store``; an embedded index is never moved to another model."""
        return False

    @translated
    def write(self, writes: Sequence[DocumentWrite], model: Fingerprint | None = None) -> Mapping[str, str]:
        """See ``Store``; one transaction for the chunks of all documents, so it fails as a whole, by exception."""
        if not writes:
            return {}
        with self._writing():
            chunks = self._needed(CHUNKS)
            rows = [row for write in writes for row in schema.chunk_rows(write)]
            ids = [write.entry.id for write in writes]
            replaced = one_of("document_id", ids)
            # A first try has no earlier chunks; those of an interrupted one have no entry that tells of them.
            known = any(entry.content_hash for entry in self.known_entries(ids).values())
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
        return {}

    def _needed(self, name: str) -> Any:
        table = self._table(name)
        if table is None:
            raise StorageError(f"The index in {self.folder} was not prepared.", "Run searchapp ingest first.")
        return table

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
        if not hashes:
            return {}
        rows = self._rows_of(one_of("hash", hashes), only=["hash", "vector"])
        return {row["hash"]: np.asarray(row["vector"], dtype=np.float32) for row in rows}

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
        keyword: list[dict[str, Any]] = []
        semantic: list[dict[str, Any]] = []
        if query.keywords is not None:
            with stage(Stage.KEYWORD):
                keyword = self._keyword(table, query, query.keywords)
        if query.vector is not None:
            with stage(Stage.VECTOR):
                semantic = self._semantic(table, query, query.vector)
        with stage(Stage.FACETS) if query.facets else contextlib.nullcontext():
            facets, matched = counted([*self._all_matches(table, query), *semantic]) if query.facets else ({}, 0)
        return LegResults(
            keyword=tuple(schema.found_chunk(row, float(row.get("_score", 1.0))) for row in keyword),
            semantic=tuple(schema.found_chunk(row, 1.0 - float(row["_distance"])) for row in semantic),
            facets=facets,
            matched=matched,
        )

    def _keyword(self, table: Any, query: LegQuery, keywords: str) -> list[dict[str, Any]]:
        if query.match is Match.BEGINNING:
            return self._beginning(table, query, keywords)
        asked = table.search(self._words(table, query, keywords), query_type="fts")
        return self._limited(asked.select([*schema.FOUND_COLUMNS, "_score"]), query)

    def _all_matches(self, table: Any, query: LegQuery) -> list[dict[str, Any]]:
        if query.keywords is None:
            return []
        asked = table.search(self._words(table, query, query.keywords), query_type="fts").select([*COLUMNS, "_score"])
        return self._limited(asked, replace(query, depth=MOST_COUNTED))

    def _beginning(self, table: Any, query: LegQuery, beginning: str) -> list[dict[str, Any]]:
        """Names first; in a large table the words of passages are those that the text index finds, not all."""
        found = self._limited(table.search(), query, named(beginning))
        if len(found) < query.depth and table.count_rows() <= READ_THROUGH:
            found += self._limited(table.search(), query, told(beginning))
        elif len(found) < query.depth:
            from lancedb.query import MatchQuery

            begun = MatchQuery(beginning, "content", fuzziness=SLIPS, prefix_length=len(beginning))
            found += self._limited(table.search(begun, query_type="fts"), query)
        return list({row["id"]: row for row in found}.values())[: query.depth]

    def _words(self, table: Any, query: LegQuery, keywords: str) -> Any:
        from lancedb.query import BooleanQuery, MatchQuery, Occur, PhraseQuery

        if query.match is Match.SIMILAR:
            return MatchQuery(with_stems(keywords), "content", fuzziness=SLIPS, prefix_length=1)
        if self._has_han(table):
            chinese = han_words(keywords)
            # Words of one character, and those that were cut otherwise, are found by their characters.
            parts = {"han": chinese, "han_characters": " ".join(chinese.replace(" ", ""))}
            others = without_han(keywords) if chinese else keywords
        else:
            parts, others = {}, with_variants(keywords)
        parts["content"] = searched_text(others)
        wanted: list[Any] = [MatchQuery(words, column) for column, words in parts.items() if words]
        wanted += [PhraseQuery(phrase, "content") for phrase in query.exact]
        return BooleanQuery([(Occur.SHOULD, one) for one in wanted]) if len(wanted) > 1 else wanted[0]

    def _semantic(self, table: Any, query: LegQuery, vector: Vector) -> list[dict[str, Any]]:
        return self._limited(nearest(table, vector, schema.FOUND_COLUMNS), query)

    def _limited(self, asked: Any, query: LegQuery, further: str = "") -> list[dict[str, Any]]:
        condition = " AND ".join(part for part in (conditions(query), further) if part)
        if condition:
            asked = asked.where(condition, prefilter=True)
        rows: list[dict[str, Any]] = asked.limit(query.depth).to_list()
        return rows

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
            self.__dict__.pop("_tables", None)
            self.__dict__.pop("_han", None)
