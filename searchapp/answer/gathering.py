"""What an answer is written from: the chunks that the question finds, and those that each of its parts finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, zip_longest
from typing import NamedTuple

from searchapp.answer.answerability import has_evidence
from searchapp.answer.bridging import bridged
from searchapp.answer.conversation import Chat
from searchapp.answer.parts import Part, split
from searchapp.model import Hit, QuestionPart, SearchResults

FIRST_OF_PART = 3
"""Chunks that each part adds to those of the whole question, as far as it found others."""

Search = Callable[[str], SearchResults]
"""Searches for one text, with the filters and as many hits as the question has."""

Known = Callable[[str], float]
"""The share (0 to 1) of a text that the embedding model knows."""


class Gathered(NamedTuple):
    """The hits of a question and of its parts, best first and each once."""

    query: str
    """The question as it was searched for."""
    hits: tuple[Hit, ...]
    parts: tuple[QuestionPart, ...]
    """Empty where the question is a single one."""
    answerable: bool
    """Whether the hits can bear an answer: to the whole, to each part of a chain, or to one of several questions."""


def gather(question: str, search: Search, known: Known, chat: Chat | None = None) -> Gathered:
    """Search for ``question`` and for each of its parts. Raises what ``search`` raises.

    ``chat`` is asked once, and only for a question whose last part is about the answers to the others.
    """
    whole = search(question)
    query = whole.query
    evident = has_evidence(query, whole.hits, known(query))
    found = split(query)
    if not found.parts:
        return Gathered(query, whole.hits, (), evident)
    # Filters that were typed stand in the question only; they hold for each part.
    typed = question.replace(query, "") if query in question else ""

    def hits_of(part: Part) -> tuple[Hit, ...]:
        return search(f"{part.text} {typed}".strip()).hits

    *first, last = found.parts
    hits = [hits_of(part) for part in first]
    if found.chained and chat is not None and all(hits):
        named = bridged(query, last.text, [best for best, *_ in hits], chat)
        last = Part(named, named) if named else last
    hits.append(hits_of(last))
    parts = (*first, last)
    held = [_is_held(part, of_part, known) for part, of_part in zip(parts, hits, strict=True)]
    enough = all(held) if found.chained else any(held)
    asked = tuple(QuestionPart(part.text, one) for part, one in zip(parts, held, strict=True))
    return Gathered(query, tuple(_merged(whole.hits, hits)), asked, evident or enough)


def _is_held(part: Part, hits: Sequence[Hit], known: Known) -> bool:
    share = known(part.text)
    return any(has_evidence(one, hits, share) for one in dict.fromkeys((part.asked, part.text)))


def _merged(whole: Sequence[Hit], parts: Sequence[Sequence[Hit]]) -> Iterator[Hit]:
    """The best of each part among the hits of the whole, in turns, so that a small context has something of each."""
    rows = zip_longest(whole, *(hits[:FIRST_OF_PART] for hits in parts))
    found = {hit.chunk_id: hit for hit in chain.from_iterable(rows) if hit is not None}
    return (replace(hit, rank=rank) for rank, hit in enumerate(found.values(), start=1))
