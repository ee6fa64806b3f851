"""What the store in memory finds: BM25 over the words that the other stores have, cosines, phrases and filters."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

import numpy as np

from searchapp.model import Chunk, DocumentEntry, EmbeddedChunk, Filters, Vector
from searchapp.stores.analysis import (
    asked_beside,
    gather,
    han_words,
    phrase_row,
    phrase_tokens,
    without_han,
    written_beside,
)
from searchapp.stores.base import FoundChunk, Match, RetrievalQuery
from searchapp.stores.filtering import passes
from searchapp.text.words import STOP_WORDS, fold_width, words

K1, B = 1.2, 0.75
"""BM25's parameters as both engines have them: how soon repeated words stop to count, and how much length counts."""

PHRASE_BOOST = 2.0
ALIKE = 0.8
"""Similarity of two words' spelling, by ``difflib``, from which one is taken for the other."""

LEFT_OUT = STOP_WORDS - {"i"}  # "I" is a numeral, too


@dataclass(frozen=True)
class StoredChunk:
    """A chunk with its document's facts, and what it is searched by, made when it is first asked for."""

    entry: DocumentEntry
    embedded: EmbeddedChunk

    @property
    def chunk(self) -> Chunk:
        """The chunk itself."""
        return self.embedded.chunk

    @property
    def vector(self) -> Vector | None:
        """Its vector, once it has one."""
        return self.embedded.vector

    @cached_property
    def terms(self) -> Counter[str]:
        """How often it has each term."""
        return Counter(_terms(self._searched))

    @cached_property
    def content(self) -> str:
        """The tokens of all of it, in a row."""
        return phrase_row(self._searched)

    @property
    def _searched(self) -> str:
        gathered = gather(self.entry.title, self.chunk.headings, self.chunk.text, self.entry.source)
        return f"{gathered}\n{written_beside(gathered)}"

    @cached_property
    def names(self) -> str:
        """The tokens of its title and headings, in a row."""
        return phrase_row("\n".join((self.entry.title, *self.chunk.headings)))

    def passes(self, query: RetrievalQuery) -> bool:
        """Whether either retriever may bring it: the filters, required phrases, none of the excluded ones."""
        return (
            _passes(query.filters, self.entry, self.chunk)
            and all(phrase_row(phrase) in self.content for phrase in query.required)
            and not any(phrase_row(phrase) in self.content for phrase in query.excluded)
        )

    def found(self, score: float) -> FoundChunk:
        """The chunk as a search brings it."""
        entry, chunk = self.entry, self.chunk
        return FoundChunk(
            chunk.id, entry.id, score, chunk.text, entry.title, entry.source, entry.type, entry.language,
            chunk.headings, chunk.page, chunk.start, chunk.end, entry.modified, entry.tags, entry.collections,
            entry.fields, self.vector is None,
        )  # fmt: skip


def _passes(filters: Filters, entry: DocumentEntry, chunk: Chunk) -> bool:
    return passes(filters, entry) and (not filters.headings or not set(filters.headings).isdisjoint(chunk.headings))


def _terms(text: str) -> list[str]:
    """The terms that BM25 counts: Chinese words and their characters as in the other stores, stems, pairs of kana."""
    folded = fold_width(text)
    chinese = han_words(folded).split()
    others = (word.term for word in words(without_han(folded)))
    return [*chinese, *"".join(chinese), *(term for term in others if term not in LEFT_OUT)]


def best(scores: Iterable[tuple[StoredChunk, float]]) -> list[FoundChunk]:
    """The chunks, best first."""
    return [one.found(score) for one, score in sorted(scores, key=lambda pair: -pair[1])]


def keyword_scores(
    query: RetrievalQuery, allowed: Sequence[StoredChunk], every: Sequence[StoredChunk]
) -> Iterator[tuple[StoredChunk, float]]:
    """Those of the allowed chunks that the keywords match, with their scores."""
    score = {Match.WORDS: _bm25, Match.BEGINNING: _beginning, Match.SIMILAR: _spelling}[query.match](query, every)
    return ((one, value) for one in allowed if (value := score(one)) > 0)


def _beginning(query: RetrievalQuery, every: Sequence[StoredChunk]) -> Callable[[StoredChunk], float]:
    begun = phrase_row(query.keywords or "").removesuffix("\0")
    return lambda one: 2.0 * (begun in one.names) or 1.0 * (begun in one.content)


def _spelling(query: RetrievalQuery, every: Sequence[StoredChunk]) -> Callable[[StoredChunk], float]:
    typed = phrase_tokens((query.keywords or "").casefold())
    known = {word for one in every for word in one.content.split("\0") if word}
    alike = {word for one in typed for word in get_close_matches(one, known, 20, ALIKE) if word[0] == one[0]}
    return lambda one: float(sum(f"\0{word}\0" in one.content for word in alike))


def _bm25(query: RetrievalQuery, every: Sequence[StoredChunk]) -> Callable[[StoredChunk], float]:
    """BM25 over all chunks; an exact phrase counts as a rare word that weighs more."""
    typed, phrases = query.keywords or "", [phrase_row(phrase) for phrase in query.exact]
    terms = dict.fromkeys(_terms(typed), 1.0)
    for others, boost in asked_beside(typed).items():
        terms |= {term: terms.get(term, 0.0) + boost for term in _terms(others)}
    mean = sum(one.terms.total() for one in every) / len(every) if every else 1.0

    def rarity(holders: int) -> float:
        return math.log(1 + (len(every) - holders + 0.5) / (holders + 0.5))

    rarities = {term: boost * rarity(sum(term in one.terms for one in every)) for term, boost in terms.items()}
    boosts = {row: PHRASE_BOOST * (K1 + 1) * rarity(sum(row in one.content for one in every)) for row in phrases}

    def score(one: StoredChunk) -> float:
        damping = K1 * (1 - B + B * one.terms.total() / mean)
        weights = (
            rarities[term] * count * (K1 + 1) / (count + damping) for term in terms if (count := one.terms[term])
        )
        return sum(weights) + sum(boost for row, boost in boosts.items() if row in one.content)

    return score


def cosines(vector: Vector, allowed: Sequence[StoredChunk]) -> Iterator[tuple[StoredChunk, float]]:
    """All of the allowed chunks that have a vector, with its cosine and this one."""
    allowed = [one for one in allowed if one.vector is not None]
    if not allowed:
        return iter(())
    matrix = np.stack([one.vector for one in allowed if one.vector is not None])
    cosines = matrix @ vector / (np.linalg.norm(matrix, axis=1) * np.linalg.norm(vector))
    return zip(allowed, map(float, cosines), strict=True)
