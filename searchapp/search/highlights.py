"""Which pieces of a chunk to show, with the matching words marked.

It works on the chunk's text, not in the store, so that every store and also a hit found by meaning alone has some: of
that it is the sentence whose vector is nearest to the query's (``NearestSentences``).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from cachetools import LRUCache
from prometheus_client import Counter

from searchapp.embedding import Embedder, Fingerprint, low_priority_vectors
from searchapp.errors import OverloadedError
from searchapp.model import Vector
from searchapp.text.occurrences import occurrences
from searchapp.text.sentences import chunk_spans, is_whole
from searchapp.text.spellings import spelled_otherwise
from searchapp.text.words import Word

MARK_OPEN, MARK_CLOSE = "\ue000", "\ue001"
"""Private-use characters, which sources strip from every document, so that no text can forge a mark."""

FRAGMENTS = 2
FRAGMENT_CHARACTERS = 320


def highlights(terms: Collection[str], text: str) -> tuple[str, ...]:
    """The sentences of ``text`` with most of the ``terms`` (``content_terms`` of a query), in reading order, marked.

    Where no word matches, those count of which another spelling does (``max_map_count`` for "map count"). A chunk
    without any yields its first whole sentence, unmarked.
    """
    found = occurrences(text, frozenset(terms)) or tuple(spelled_otherwise(text, terms))
    spans = pieces(text)
    scored = [(len({w.term for w in found if start <= w.start < end}), start, end) for start, end in spans]
    best = sorted((piece for piece in scored if piece[0]), key=lambda piece: (-piece[0], piece[1]))[:FRAGMENTS]
    if not best:
        beginnings = [text[start:end] for start, end in spans]
        # A heading that opens the chunk stands above it already.
        whole = next((piece for piece in beginnings if is_whole(piece)), None)
        return (whole or beginnings[0],) if beginnings else ()
    return tuple(_marked(text, start, end, found) for _, start, end in sorted(best, key=lambda piece: piece[1]))


def pieces(text: str) -> list[tuple[int, int]]:
    """Sentences, a very long one cut into lengths."""
    return [
        (at, min(end, at + FRAGMENT_CHARACTERS))
        for start, end in chunk_spans(text)
        for at in range(start, end, FRAGMENT_CHARACTERS)
    ]


def _marked(text: str, start: int, end: int, found: Sequence[Word]) -> str:
    parts: list[str] = []
    at = start
    for first, last in _joined([word for word in found if start <= word.start and word.end <= end]):
        parts += [text[at:first], MARK_OPEN, text[first:last], MARK_CLOSE]
        at = last
    parts.append(text[at:end])
    return "".join(parts)


def _joined(found: Sequence[Word]) -> list[tuple[int, int]]:
    """Overlapping and touching matches as one: CJK terms are pairs of characters that share one."""
    spans: list[tuple[int, int]] = []
    for word in found:
        if spans and word.start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], word.end))
        else:
            spans.append((word.start, word.end))
    return spans


MOST_OF_A_PASSAGE = 12
"""Sentences that are looked at in one chunk; one of 256 tokens seldom has more."""

MOST_OF_A_PAGE = 120
"""Sentences that are looked at for one page of hits: ten chunks."""

BATCH = 8
"""Sentences embedded in one go, some 20 ms of two cores: the longest that a query may find the model busy with them."""

AT_ONCE = 4
"""Callers whose sentences are embedded at once; further ones get what is known already."""

SECONDS = 1.0
"""How long one caller's sentences are embedded before the rest is left."""

REMEMBERED = 8192
"""Sentences whose vectors are kept: 12 MB at 384 dimensions."""

LEFT = Counter("searchapp_sentences_left", "Passages whose nearest sentence was not looked for: the model was busy.")


class NearestSentences:
    """Finds the sentence that matters in a chunk found by meaning alone: whose vector is nearest to the query's.

    It is an ornament, and costs more than the search itself: a dozen sentences of each chunk are embedded. So it takes
    what the model has to spare. Searches, answers and ingestion go first, a few callers may want it at once, each for a
    moment; whatever was not looked at then keeps the sentence that it had. Vectors are kept, so that the same chunks
    cost nothing the next time. Safe between threads.
    """

    def __init__(self) -> None:
        self._callers = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._remembered: LRUCache[tuple[Fingerprint, str], Vector] = LRUCache(REMEMBERED)

    def find(self, query: str, chunks: Sequence[str], embedder: Embedder) -> list[str]:
        """For each chunk its nearest sentence, marked whole; empty where it was not looked at.

        Raises as the embedder does, except that a busy one is no error.
        """
        nothing = ["" for _ in chunks]
        if not chunks or embedder.fingerprint.made_by_store:
            return nothing
        wanted = _looked_at(chunks)
        texts = list(dict.fromkeys(text for sentences in wanted for text in sentences))
        try:
            asked = embedder.embed_query(query)
        except OverloadedError:
            LEFT.inc(len(chunks))
            return nothing
        vectors = self._vectors(texts, embedder)
        found = [_nearest(asked, sentences, vectors) for sentences in wanted]
        LEFT.inc(sum(1 for sentences, sentence in zip(wanted, found, strict=True) if sentences and not sentence))
        return [f"{MARK_OPEN}{sentence}{MARK_CLOSE}" if sentence else "" for sentence in found]

    def _vectors(self, texts: Sequence[str], embedder: Embedder) -> Mapping[str, Vector]:
        """The vectors of as many of the texts, the first ones first, as are known or can be had now."""
        model = embedder.fingerprint
        known = self._recalled(model, texts)
        missing = [text for text in texts if text not in known]
        if not missing or not self._callers.acquire(blocking=False):
            return known
        try:
            deadline = time.monotonic() + SECONDS
            for first in range(0, len(missing), BATCH):
                some = missing[first : first + BATCH]
                left = deadline - time.monotonic()
                vectors = low_priority_vectors(embedder, _fitting(some, embedder), left) if left > 0 else None
                if vectors is None:
                    break
                # Copies: a row alone must not keep its whole batch in memory.
                fresh = {text: np.array(row) for text, row in zip(some, vectors, strict=True)}
                known.update(fresh)
                self._remember(model, fresh)
        finally:
            self._callers.release()
        return known

    def _recalled(self, model: Fingerprint, texts: Sequence[str]) -> dict[str, Vector]:
        with self._lock:
            return {text: self._remembered[model, text] for text in texts if (model, text) in self._remembered}

    def _remember(self, model: Fingerprint, vectors: Mapping[str, Vector]) -> None:
        with self._lock:
            self._remembered.update({(model, text): vector for text, vector in vectors.items()})


def _looked_at(chunks: Sequence[str]) -> list[list[str]]:
    """The sentences of each chunk that are looked at; none of the chunks beyond a page's share."""
    room, wanted = MOST_OF_A_PAGE, []
    for chunk in chunks:
        sentences = _sentences(chunk)[:MOST_OF_A_PASSAGE]
        sentences = sentences if len(sentences) <= room else []
        room -= len(sentences)
        wanted.append(sentences)
    return wanted


def _nearest(query: Vector, sentences: Sequence[str], vectors: Mapping[str, Vector]) -> str:
    """The sentence nearest to the query; empty when a vector is missing, since that might be the nearest one's."""
    if any(text not in vectors for text in sentences):
        return ""
    return max(sentences, key=lambda text: float(vectors[text] @ query), default="")


def _sentences(text: str) -> list[str]:
    """The whole sentences; a heading, which stands above the chunk already, only where there is nothing else."""
    every = [text[start:end] for start, end in pieces(text)]
    return [piece for piece in every if is_whole(piece)] or every


def _fitting(texts: list[str], embedder: Embedder) -> list[str]:
    """The texts, each as far as the model reads."""
    if all(len(text.encode()) < embedder.fingerprint.max_tokens // 2 for text in texts):
        return texts  # no token is less than a byte; the tokenizer of a large vocabulary takes a second to load
    room = embedder.fingerprint.max_tokens - embedder.tokenizer.special_tokens
    spans = [embedder.tokenizer.spans(text) for text in texts]
    return [text[: cuts[room - 1][1]] if len(cuts) > room else text for text, cuts in zip(texts, spans, strict=True)]
