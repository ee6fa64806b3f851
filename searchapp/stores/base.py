"""What a store promises. Every store inherits one test suite, ``tests/stores/contract.py``, and proves it there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeAlias

from searchapp.embedding.base import Fingerprint
from searchapp.model import Chunk, DocumentEntry, EmbeddedChunk, Fields, Filing, Filters, Vector
from searchapp.stores.index_spec import IndexSpec
from searchapp.stores.registry import Registry


@dataclass(frozen=True, slots=True)
class DocumentWrite:
    """A document's entry with all its chunks; the store replaces whatever it had of this document."""

    entry: DocumentEntry
    chunks: tuple[EmbeddedChunk, ...]

    @property
    def unembedded(self) -> int:
        """How many of the chunks have no vector yet."""
        return sum(one.vector is None for one in self.chunks)


LOST = "It was deleted, or another process took it over."
"""What ``Store.write`` says of a document that its owner does not hold any more."""


Vectors = Callable[[Collection[str]], Mapping[str, Vector]]
"""Looks up the vectors that are known already, by chunk hash."""


FilingChange: TypeAlias = Callable[[DocumentEntry, Filing], Filing]
"""What becomes of where a document's tags, collections and readers come from; it may be called again."""


class Reencoder(Protocol):
    """Makes of documents cut and embedded one way what they are in an index of another way."""

    def __call__(
        self, documents: Sequence[tuple[DocumentEntry, Sequence[Chunk]]], spec: IndexSpec, known: Vectors
    ) -> list[DocumentWrite]:
        """The documents cut and embedded by ``spec``, from their chunks' text alone; ``known`` vectors are reused."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexMove:
    """What it took to fill another version of the index.

    ``reused`` vectors were there, ``embedded`` ones were computed; ``resumed``: an earlier move went on.
    """

    chunk_tokens: int
    documents: int
    chunks: int
    embedded: int
    reused: int
    resumed: bool
    seconds: float = 0.0


class Match(StrEnum):
    """How the keyword retriever takes its words."""

    WORDS = "words"
    """Any of them, ranked by BM25."""
    BEGINNING = "beginning"
    """All in a row, the last one possibly unfinished; in no particular order, and not every chunk there is."""
    SIMILAR = "similar"
    """Any of them, or of words spelt like them."""


FacetCounts: TypeAlias = Mapping[str, Mapping[str, int]]
"""Chunks by facet (type, language, path, year, heading, tag, collection, field) and value, the commonest first."""

FACET_VALUES = 30
"""Values that are counted of one facet; more cannot be read."""


@dataclass(frozen=True, slots=True)
class RetrievalQuery:
    """What both retrievers are asked in one round trip.

    A retriever whose field is None does not run. ``model`` made ``vector``; a store that meanwhile searches vectors of
    another model raises IndexSwitchedError. A ``vector`` of no dimensions is the store's to make of ``text``, where
    ``model`` is its own (``Fingerprint.made_by_store``). ``exact`` holds phrases (codes, file names, quoted words)
    whose exact, unstemmed occurrence counts more; chunks of either retriever have every phrase of ``required`` and
    none of ``excluded``. ``depth`` is the most chunks a retriever brings. ``facets`` asks for counts over all chunks
    that either retriever finds, in the same round trip; of the semantic one those count that have a cosine of
    ``least_cosine``. Without ``texts`` chunks come without text and headings, which a count of them does not need.
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
    least_cosine: float = -1.0
    texts: bool = True


class FoundChunk(NamedTuple):
    """A chunk as a retriever brought it, with its document's facts. ``score``: BM25 or cosine, best first.

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
    tags: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    fields: Fields = MappingProxyType({})
    unembedded: bool = False
    """Whether it has no vector yet, so that only the keyword retriever can bring it."""


@dataclass(frozen=True, slots=True)
class RetrievalResults:
    """Each retriever's chunks, best first; a retriever that did not run is empty.

    ``facets`` are counted over all that the keyword retriever matches and the ``depth`` best of the semantic one,
    together ``matched`` chunks; a store may stop counting at some ten thousands. Empty and 0 where they were not asked
    for.
    """

    keyword: tuple[FoundChunk, ...]
    semantic: tuple[FoundChunk, ...]
    facets: FacetCounts = field(default_factory=dict)
    matched: int = 0


class RegistryPart:
    """The registry's methods for a store that is composed of a registry and chunks.

    They are the registry's own, bound to it: what answers otherwise is another registry, not a subclass of the store.
    """

    def __init__(self, registry: Registry) -> None:
        self.put_entries = registry.put_entries
        self.entry = registry.entry
        self.known_entries = registry.known_entries
        self.entries = registry.entries
        self.folder_counts = registry.folder_counts
        self.state_counts = registry.state_counts
        self.sources = registry.sources
        self.same_content = registry.same_content
        self.exchange = registry.exchange
        self.claim = registry.claim
        self.renew = registry.renew
        self.settle = registry.settle
        self.forget = registry.forget
        self.collections = registry.collections
        self.change_collections = registry.change_collections
        self.memo = registry.memo
        self.change_memo = registry.change_memo
        self.label_counts = registry.label_counts
        self.unembedded = registry.unembedded
        self.backlog = registry.backlog
        self.pause = registry.pause
        self.put_pause = registry.put_pause


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
        that failed keeps its old version. Visible to searches after ``refresh``, possibly earlier. Chunks without a
        vector are found by their words; the entry says how many there are, and ``add_vectors`` gives them theirs.
        """
        ...

    def unembedded_texts(self, document_ids: Collection[str], size: int) -> Mapping[str, str]:
        """What the model is to read for chunks of these documents that have no vector yet, by chunk hash.

        Those of ``size`` chunks at most; of everything written so far.
        """
        ...

    def add_vectors(
        self, document_ids: Collection[str], vectors: Mapping[str, Vector], model: Fingerprint
    ) -> Mapping[str, int]:
        """Give chunks of these documents that have no vector theirs, by chunk hash; returns how many got one, by id.

        Nothing else of a chunk changes. What was replaced or deleted meanwhile stays so: a vector belongs to a hash,
        whatever document has it. Entries say afterwards how many chunks are left. Nothing is done where the live
        version of the index is not of this ``model``. Visible to searches as what is written; may be repeated.
        """
        ...

    def refile(self, document_ids: Collection[str], change: FilingChange) -> Mapping[str, DocumentEntry]:
        """Give documents other tags, collections or readers, and return them as they stand then, by id.

        ``change`` makes a document's ``Filing`` of the present one; the chunks get what follows from it. Nothing is
        embedded or read again, whoever works on the documents. Those that are not known are left out. Visible on
        return; may be repeated.
        """
        ...

    def chunks(self, document_id: str, first: int = 0, size: int | None = None) -> tuple[Chunk, ...]:
        """A document's chunks in reading order; ``tokens`` is 0 and ``embedded_text`` empty, as neither is kept.

        Only those from position ``first`` on, ``size`` of them at most (None: to the end): nothing else is read.
        """
        ...

    def documents_with(self, filters: Filters, phrase: str = "", after: str = "", size: int = 1000) -> tuple[str, ...]:
        """The ids of documents that have a chunk which passes ``filters`` and has ``phrase``, in ascending order.

        The phrase as in ``RetrievalQuery.required``; an empty one is in every chunk. Those behind the id ``after``,
        ``size`` of them at most (10,000); nothing is ranked, and none is left out.
        """
        ...

    def held(self) -> Iterator[str]:
        """The ids of the documents that have chunks, each once, whether the registry knows them or not."""
        ...

    def vectors(self, hashes: Collection[str], model: Fingerprint | None = None) -> Mapping[str, Vector]:
        """The vectors that are there for these chunk hashes, by hash.

        Only those that ``model`` made (None: the model of ``fingerprint``), never those of another one; of versions of
        the index that are not live too.
        """
        ...

    def delete_document(self, document_id: str) -> bool:
        """Remove a document, its chunks and its entry; False when there was none. Visible on return.

        Also what is written of it meanwhile under an ``owner``.
        """
        ...

    def search(self, query: RetrievalQuery) -> RetrievalResults:
        """Run both retrievers with the filters applied before ranking, not after."""
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
