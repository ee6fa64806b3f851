"""The sentence that matters in a passage found by meaning alone: the one whose vector is nearest to the query's.

It is an ornament, and costs more than the search itself: a dozen sentences of each passage are embedded. So it takes
what the model has to spare. Searches, answers and ingestion go first, a few callers may want it at once, each for a
moment; whatever was not looked at then keeps the sentence that it had. Vectors are kept, so that the same passages cost
nothing the next time.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import numpy as np
from prometheus_client import Counter

from searchapp.embedding import Embedder, Fingerprint, spare_vectors
from searchapp.errors import OverloadedError
from searchapp.model import Vector
from searchapp.search.highlights import MARK_CLOSE, MARK_OPEN, pieces
from searchapp.text.sentences import is_whole

MOST_OF_A_PASSAGE = 12
"""Sentences that are looked at in one passage; one of 256 tokens seldom has more."""

MOST_OF_A_PAGE = 120
"""Sentences that are looked at for one page of hits: ten passages."""

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
    """Finds them; safe between threads."""

    def __init__(self) -> None:
        self._callers = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._remembered: OrderedDict[tuple[Fingerprint, str], Vector] = OrderedDict()

    def find(self, query: str, passages: Sequence[str], embedder: Embedder) -> list[str]:
        """For each passage its nearest sentence, marked whole; empty where it was not looked at.

        Raises as the embedder does, except that a busy one is no error.
        """
        nothing = ["" for _ in passages]
        if not passages or embedder.fingerprint.made_by_store:
            return nothing
        wanted = _looked_at(passages)
        texts = list(dict.fromkeys(text for sentences in wanted for text in sentences))
        try:
            asked = embedder.embed_query(query)
        except OverloadedError:
            LEFT.inc(len(passages))
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
                vectors = spare_vectors(embedder, _fitting(some, embedder), left) if left > 0 else None
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
            known = {text: vector for text in texts if (vector := self._remembered.get((model, text))) is not None}
            for text in known:
                self._remembered.move_to_end((model, text))
        return known

    def _remember(self, model: Fingerprint, vectors: Mapping[str, Vector]) -> None:
        with self._lock:
            self._remembered.update({(model, text): vector for text, vector in vectors.items()})
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)


def _looked_at(passages: Sequence[str]) -> list[list[str]]:
    """The sentences of each passage that are looked at; none of the passages beyond a page's share."""
    room, wanted = MOST_OF_A_PAGE, []
    for passage in passages:
        sentences = _sentences(passage)[:MOST_OF_A_PASSAGE]
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
    """The whole sentences; a heading, which stands above the passage already, only where there is nothing else."""
    every = [text[start:end] for start, end in pieces(text)]
    return [piece for piece in every if is_whole(piece)] or every


def _fitting(texts: list[str], embedder: Embedder) -> list[str]:
    """The texts, each as far as the model reads."""
    room = embedder.fingerprint.max_tokens - embedder.tokenizer.special_tokens
    spans = [embedder.tokenizer.spans(text) for text in texts]
    return [text[: cuts[room - 1][1]] if len(cuts) > room else text for text, cuts in zip(texts, spans, strict=True)]
