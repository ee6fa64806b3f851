"""Synthetic documents for ``growth.py``: any number of them, the same ones every time, a block at a time.

Vectors resemble those of text rather than noise: they lie near a plane of ``INNER_DIMS`` of the 384 dimensions, the
first of which vary most, around ``TOPICS`` topics of unequal size; a document's chunks share its topic, and topics
overlap. Texts are invented words by Zipf's law (the n-th commonest word is used about 1/n as often); each topic has
words of its own, too, so that the keyword search finds more than chance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from searchapp.model import Chunk, DocumentEntry, DocumentState, EmbeddedChunk
from searchapp.stores import DocumentWrite

DIMS = 384
INNER_DIMS = 64
TOPICS = 2_000
OWN_SHARE = 0.8
"""How far a chunk lies from its topic's centre, against how far those lie from each other."""
NOISE = 0.15
"""Length of what lies outside of the plane."""

VOCABULARY = 60_000
TOPIC_WORDS = 40
WORDS = 40
"""Of a chunk, half a dozen of them its topic's."""
OWN_WORDS = 6
QUERY_WORDS = 3
COMMONEST_ASKED = 100
"""Nobody asks for the commonest words: they are this language's "the" and "of"."""

PASSAGES = 20
"""Of each document."""
BLOCK = 5_000

_SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "ol", "im", "us")]
_MOMENT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Block:
    """Whole documents, with all their vectors as one matrix in the order of ``ids``."""

    writes: tuple[DocumentWrite, ...]
    ids: tuple[str, ...]
    vectors: np.ndarray


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: words, and a vector of the same topic."""

    text: str
    vector: np.ndarray


class Corpus:
    """All blocks of one seed; block n is the same however many there are."""

    def __init__(self, seed: int = 8) -> None:
        self._seed = seed
        random = np.random.default_rng(seed)
        self._spread = (1.0 / np.sqrt(1.0 + np.arange(INNER_DIMS) / 8.0)).astype(np.float32)
        self._plane = np.linalg.qr(random.normal(size=(DIMS, INNER_DIMS)))[0].T.astype(np.float32)
        self._centres = random.normal(size=(TOPICS, INNER_DIMS)).astype(np.float32) * self._spread
        self._topic_shares = np.cumsum(_zipf(TOPICS, 0.5))
        self._words = _vocabulary(random)
        self._word_shares = np.cumsum(_zipf(VOCABULARY, 1.0))
        self._rare_shares = np.cumsum(_zipf(VOCABULARY, 1.0)[COMMONEST_ASKED:])
        self._topic_words = random.integers(COMMONEST_ASKED, VOCABULARY, size=(TOPICS, TOPIC_WORDS))

    def blocks(self, first: int, end: int) -> Iterator[Block]:
        """The chunks from number ``first`` to before ``end``; both are multiples of ``BLOCK``."""
        for number in range(first // BLOCK, end // BLOCK):
            yield self._block(number)

    def queries(self, count: int) -> list[Query]:
        """Questions about topics, as common as the topics are; none of them is a chunk."""
        random = np.random.default_rng([self._seed, 1])
        topics = self._topics(random, count)
        vectors = self._vectors(random, topics)
        places = random.integers(TOPIC_WORDS, size=count)
        common = np.searchsorted(self._rare_shares / self._rare_shares[-1], random.random((count, QUERY_WORDS - 1)))
        return [
            Query(
                " ".join(self._words[at] for at in (self._topic_words[topic, place], *(row + COMMONEST_ASKED))), vector
            )
            for topic, place, row, vector in zip(topics, places, common, vectors, strict=True)
        ]

    def _block(self, number: int) -> Block:
        random = np.random.default_rng([self._seed, 0, number])
        topics = np.repeat(self._topics(random, BLOCK // PASSAGES), PASSAGES)
        vectors = self._vectors(random, topics)
        words = np.searchsorted(self._word_shares, random.random((BLOCK, WORDS)))
        own = random.integers(TOPIC_WORDS, size=(BLOCK, OWN_WORDS))
        words[:, 5 : 5 + OWN_WORDS] = self._topic_words[topics[:, None], own]
        texts = [" ".join(row) + "." for row in self._words[np.minimum(words, VOCABULARY - 1)]]
        writes = [
            self._document(number * BLOCK + first, texts[first : first + PASSAGES], vectors[first : first + PASSAGES])
            for first in range(0, BLOCK, PASSAGES)
        ]
        return Block(tuple(writes), tuple(one.chunk.id for write in writes for one in write.chunks), vectors)

    def _topics(self, random: np.random.Generator, count: int) -> np.ndarray:
        return np.minimum(np.searchsorted(self._topic_shares, random.random(count)), TOPICS - 1)

    def _vectors(self, random: np.random.Generator, topics: np.ndarray) -> np.ndarray:
        own = random.standard_normal((len(topics), INNER_DIMS), dtype=np.float32) * self._spread
        inner = self._centres[topics] + OWN_SHARE * own
        inner /= np.linalg.norm(inner, axis=1, keepdims=True)
        outer = random.standard_normal((len(topics), DIMS), dtype=np.float32) * np.float32(NOISE / DIMS**0.5)
        vectors = inner @ self._plane + outer
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def _document(self, number: int, texts: list[str], vectors: np.ndarray) -> DocumentWrite:
        id_ = f"{number:016x}"
        chunks = []
        for position, (text, vector) in enumerate(zip(texts, vectors, strict=True)):
            digest = blake2b(f"{text} {id_}".encode(), digest_size=16).hexdigest()
            chunk = Chunk(
                id=f"{id_}-{position:05d}-{digest[:8]}",
                document_id=id_,
                position=position,
                text=text,
                embedded_text=text,
                start=position * 400,
                end=position * 400 + len(text),
                tokens=WORDS,
                hash=digest,
            )
            chunks.append(EmbeddedChunk(chunk, vector))
        entry = DocumentEntry(
            id=id_,
            source=f"/growth/{number // 100_000}/{id_}.txt",
            title=" ".join(texts[0].split()[5:8]),
            type="text",
            state=DocumentState.INDEXED,
            content_hash=id_,
            language="en",
            chunks=len(chunks),
            updated=_MOMENT,
        )
        return DocumentWrite(entry, tuple(chunks))


class ExactNeighbours:
    """The nearest chunks of each query among all that were shown, found by comparing every one."""

    def __init__(self, queries: np.ndarray, count: int = 10) -> None:
        self._queries = queries
        self._count = count
        self._scores = np.empty((len(queries), 0), dtype=np.float32)
        self._ids = np.empty((len(queries), 0), dtype="U48")

    def see(self, ids: tuple[str, ...], vectors: np.ndarray) -> None:
        """Look at more chunks; ``vectors`` are ``(n, dims) float32``, normalised."""
        block = self._queries @ vectors.T
        best = np.argpartition(-block, min(self._count, len(ids)) - 1, axis=1)[:, : self._count]
        scores = np.concatenate([self._scores, np.take_along_axis(block, best, axis=1)], axis=1)
        known = np.concatenate([self._ids, np.array(ids)[best]], axis=1)
        order = np.argsort(-scores, axis=1)[:, : self._count]
        self._scores, self._ids = np.take_along_axis(scores, order, axis=1), np.take_along_axis(known, order, axis=1)

    def recall(self, found: list[list[str]]) -> float:
        """The mean share of each query's nearest that was found among as many."""
        shares = [
            len(set(ids[: self._count]) & set(exact)) / len(exact)
            for ids, exact in zip(found, self._ids.tolist(), strict=True)
        ]
        return sum(shares) / len(shares)


def _zipf(count: int, exponent: float) -> np.ndarray:
    shares = 1.0 / np.arange(1, count + 1) ** exponent
    return shares / shares.sum()


def _vocabulary(random: np.random.Generator) -> np.ndarray:
    """Different words of two to four syllables; the commoner, the shorter."""
    words: dict[str, None] = {}
    while len(words) < VOCABULARY:
        length = 2 + (len(words) > 2_000) + (len(words) > 30_000)
        words["".join(random.choice(_SYLLABLES, size=length))] = None
    return np.array(list(words))
