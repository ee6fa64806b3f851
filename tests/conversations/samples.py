"""Turns to keep: questions and answers about documents with groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from searchapp.conversations import ConversationStore, Place
from searchapp.errors import SearchAppError
from searchapp.model import Answer, Citation, KeptTurn, Sentence, Support, TurnState
from searchapp.settings import Settings
from tests.web.stand_in import hit

START = dt.datetime(2026, 11, 29, 12, 0, tzinfo=dt.UTC)


class Clock:
    """The time, which a test sets."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += dt.timedelta(**by)


def store(folder: Path, clock: Callable[[], dt.datetime] | None = None, **settings: object) -> ConversationStore:
    return ConversationStore(Settings(data_dir=folder, **settings), clock or Clock())  # type: ignore[arg-type]


def answer(question: str, text: str = "Operators wear gloves [1].", documents: tuple[str, ...] = ("d1",)) -> Answer:
    citations = tuple(
        Citation(n, f"{id_}-0", id_, f"Title of {id_}", f"/srv/{id_}.md", 3, "wear gloves", "aa" * 16, f"hash-{id_}")
        for n, id_ in enumerate(documents, start=1)
    )
    return Answer(
        question=question, answer=text, model="qwen3:4b", model_digest="sha256:ab", refused=False, extractive=False,
        passages_used=len(documents), passages_found=5, citations=citations,
        sentences=(Sentence(text, tuple(range(1, len(documents) + 1)), Support.SUPPORTED),),
    )  # fmt: skip


def turn(place: Place, told: Answer, groups: dict[str, tuple[str, ...]] | None = None) -> KeptTurn:
    hits = tuple(hit(one.document_id, "Operators wear gloves.", title=one.title) for one in told.citations)
    return KeptTurn(
        n=place.n, asked=place.asked, state=TurnState.DONE, answer=told, hits=hits,
        groups=groups if groups is not None else {one.document_id: () for one in told.citations},
    )  # fmt: skip


def ask(
    kept: ConversationStore,
    owner: str,
    question: str,
    id_: str | None = None,
    text: str = "Operators wear gloves [1].",
    documents: tuple[str, ...] = ("d1",),
    groups: dict[str, tuple[str, ...]] | None = None,
) -> str:
    """Keep a question and its answer; returns the conversation's id."""
    place = kept.begin(owner, id_, question)
    kept.end(place, turn(place, answer(question, text, documents), groups))
    return place.conversation


@contextmanager
def raises(kind: type[SearchAppError], reason: str) -> Iterator[None]:
    with pytest.raises(kind) as caught:
        yield
    assert caught.value.reason == reason
