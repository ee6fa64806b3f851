"""Documents from one version of the index to another, from their stored chunks alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from searchapp.model import Chunk, DocumentEntry, Vector
from searchapp.stores.base import Reencoder
from searchapp.stores.index_spec import IndexSpec
from searchapp.stores.lancedb import schema
from searchapp.stores.lancedb.queries import one_of

if TYPE_CHECKING:
    from searchapp.stores.lancedb.store import LanceStore

WINDOW_CHUNKS = 512
"""Chunks that are read, embedded and written together: full batches for the model, little to do again after a kill."""

WINDOW_DOCUMENTS = 256

Held = Mapping[str, tuple[int | None, int]]
"""By document: when it was written (``schema.WRITTEN``), and how many chunks it has."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Documents that the target lacks or has as they were before, and those that only it has."""

    source: Held
    target: Held
    missing: tuple[str, ...]
    surplus: tuple[str, ...]

    @property
    def chunks(self) -> int:
        """How many chunks are to be copied."""
        return sum(self.source[document_id][1] for document_id in self.missing)


class Copier:
    """Carries documents from ``source`` to ``target``, which has other vectors, and perhaps other cuts (``spec``)."""

    def __init__(self, store: LanceStore, reencode: Reencoder, source: Any, target: Any, spec: IndexSpec) -> None:
        self._store = store
        self._reencode = reencode
        self._source, self._target = source, target
        self._spec = spec
        self.embedded = self.reused = 0

    def compare(self) -> Difference:
        """What is to be copied and removed now."""
        source, target = held(self._source), held(self._target)
        missing = (id_ for id_, (written, _) in source.items() if id_ not in target or target[id_][0] != written)
        return Difference(source, target, tuple(sorted(missing)), tuple(sorted(target.keys() - source.keys())))

    def copy(self, difference: Difference) -> Iterator[int]:
        """Bring the target up to the source; yields after each window how many documents it had."""
        with self._store.tables.writing():
            self._remove(difference.surplus)
        for window in _windows(difference):
            rows = self._rows(window)
            self._put(window, rows, self._encoded(rows))
            yield len(window)

    def _rows(self, document_ids: Sequence[str]) -> list[schema.Row]:
        ours = one_of("document_id", document_ids)
        asked = self._source.search().where(ours).select(list(schema.COPIED_COLUMNS))
        rows: list[schema.Row] = asked.limit(self._source.count_rows(ours) or 1).to_list()
        return rows

    def _encoded(self, rows: Sequence[schema.Row]) -> list[schema.Row]:
        """The rows as the target has them."""
        by_document: dict[str, list[schema.Row]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: (row["document_id"], row["position"])):
            by_document[row["document_id"]].append(row)
        documents: list[tuple[DocumentEntry, list[Chunk]]] = [
            (schema.entry_in(chunks[0]), [schema.chunk_of(row) for row in chunks]) for chunks in by_document.values()
        ]
        writes = self._reencode(documents, self._spec, self._known) if documents else []
        return [row for write in writes for row in schema.chunk_rows(write, by_document[write.entry.id][0]["written"])]

    def _known(self, hashes: Collection[str]) -> Mapping[str, Vector]:
        found = self._store.vectors(hashes, self._spec.fingerprint)
        self.reused += len(found)
        self.embedded += len(hashes) - len(found)
        return found

    def _put(self, document_ids: Sequence[str], read: Sequence[schema.Row], rows: Sequence[schema.Row]) -> None:
        """Write those that are still as they were read; the others are found missing by the next comparison.

        A document that was deleted meanwhile must not come back, not even in a version that is not live.
        """
        read_at = {row["document_id"]: row["written"] for row in read}
        with self._store.tables.writing():
            now = held(self._source, document_ids)
            same = {id_ for id_, written in read_at.items() if id_ in now and now[id_][0] == written}
            self._remove(document_ids)
            kept = [row for row in rows if row["document_id"] in same]
            if kept:
                self._target.add(pa.Table.from_pylist(kept, schema=self._target.schema))

    def _remove(self, document_ids: Sequence[str]) -> None:
        for first in range(0, len(document_ids), WINDOW_DOCUMENTS):
            ours = one_of("document_id", document_ids[first : first + WINDOW_DOCUMENTS])
            if self._target.count_rows(ours):
                self._target.delete(ours)


def held(table: Any, document_ids: Collection[str] = ()) -> Held:
    """What a version holds of these documents, or of all."""
    condition = one_of("document_id", document_ids) if document_ids else "true"
    asked = table.search().where(condition).select(["document_id", "written"]).limit(table.count_rows() or 1)
    grouped = asked.to_arrow().group_by("document_id").aggregate([("written", "max"), ([], "count_all")]).to_pydict()
    facts = zip(grouped["written_max"], grouped["count_all"], strict=True)
    return dict(zip(grouped["document_id"], facts, strict=True))


def _windows(difference: Difference) -> Iterator[list[str]]:
    window: list[str] = []
    chunks = 0
    for document_id in difference.missing:
        size = difference.source[document_id][1]
        if window and (chunks + size > WINDOW_CHUNKS or len(window) >= WINDOW_DOCUMENTS):
            yield window
            window, chunks = [], 0
        window.append(document_id)
        chunks += size
    if window:
        yield window
