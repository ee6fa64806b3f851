"""Documents cut and embedded for one index become what they are in another; sources are not read again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from itertools import groupby

from searchapp.chunking import chunk_document
from searchapp.embedding import Embedder, Fingerprint, document_vectors
from searchapp.model import Chunk, Document, DocumentEntry, EmbeddedChunk, Section, SourceType, whole_text
from searchapp.stores import DocumentWrite, IndexSpec, Vectors


class Reembed:
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


def rebuild_document(entry: DocumentEntry, chunks: Sequence[Chunk]) -> Document:
    """The document whose ``chunks`` these are, with every character at its old offset.

    See ``whole_text``. Neighbouring chunks of one page and heading path are one section.
    """
    ordered = sorted(chunks, key=lambda chunk: chunk.position)
    return Document(
        id=entry.id,
        source=entry.source,
        title=entry.title,
        type=SourceType(entry.type),
        text=whole_text(ordered),
        sections=tuple(_sections(ordered)),
        content_hash=entry.content_hash,
        language=entry.language,
        modified=entry.modified,
        pages=entry.pages,
    )


def _sections(ordered: Sequence[Chunk]) -> list[Section]:
    sections: list[Section] = []
    for (headings, page), group in groupby(ordered, key=lambda chunk: (chunk.headings, chunk.page)):
        members = list(group)
        start = max(members[0].start, sections[-1].end if sections else 0)
        sections.append(Section(start, max(chunk.end for chunk in members), headings, page))
    return sections
