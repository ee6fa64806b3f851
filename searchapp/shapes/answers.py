"""Answers, the events that lead up to one, and the models that write them."""

from __future__ import annotations

from typing_extensions import TypedDict

from searchapp.model import Rewriting, Support
from searchapp.shapes.base import described
from searchapp.shapes.errors import Failure
from searchapp.shapes.search import Hit


@described
class Citation(TypedDict):
    """One numbered passage that an answer leans on."""

    n: int
    """The number in ``[n]``."""
    chunk_id: str
    document_id: str
    title: str
    source: str
    page: int | None
    quote: str


@described
class Sentence(TypedDict):
    """One checked sentence of an answer."""

    text: str
    citations: list[int]
    supported: bool
    """Whether the cited passages clearly bear it out."""
    support: Support
    missing: list[str]
    """Numbers, dates and names that the passages lack."""


@described
class Notice(TypedDict):
    """Why an answer is not an ordinary one."""

    code: str
    subject: str
    message: str


@described
class Answer(TypedDict):
    """A whole answer with its evidence."""

    question: str
    """As it was typed."""
    query: str
    """What was searched for and answered: the question, or what a follow-up became."""
    rewriting: Rewriting
    """How a follow-up became ``query``."""
    answer: str
    model: str
    """Empty where no language model took part."""
    refused: bool
    """Nothing found supports an answer; ``answer`` says so."""
    extractive: bool
    """Every sentence is quoted from a passage."""
    complete: bool
    """False where the model broke off, was stopped, or came to the end of what it may write."""
    notice: str
    notices: list[Notice]
    passages_used: int
    passages_found: int
    citations_removed: int
    """Markers that named no passage that was sent."""
    citations: list[Citation]
    sentences: list[Sentence]


@described
class ReadQuery(TypedDict):
    """The first event within a conversation: the question that is searched for in the place of a follow-up."""

    question: str
    query: str
    rewriting: Rewriting


@described
class Sources(TypedDict):
    """The passages that an answer draws on, in citation order, and before any of its words."""

    hits: list[Hit]
    passages_used: int
    """How many of them, from the first on, the model was sent."""


@described
class ChatModel(TypedDict):
    """A language model that Ollama has."""

    name: str
    configured: bool
    """Whether it answers where nobody names another one."""


@described
class ChatModels(TypedDict):
    """The language models to choose from."""

    configured: str
    models: list[ChatModel]
    problem: Failure | None
    """Why there is no list, where Ollama does not answer: answers are quoted then."""


@described
class Token(TypedDict):
    """A piece of the answer's text."""

    text: str
