"""What an answer is made of, and how a language model comes to read it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from searchapp.answer.context import Context
from searchapp.answer.writers import Writer
from searchapp.model import AnswerEvent, Hit, Sentence

QUOTED_FROM = 8
"""Chunks of a search that are quoted from where no model writes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be read, and the reading itself: it tells how far it is, and gives what the last call is sent."""

    used: tuple[Hit, ...]
    read: Callable[[], Generator[AnswerEvent, None, Context]]


@dataclass(frozen=True, slots=True)
class Material:
    """What an answer is made of: a question, the chunks that bear on it, and how they are read and quoted.

    Without a model the first ``quoted_from`` chunks are quoted from.
    """

    question: str
    hits: Sequence[Hit]
    plan: Callable[[Writer, tuple[Hit, ...]], Plan]
    quote: Callable[[str, Sequence[Hit]], tuple[Sentence, ...]]
    quoted_from: int = QUOTED_FROM


def at_once(context: Context) -> Plan:
    """A plan that needs no reading first."""

    def read() -> Generator[AnswerEvent, None, Context]:
        yield from ()
        return context

    return Plan(context.used, read)
