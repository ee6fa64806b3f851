"""Documents cut and embedded for one index become what they are in another; sources are not read again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from searchapp.chunking import chunk_document
from searchapp.embedding import Embedder, Fingerprint, document_vectors
from searchapp.ingest.rebuild import rebuild_document
from searchapp.model import Chunk, DocumentEntry, EmbeddedChunk
from searchapp.stores import DocumentWrite, IndexSpec, Vectors


class Reencode:
    """See ``stores.Reencoder``. ``embedder_of`` gives the embedder of a fingerprint."""

    def __init__(self, embedder_of: Callable[[Fingerprint], Embedder]) -> None:
        self._embedder_of = embedder_of

    def __call__(
        self, documents: Sequence[tuple[DocumentEntry, Sequence[Chunk]]], spec: IndexSpec, known: Vectors
    ) -> list[DocumentWrite]:
        """See ``stores.Reencoder``; texts of all documents are embedded together."""
        embedder = self._embedder_of(spec.fingerprint)
        limits = (spec.chunking.overlap, spec.chunking.tokens)
        cut = [
            (entry, chunk_document(rebuild_document(entry, chunks), embedder, *limits)) for entry, chunks in documents
        ]
        texts = {chunk.hash: chunk.embedded_text for _, chunks in cut for chunk in chunks}
        vectors = dict(known(texts.keys()))
        missing = [hash_ for hash_ in texts if hash_ not in vectors]
        if missing:
            computed = document_vectors(embedder, [texts[hash_] for hash_ in missing])
            vectors.update(zip(missing, computed, strict=True))
        return [
            DocumentWrite(
                dataclasses.replace(entry, chunks=len(chunks)),
                tuple(EmbeddedChunk(chunk, vectors[chunk.hash]) for chunk in chunks),
            )
            for entry, chunks in cut
        ]
