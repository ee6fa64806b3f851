"""An answer, what it cites, and the events as which it streams."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from searchapp.errors import Failure
from searchapp.model.search import Hit, Notice

BROKEN_OFF = "broken_off"
"""The code of the notice that the model's server failed in the middle of an answer."""


@dataclass(frozen=True, slots=True)
class Citation:
    """One numbered chunk that an answer leans on."""

    n: int
    """The number in ``[n]``."""
    chunk_id: str
    document_id: str
    title: str
    source: str
    page: int | None
    quote: str
    hash: str = ""
    """The first half of the SHA-256 of the chunk as it was, its title and headings included."""
    document_hash: str = ""
    """SHA-256 of the original that the chunk was read from."""


class Support(StrEnum):
    """How far the cited chunks support a sentence."""

    SUPPORTED = "supported"
    WEAK = "weak"
    """Its facts occur, but in other words, or in a language that cannot be compared."""
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One checked sentence of an answer."""

    text: str  # its markers are kept
    citations: tuple[int, ...]
    supported: bool = field(init=False, default=False)
    """Whether the cited chunks clearly support it."""
    support: Support
    missing: tuple[str, ...] = ()
    """Numbers, dates and names that the chunks lack."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "supported", self.support is Support.SUPPORTED)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation, as it was searched for, and its answer."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class QuestionPart:
    """One part of a question, searched for by itself."""

    text: str
    """What was searched for."""
    found: bool
    """Whether a chunk speaks of it."""


class Rewriting(StrEnum):
    """How a follow-up became a question that stands alone."""

    NONE = "none"
    """It stands alone as it was typed."""
    MODEL = "model"
    """The language model wrote it."""
    JOINED = "joined"
    """The words of the earlier question and of this one were put together."""
    GIVEN = "given"
    """The person who asks wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer with its evidence."""

    question: str
    """As it was typed."""
    query: str = ""
    """What was searched for and answered: the question, or what a follow-up became."""
    rewriting: Rewriting = Rewriting.NONE
    """How a follow-up became ``query``."""
    answer: str
    model: str
    """Empty where no language model took part."""
    model_digest: str = ""
    """The digest of its weights, where its server tells it."""
    refused: bool
    """Nothing found supports an answer; ``answer`` says so, and why."""
    lacking: tuple[str, ...] = ()
    """Where refused: the words of the question that the nearest passage lacks, and no passage holds with the others."""
    nearest: Citation | None = None
    """Where refused: the passage that comes nearest; ``n`` is its place among the sources, from 1."""
    extractive: bool
    """Every sentence is quoted from a chunk."""
    complete: bool = True
    """False where the model broke off, was stopped, or came to the end of what it may write."""
    notice: str = field(init=False, default="")
    notices: tuple[Notice, ...] = ()
    passages_used: int
    passages_found: int
    citations_removed: int = 0
    """Markers that named no chunk that was sent."""
    prompt_tokens: int = 0
    """Tokens that language models read for it, in all calls, as their server counted; 0 where it does not tell."""
    answer_tokens: int = 0
    """Tokens that they wrote for it."""
    citations: tuple[Citation, ...]
    sentences: tuple[Sentence, ...]
    parts: tuple[QuestionPart, ...] = ()
    """What a question of several parts was searched for besides; empty where it is a single one."""
    follow_ups: tuple[str, ...] = ()
    """Questions that may come next, in the language of this one: what else was found, and is not in the answer."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "query", self.query or self.question)
        object.__setattr__(self, "notice", " ".join(notice.message for notice in self.notices))

    @property
    def broken_off(self) -> bool:
        """Whether the model's server failed while the answer was being written."""
        return any(notice.code == BROKEN_OFF for notice in self.notices)


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A language model that Ollama has."""

    name: str
    configured: bool
    """Whether it is the one of the settings."""
    answers: bool
    """Whether it answers where nobody names a model: the configured one, or what stands in for it."""
    thinks: bool = False
    """Whether it can think before it answers."""


@dataclass(frozen=True, slots=True)
class ChatModels:
    """The language models to choose from."""

    configured: str
    models: tuple[ChatModel, ...]
    think: bool = False
    """Whether those that can think do so where a question does not say."""
    problem: Failure | None = None
    """Why there is no list, where Ollama does not answer: answers are quoted then."""


@dataclass(frozen=True, slots=True)
class QueryRead:
    """The first event within a conversation: the question that is searched for in the place of a follow-up."""

    question: str
    query: str
    rewriting: Rewriting


@dataclass(frozen=True, slots=True)
class SourcesFound:
    """The chunks that an answer draws on, in citation order, and before any of its words."""

    hits: tuple[Hit, ...]
    passages_used: int
    """How many of them, from the first on, the model was sent."""
    parts: tuple[QuestionPart, ...] = ()
    """As in ``Answer``."""


@dataclass(frozen=True, slots=True)
class PassagesRead:
    """How far the reading of whole documents is, before the first word of a summary or a comparison."""

    title: str
    """The document that is read now; empty when all are."""
    read: int
    total: int
    """All passages of the documents, more than are read where a document is very long."""


@dataclass(frozen=True, slots=True)
class ThinkingBegun:
    """A model has begun to think; its thoughts are not told."""

    model: str


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class SentenceChecked:
    """Stream event: a finished sentence, its citations checked."""

    sentence: Sentence
    lead: str = ""
    """What stands between it and the sentence before: white space, headings, the mark of a list."""


@dataclass(frozen=True, slots=True)
class Done:
    """Stream event: the whole answer; always the last one."""

    answer: Answer


AnswerEvent: TypeAlias = QueryRead | SourcesFound | PassagesRead | ThinkingBegun | Token | SentenceChecked | Done


class Standing(StrEnum):
    """What became of a sentence of an answer that was kept, by the index as it is now."""

    HOLDS = "holds"
    """What it cites is unchanged, and supports it."""
    CHANGED = "changed"
    """What it cites was edited, and its documents support it all the same."""
    UNDONE = "undone"
    """What it cites was edited, and supports it no more."""
    LOST = "lost"
    """A document that it cites is no longer there."""
    UNSUPPORTED = "unsupported"
    """It was not supported from the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceReplayed:
    """A sentence of an answer that was kept, checked again."""

    text: str
    standing: Standing
    support: Support
    """By what stands there now."""
    citations: tuple[Citation, ...]
    """What it cited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReplayed:
    """An answer that was kept, checked again."""

    question: str
    model: str
    model_digest: str
    sentences: tuple[SentenceReplayed, ...]

    @property
    def holds(self) -> bool:
        """Whether each sentence still holds that did."""
        return not any(one.standing in (Standing.UNDONE, Standing.LOST) for one in self.sentences)
