"""The store over LanceDB: chunks and registry under one lock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from searchapp.embedding.base import Fingerprint
from searchapp.errors import IndexSwitchedError, ModelMismatchError
from searchapp.model import Chunk, DocumentEntry, Filters, Vector
from searchapp.stores.base import (
    LOST,
    DocumentWrite,
    FilingChange,
    Reencoder,
    RegistryPart,
    RetrievalQuery,
    RetrievalResults,
)
from searchapp.stores.filing import Filer
from searchapp.stores.index_spec import FIRST_CHUNKING, Chunking, IndexSpec
from searchapp.stores.lancedb import schema
from searchapp.stores.lancedb.indices import index_vectors
from searchapp.stores.lancedb.queries import conditions_with, search_table
from searchapp.stores.lancedb.registry import COLLECTIONS, LanceRegistry
from searchapp.stores.lancedb.tables import DOCUMENTS, LanceTables, translated
from searchapp.stores.lancedb.versions import FILE, LanceChunks, is_of, names_in, read_versions
from searchapp.stores.ownership import held_writes
from searchapp.stores.registry import Memo

TIDY_EVERY = 20
"""Writes between two tidyings: each write leaves small files, and searching them one by one is slow."""

TIDY_SHARE = 0.05
"""Share of a table that must be new before it is tidied between writes: tidying takes as long as the table is large."""

KEEP_VERSIONS = dt.timedelta(minutes=10)
"""How long superseded data stays on disk, for readers in other processes that still look at it."""


class LanceStore(RegistryPart):
    """Tables in one folder. Threads and processes may share it: one writes at a time, the others wait for it.

    ``tables`` opens and locks, ``registry`` has the entries and ``versions`` the chunks.
    """

    def __init__(self, folder: Path, reencode: Reencoder | None = None, chunking: Chunking = FIRST_CHUNKING) -> None:
        self.folder = folder
        self.name = f"the embedded store in {folder}"
        self.reencode = reencode
        self._chunking = chunking
        self.tables = LanceTables(folder)
        self.registry = LanceRegistry(self.tables)
        self.versions = LanceChunks(self.tables)
        self._writes = 0
        self._written = 0
        super().__init__(self.registry)

    @translated
    def check(self) -> None:
        """See ``Store``."""
        self.count()

    @translated
    def prepare(self, fingerprint: Fingerprint) -> None:
        """See ``Store``."""
        with self.tables.writing():
            self.registry.prepare()
            live = self.versions.live()
            if live is None:
                live = self.versions.create(read_versions(self.folder).live, self.spec(fingerprint))
            self.versions.bring_up_to_date(live)

    def spec(self, fingerprint: Fingerprint) -> IndexSpec:
        """How this process cuts and embeds when it embeds with the model of ``fingerprint``."""
        tokens = min(self._chunking.tokens, fingerprint.max_tokens)
        return IndexSpec(fingerprint, replace(self._chunking, tokens=tokens))

    @translated
    def fingerprint(self) -> Fingerprint | None:
        """See ``Store``."""
        table = self.versions.live()
        return None if table is None else schema.read_fingerprint(table.schema)

    def succeeds(self, configured: Fingerprint) -> bool:
        """See ``Store``; ``moving`` moves it."""
        return any(model.matches(configured) for model in read_versions(self.folder).former_models)

    @translated
    def write(
        self, documents: Sequence[DocumentWrite], model: Fingerprint | None = None, owner: str = ""
    ) -> Mapping[str, str]:
        """See ``Store``; one transaction for the chunks of all documents, so it fails as a whole, by exception."""
        ids = [write.entry.id for write in documents]
        documents, model = self._fitting(documents, model)  # others need not wait while this embeds
        with self.tables.writing():
            documents, _ = self._fitting(documents, model)  # embeds once more only if the index was moved in between
            stored = self.known_entries(ids)
            writes = held_writes(documents, stored, owner, Filer(self.collections))
            if writes:
                first_try = not any(entry.content_hash for entry in stored.values())
                self._written += self.versions.replace(writes, first_try=first_try)
                self._writes += 1
                self.put_entries([write.entry for write in writes])
                if self._writes >= TIDY_EVERY and self._written >= TIDY_SHARE * self.count():
                    self._tidy()
        return dict.fromkeys(set(ids) - {write.entry.id for write in writes}, LOST)

    def _fitting(
        self, writes: Sequence[DocumentWrite], model: Fingerprint | None
    ) -> tuple[Sequence[DocumentWrite], Fingerprint | None]:
        """The documents as the live version has them, with its model; ``model`` made their vectors (None: its own)."""
        live = self.fingerprint()
        if live is None or model is None or live.matches(model):
            return writes, model
        if self.reencode is None:
            raise ModelMismatchError("index_holds_another_model", folder=self.folder, held=str(live), model=str(model))
        parts = [(write.entry, [embedded.chunk for embedded in write.chunks]) for write in writes]
        return self.reencode(parts, self.spec(live), lambda hashes: self.vectors(hashes, live)), live

    @translated
    def refile(self, document_ids: Collection[str], change: FilingChange) -> Mapping[str, DocumentEntry]:
        """See ``Store``; the chunks first, so that what is cut short is done again when it is repeated."""
        with self.tables.writing():
            file, known = Filer(self.collections), self.known_entries(document_ids)
            changed = {id_: file.applied(entry, change(entry, entry.filed)) for id_, entry in known.items()}
            if any(entry.chunks for entry in changed.values()):
                self._written += self.versions.refile(list(changed.values()))
                self._writes += 1
            self.put_entries(list(changed.values()))
        return changed

    @translated
    def chunks(self, document_id: str, first: int = 0, size: int | None = None) -> tuple[Chunk, ...]:
        """See ``Store``."""
        return self.versions.read(document_id, first, size)

    @translated
    def documents_with(self, filters: Filters, phrase: str = "", after: str = "", size: int = 1000) -> tuple[str, ...]:
        """See ``Store``."""
        table = self.versions.live()
        lacking = self.versions.lacking(table) if table is not None else ()
        if any(getattr(filters, name, ()) for name in lacking):
            return ()
        return tuple(self.versions.document_ids(conditions_with(filters, phrase, after))[:size])

    @translated
    def held(self) -> Iterator[str]:
        """See ``Store``."""
        return iter(self.versions.document_ids())

    @translated
    def vectors(self, hashes: Collection[str], model: Fingerprint | None = None) -> Mapping[str, Vector]:
        """See ``Store``."""
        return self.versions.vectors(hashes, model)

    @translated
    def unembedded_texts(self, document_ids: Collection[str], size: int) -> Mapping[str, str]:
        """See ``Store``."""
        return self.versions.unembedded_texts(document_ids, size)

    @translated
    def add_vectors(
        self, document_ids: Collection[str], vectors: Mapping[str, Vector], model: Fingerprint
    ) -> Mapping[str, int]:
        """See ``Store``; one transaction for the chunks."""
        with self.tables.writing():
            live = self.versions.live()
            if live is None or not is_of(live, model):
                return {}
            known = self.known_entries(document_ids)
            given = self.versions.add_vectors(list(known), vectors)
            self._writes += 1
            self._written += sum(given.values())
            left = self.versions.unembedded_counts(live, list(known))
            self.put_entries([replace(entry, unembedded=left.get(id_, 0)) for id_, entry in known.items()])
            if self._writes >= TIDY_EVERY and self._written >= TIDY_SHARE * self.count():
                self._tidy()
            return given

    @translated
    def delete_document(self, document_id: str) -> bool:
        """See ``Store``."""
        with self.tables.writing():
            known = self.entry(document_id) is not None
            known = self.versions.delete(document_id) or known
            if known:
                self.forget([document_id])
            return known

    @translated
    def search(self, query: RetrievalQuery) -> RetrievalResults:
        """See ``Store``."""
        table = self.versions.live()
        if table is None:
            return RetrievalResults((), ())
        if query.model is not None and not is_of(table, query.model):
            raise IndexSwitchedError("index_moved_in_search", folder=self.folder)
        try:
            has_han = query.keywords is not None and self.versions.has_han(table)
            return search_table(table, query, has_han, self.versions.lacking(table))
        except (OSError, RuntimeError, ValueError) as error:
            if read_versions(self.folder).live != table.name:  # it was removed, now that it is not live any more
                raise IndexSwitchedError("index_moved_in_search", folder=self.folder) from error
            raise

    @translated
    def count(self) -> int:
        """See ``Store``."""
        table = self.versions.live()
        return 0 if table is None else int(table.count_rows())

    @translated
    def refresh(self) -> None:
        """See ``Store``; rows are visible at once, this brings them into the text index and joins small files."""
        with self.tables.writing():
            if self._writes:
                self._tidy()

    def _tidy(self) -> None:
        live = self.tables.prepared(self.versions.live())
        for table in (live, self.tables.prepared(self.tables.open(DOCUMENTS))):
            table.optimize(cleanup_older_than=KEEP_VERSIONS)
        index_vectors(live)
        self._writes = self._written = 0

    @translated
    def drop(self) -> None:
        """See ``Store``."""
        with self.tables.writing():
            for name in (*names_in(self.folder), DOCUMENTS):
                self.tables.remove(name)
            for file in (FILE, COLLECTIONS, *(f"{memo}.json" for memo in Memo)):
                (self.folder / file).unlink(missing_ok=True)
