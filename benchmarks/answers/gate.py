"""Whether questions are refused exactly where nothing answers them, on RGB's questions over a real index.

Four worlds for each question: all chunks of the set, only those of one other question, all but its own ones, and only
its own hard negatives (right topic, no answer; where the set has them).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import partial

from benchmarks.answers.constructed import ELSEWHERE
from benchmarks.answers.judged import Question
from searchapp.answer.gathering import gather
from searchapp.model import Document, Filters, SearchRequest, SearchResults
from searchapp.wiring import Application

PASSAGES = 8
"""Chunks that an answer is asked from by default."""

PARTS = ("hold-out", "chosen", "seen")
WORLDS = ("answerable", "another question's", "all but its own", "hard negatives")


def index(application: Application, documents: Iterable[Document]) -> Iterator[str]:
    """Ingest the chunks; gives each id when it is done."""
    for outcome in application.ingester.ingest_documents(iter(documents)):
        if outcome.error:
            raise RuntimeError(outcome.error)
        yield outcome.document_id


def refusals(application: Application, asked: list[Question]) -> Iterator[tuple[Question, str, bool]]:
    """Each question, each world it has, and whether it is refused there; no language model takes part."""

    def known(text: str) -> float:
        return application.embedder.tokenizer.reading(text).known_share

    for place, question in enumerate(asked):
        other = asked[(place + ELSEWHERE) % len(asked)]
        own = question.own | question.hard
        elsewhere = (other.own | other.hard) - own
        worlds = {
            "answerable": Filters(),
            "another question's": Filters(document_ids=tuple(elsewhere)) if elsewhere else None,
            "all but its own": Filters(excluded_document_ids=tuple(own)),
            "hard negatives": Filters(document_ids=tuple(question.hard)) if question.hard else None,
        }
        for world, filters in worlds.items():
            if filters is not None:
                yield (
                    question,
                    world,
                    not gather(question.text, partial(_found, application, filters), known).answerable,
                )


def _found(application: Application, filters: Filters, text: str) -> SearchResults:
    return application.searcher.search(SearchRequest(text, size=PASSAGES, filters=filters))


def shares(found: Iterable[tuple[Question, str, bool]], part: str) -> dict[str, float]:
    """Share of right decisions by world: answerable questions are to be let through, all others refused."""
    right: dict[str, list[bool]] = defaultdict(list)
    for question, world, refused in found:
        if question.part == part:
            right[world].append(refused != (world == "answerable"))
    return {world: sum(right[world]) / len(right[world]) for world in WORLDS if right[world]}
