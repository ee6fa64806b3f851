"""A store in memory, gone with its process: every vector is compared and every word counted. It serves tests.

It keeps the contract to the letter and nothing else: no index, no other version, no other process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from searchapp.embedding.base import Fingerprint
from searchapp.errors import IndexSwitchedError, ModelMismatchError, StorageError
from searchapp.model import Chunk, DocumentEntry, EmbeddedChunk, Filters, Vector
from searchapp.stores.base import LOST, DocumentWrite, FilingChange, RegistryPart, RetrievalQuery, RetrievalResults
from searchapp.stores.facets import count_facets
from searchapp.stores.filing import Filer, facts
from searchapp.stores.filtering import packed
from searchapp.stores.memory_registry import MemoryRegistry
from searchapp.stores.memory_search import StoredChunk, best, cosines, keyword_scores
from searchapp.stores.ownership import held_writes


class MemoryStore(RegistryPart):
    """Chunks in the dictionary ``stored``, by document; ``model`` made their vectors.

    Threads may share it; searches do not wait for writes.
    """

    name = "the store in memory"

    def __init__(self) -> None:
        self.registry = MemoryRegistry()
        self.stored: dict[str, list[StoredChunk]] = {}
        self.model: Fingerprint | None = None
        super().__init__(self.registry)

    def check(self) -> None:
        """See ``Store``; it can always serve."""

    def prepare(self, fingerprint: Fingerprint) -> None:
        """See ``Store``."""
        self.model = self.model or fingerprint

    def fingerprint(self) -> Fingerprint | None:
        """See ``Store``."""
        return self.model

    def succeeds(self, configured: Fingerprint) -> bool:
        """See ``Store``; nobody can move it."""
        return False

    def write(
        self, documents: Sequence[DocumentWrite], model: Fingerprint | None = None, owner: str = ""
    ) -> Mapping[str, str]:
        """See ``Store``. Raises ModelMismatchError for another model's vectors, as no other version can be live."""
        if self.model is None:
            raise StorageError("memory_store_unprepared")
        if model is not None and not self.model.matches(model):
            raise ModelMismatchError("memory_store_of_another_model", held=str(self.model), model=str(model))
        with self.registry.writing():
            stored = self.known_entries([write.entry.id for write in documents])
            writes = held_writes(documents, stored, owner, Filer(self.collections))
            for write in writes:
                self.stored[write.entry.id] = [StoredChunk(write.entry, embedded) for embedded in write.chunks]
            self.put_entries([write.entry for write in writes])
        return dict.fromkeys({write.entry.id for write in documents} - {write.entry.id for write in writes}, LOST)

    def refile(self, document_ids: Collection[str], change: FilingChange) -> Mapping[str, DocumentEntry]:
        """See ``Store``."""
        with self.registry.writing():
            file, known = Filer(self.collections), self.known_entries(document_ids)
            changed = {id_: file.applied(entry, change(entry, entry.filed)) for id_, entry in known.items()}
            for id_, entry in changed.items():
                held = self.stored.get(id_, [])
                held[:] = [replace(one, entry=replace(one.entry, **facts(entry))) for one in held]
            self.put_entries(list(changed.values()))
        return changed

    def chunks(self, document_id: str, first: int = 0, size: int | None = None) -> tuple[Chunk, ...]:
        """See ``Store``."""
        in_order = sorted((one.chunk for one in self.stored.get(document_id, ())), key=lambda one: one.position)
        return tuple(in_order[first:][:size])

    def documents_with(self, filters: Filters, phrase: str = "", after: str = "", size: int = 1000) -> tuple[str, ...]:
        """See ``Store``."""
        asked = RetrievalQuery(None, None, 0, filters=filters, required=(phrase,) if phrase else ())
        return tuple(sorted({one.entry.id for one in self._all() if one.entry.id > after and one.passes(asked)}))[:size]

    def held(self) -> Iterator[str]:
        """See ``Store``."""
        return iter(sorted(id_ for id_, chunks in self.stored.items() if chunks))

    def vectors(self, hashes: Collection[str], model: Fingerprint | None = None) -> Mapping[str, Vector]:
        """See ``Store``."""
        if self.model is None or (model is not None and not self.model.matches(model)):
            return {}
        wanted = set(hashes)
        held = ((one.chunk.hash, one.vector) for one in self._all() if one.chunk.hash in wanted)
        return {hash_: vector for hash_, vector in held if vector is not None}

    def unembedded_texts(self, document_ids: Collection[str], size: int) -> Mapping[str, str]:
        """See ``Store``."""
        waiting = [one.chunk for id_ in document_ids for one in self.stored.get(id_, ()) if one.vector is None]
        return {chunk.hash: chunk.embedded_text for chunk in waiting[:size]}

    def add_vectors(
        self, document_ids: Collection[str], vectors: Mapping[str, Vector], model: Fingerprint
    ) -> Mapping[str, int]:
        """See ``Store``."""
        given: Counter[str] = Counter()
        with self.registry.writing():
            if self.model is None or not self.model.matches(model):
                return given
            for id_, entry in self.known_entries(document_ids).items():
                held = self.stored.get(id_, [])
                for place, one in enumerate(held):
                    if one.vector is None and one.chunk.hash in vectors:
                        held[place] = replace(one, embedded=EmbeddedChunk(one.chunk, vectors[one.chunk.hash]))
                        given[id_] += 1
                left = sum(one.vector is None for one in held)
                self.put_entries([replace(entry, unembedded=left)])
        return given

    def delete_document(self, document_id: str) -> bool:
        """See ``Store``."""
        with self.registry.writing():
            known = bool(self.stored.pop(document_id, None)) or self.entry(document_id) is not None
            self.forget([document_id])
        return known

    def search(self, query: RetrievalQuery) -> RetrievalResults:
        """See ``Store``."""
        if query.model is not None and self.model is not None and not self.model.matches(query.model):
            raise IndexSwitchedError("memory_store_switched")
        every = self._all()
        allowed = [one for one in every if one.passes(query)]
        keyword = best(keyword_scores(query, allowed, every)) if query.keywords is not None else []
        semantic = best(cosines(query.vector, allowed)) if query.vector is not None else []
        facets: dict[str, dict[str, int]] = {}
        matched = 0
        if query.facets:
            near = [chunk for chunk in semantic[: query.depth] if chunk.score >= query.least_cosine]
            facets, matched = count_facets(
                {**chunk._asdict(), "fields": packed(chunk.fields)} for chunk in (*keyword, *near)
            )
        return RetrievalResults(tuple(keyword[: query.depth]), tuple(semantic[: query.depth]), facets, matched)

    def _all(self) -> list[StoredChunk]:
        return [one for chunks in list(self.stored.values()) for one in chunks]

    def count(self) -> int:
        """See ``Store``."""
        return len(self._all())

    def refresh(self) -> None:
        """See ``Store``; everything is visible at once."""

    def drop(self) -> None:
        """See ``Store``."""
        with self.registry.writing():
            self.stored.clear()
            self.registry.known.clear()
            self.registry.put_collections(())
            self.put_pause(None)
            self.registry.memos.clear()
            self.model = None
