"""An answer, what it cites, and the events as which it streams."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from searchapp.model.search import Hit

BROKEN_OFF = "broken_off"
"""The code of the notice that the model's server failed in the middle of an answer."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One numbered passage that an answer leans on; ``n`` is the number in ``[n]``."""

    n: int
    chunk_id: str
    document_id: str
    title: str
    source: str
    page: int | None
    quote: str


class Support(StrEnum):
    """How far the cited passages bear out a sentence."""

    SUPPORTED = "supported"
    WEAK = "weak"
    """Its facts occur, but in other words, or in a language that cannot be compared."""
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer (markers kept), the passages it cites, and how far they bear it out.

    ``missing`` names the numbers, dates and names that they lack.
    """

    text: str
    citations: tuple[int, ...]
    support: Support
    missing: tuple[str, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether the passages clearly bear it out."""
        return self.support is Support.SUPPORTED


@dataclass(frozen=True, slots=True)
class Notice:
    """Why an answer is not an ordinary one (no Ollama, cut off, ...).

    ``code`` is for programs and for interfaces in other languages; ``subject`` is what it is about (an address, a
    model, a number of tokens); ``message`` is a sentence or two for people, the remedy included.
    """

    code: str
    message: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation, as it was searched for, and its answer."""

    question: str
    answer: str = ""


class Rewriting(StrEnum):
    """How a follow-up became a question that stands alone."""

    NONE = "none"
    """It stands alone as it was typed."""
    MODEL = "model"
    """The language model wrote it."""
    JOINED = "joined"
    """The words of the earlier question and of this one were put together."""
    GIVEN = "given"
    """Whoever asks wrote it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and its evidence.

    ``query`` is the question that was searched for and answered: ``question`` itself, or what a follow-up became.

    ``refused``: nothing found supports an answer, ``answer`` says so. ``extractive``: no language model took part;
    every sentence is quoted from a passage. ``model`` is empty then. ``passages_used`` of ``passages_found`` fitted
    into the model's context. ``citations_removed`` counts the markers that named no passage that was sent.
    ``complete`` is false where the model broke off, was stopped, or came to the end of what it may write.
    """

    question: str
    answer: str
    model: str
    refused: bool
    extractive: bool
    passages_used: int
    passages_found: int
    citations: tuple[Citation, ...]
    sentences: tuple[Sentence, ...]
    citations_removed: int = 0
    notices: tuple[Notice, ...] = ()
    query: str = ""
    rewriting: Rewriting = Rewriting.NONE
    complete: bool = True

    @property
    def broken_off(self) -> bool:
        """Whether the model's server failed while the answer was being written."""
        return any(notice.code == BROKEN_OFF for notice in self.notices)

    @property
    def notice(self) -> str:
        """All notices as one text; empty when there are none."""
        return " ".join(notice.message for notice in self.notices)


@dataclass(frozen=True, slots=True)
class QueryRead:
    """Stream event, the first one within a conversation: what a follow-up became, and how."""

    question: str
    query: str
    rewriting: Rewriting


@dataclass(frozen=True, slots=True)
class SourcesFound:
    """Stream event: the hits that the answer will draw on, in citation order."""

    hits: tuple[Hit, ...]
    passages_used: int


@dataclass(frozen=True, slots=True)
class Token:
    """Stream event: a piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class SentenceChecked:
    """Stream event: a finished sentence, its citations checked."""

    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Done:
    """Stream event: the whole answer; always the last one."""

    answer: Answer


AnswerEvent: TypeAlias = QueryRead | SourcesFound | Token | SentenceChecked | Done
