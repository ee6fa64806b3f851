"""What a store promises. Every store inherits one test suite, ``tests/stores/contract.py``, and proves it there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple, Protocol, TypeAlias

from searchapp.embedding.base import Fingerprint
from searchapp.model import Chunk, DocumentEntry, EmbeddedChunk, Filters, Vector
from searchapp.stores.ownership import is_held, is_written, settled
from searchapp.stores.registry import Registry


@dataclass(frozen=True, slots=True)
class DocumentWrite:
    """A document's entry with all its chunks; the store replaces whatever it had of this document."""

    entry: DocumentEntry
    chunks: tuple[EmbeddedChunk, ...]


LOST = "It was deleted, or another process took it over."
"""What ``Store.write`` says of a document that its owner does not hold any more."""


def held_writes(
    writes: Sequence[DocumentWrite], stored: Mapping[str, DocumentEntry], owner: str
) -> Sequence[DocumentWrite]:
    """Those of the documents that ``owner`` holds, with the entries that ``settle`` writes; without an owner all."""
    if not owner:
        return writes
    held: list[DocumentWrite] = []
    for write in writes:
        entry = stored.get(write.entry.id)
        if is_held(entry, owner):
            held.append(replace(write, entry=settled(entry, write.entry) or write.entry))
        elif entry is not None and is_written(entry, write.entry):
            held.append(replace(write, entry=entry))
    return held


@dataclass(frozen=True, slots=True)
class Chunking:
    """How documents are cut: the most tokens of a passage, and of what it repeats from the one before."""

    tokens: int
    overlap: int


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """What decides which passages and vectors a document becomes; each version of an index has one."""

    fingerprint: Fingerprint
    chunking: Chunking

    def matches(self, other: IndexSpec) -> bool:
        """Whether documents look the same in indices of both."""
        return self.chunking == other.chunking and self.fingerprint.matches(other.fingerprint)


Vectors = Callable[[Collection[str]], Mapping[str, Vector]]
"""Looks up the vectors that are known already, by chunk hash."""


class Reencoder(Protocol):
    """Makes of documents cut and embedded one way what they are in an index of another way."""

    def __call__(
        self, documents: Sequence[tuple[DocumentEntry, Sequence[Chunk]]], spec: IndexSpec, known: Vectors
    ) -> list[DocumentWrite]:
        """The documents cut and embedded by ``spec``, from their chunks' text alone; ``known`` vectors are reused."""
        ...


class Match(StrEnum):
    """How the keyword leg takes its words."""

    WORDS = "words"
    """Any of them, ranked by BM25."""
    BEGINNING = "beginning"
    """All in a row, the last one possibly unfinished; in no particular order, and not every passage there is."""
    SIMILAR = "similar"
    """Any of them, or of words spelt like them."""


FacetCounts: TypeAlias = Mapping[str, Mapping[str, int]]
"""Passages by facet (type, language, path, year, heading) and value, the commonest first."""

FACET_VALUES = 30
"""Values that are counted of one facet; more cannot be read."""


@dataclass(frozen=True, slots=True)
class LegQuery:
    """What both legs are asked in one round trip.

    A leg whose field is None does not run. ``model`` made ``vector``; a store that meanwhile searches vectors of
    another model raises IndexSwitchedError. A ``vector`` of no dimensions is the store's to make of ``text``, where
    ``model`` is its own (``Fingerprint.made_by_store``). ``exact`` holds phrases (codes, file names, quoted words)
    whose exact, unstemmed occurrence counts more; passages of either leg have every phrase of ``required`` and none of
    ``excluded``. ``depth`` is the most passages a leg brings. ``facets`` asks for counts over all passages that
    either leg finds, in the same round trip.
    """

    keywords: str | None
    vector: Vector | None
    depth: int
    filters: Filters = field(default_factory=Filters)
    exact: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    model: Fingerprint | None = None
    text: str = ""
    match: Match = Match.WORDS
    facets: bool = False


class FoundChunk(NamedTuple):
    """A chunk as a leg brought it, with its document's facts. ``score``: BM25 or cosine, best first.

    A tuple, as a search makes 200 of them: frozen data classes take three times as long.
    """

    id: str
    document_id: str
    score: float
    text: str
    title: str
    source: str
    type: str
    language: str
    headings: tuple[str, ...]
    page: int | None
    start: int
    end: int
    modified: dt.datetime | None


@dataclass(frozen=True, slots=True)
class LegResults:
    """Each leg's passages, best first; a leg that did not run is empty.

    ``facets`` are counted over all that the keyword leg matches and the ``depth`` best of the semantic one, together
    ``matched`` passages; a store may stop counting at some ten thousands. Empty and 0 where they were not asked for.
    """

    keyword: tuple[FoundChunk, ...]
    semantic: tuple[FoundChunk, ...]
    facets: FacetCounts = field(default_factory=dict)
    matched: int = 0


class Store(Registry, Protocol):
    """Chunks, their vectors, and the registry of documents (``Registry``).

    Any method may raise ServiceUnavailableError, ServiceRefusedError or IncompatibleServerError where the store is a
    server, and StorageError when a write is refused. Reading from a store that was never prepared is not an error: it
    is empty.
    """

    name: str
    """What people call the engine, with where it is: "Elasticsearch at http://localhost:9200"."""

    def check(self) -> None:
        """Raise when the store cannot serve a search now."""
        ...

    def prepare(self, fingerprint: Fingerprint) -> None:
        """Create what is missing for vectors of this model; what is there stays as it is. Idempotent."""
        ...

    def fingerprint(self) -> Fingerprint | None:
        """The model whose vectors searches meet; None before ``prepare``. Cheap enough to ask before every search."""
        ...

    def succeeds(self, configured: Fingerprint) -> bool:
        """Whether an operator moved the index to its present model from this one, or back from it.

        A process that is configured with it then works with the present model instead of being refused.
        """
        ...

    def write(
        self, documents: Sequence[DocumentWrite], model: Fingerprint | None = None, owner: str = ""
    ) -> Mapping[str, str]:
        """Replace each document by its new version, and return a sentence for every document id that failed.

        ``model`` made the vectors; None stands for the one that the store holds. Where the index was moved to another
        model meanwhile, the store makes the vectors that are needed. Given an ``owner``, the entries are written as by
        ``settle``: a document that is not held any more when its chunks are in has failed with ``LOST``, and one that
        was deleted leaves nothing behind.

        Per document all or nothing to a reader: the new chunks are complete before the old ones go, and a document
        that failed keeps its old version. Visible to searches after ``refresh``, possibly earlier.
        """
        ...

    def chunks(self, document_id: str, first: int = 0, size: int | None = None) -> tuple[Chunk, ...]:
        """A document's chunks in reading order; ``tokens`` is 0 and ``embedded_text`` empty, as neither is kept.

        Only those from position ``first`` on, ``size`` of them at most (None: to the end): nothing else is read.
        """
        ...

    def held(self) -> Iterator[str]:
        """The ids of the documents that have chunks, each once, whether the registry knows them or not."""
        ...

    def vectors(self, hashes: Collection[str], model: Fingerprint | None = None) -> Mapping[str, Vector]:
        """The vectors of ``model`` (None: the one the store holds) that are there for these chunk hashes, by hash."""
        ...

    def delete_document(self, document_id: str) -> bool:
        """Remove a document, its chunks and its entry; False when there was none. Visible on return.

        Also what is written of it meanwhile under an ``owner``.
        """
        ...

    def search(self, query: LegQuery) -> LegResults:
        """Run both legs with the filters applied before ranking, not after."""
        ...

    def count(self) -> int:
        """How many chunks a search can find now."""
        ...

    def refresh(self) -> None:
        """Make everything written so far visible to searches, and tidy up after many writes."""
        ...

    def drop(self) -> None:
        """Remove everything that this store keeps under its name."""
        ...
