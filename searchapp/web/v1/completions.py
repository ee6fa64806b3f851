"""What ``/v1`` answers with: OpenAI's chat completions and their chunks, and ``searchapp`` beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from searchapp.messages import Message
from searchapp.model import Answer
from searchapp.web.v1.transcript import Mention


@dataclass(frozen=True, slots=True)
class UrlCitation:
    """Where in the text a passage is cited, and the page that shows it."""

    start_index: int
    """Of the marker's first character."""
    end_index: int
    """Behind its last one."""
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Annotation:
    """A citation, as OpenAI's web search tells it."""

    url_citation: UrlCitation
    type: str = "url_citation"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the language model, in all calls that one question took; none where none was asked."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0


@dataclass(frozen=True, slots=True)
class AssistantMessage:
    """The answer."""

    content: str
    annotations: tuple[Annotation, ...]
    role: str = "assistant"
    refusal: None = None
    """Null: that no passage answers is told in the text, and by `refused` of `searchapp`."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The one answer."""

    message: AssistantMessage
    finish_reason: str
    """`stop`, or `length` where the answer is not complete."""
    index: int = 0
    logprobs: None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """A chat completion."""

    id: str
    created: int
    model: str
    choices: tuple[Choice, ...]
    usage: Usage | None
    """Null where the model's server does not count."""
    searchapp: Answer | None
    """The checked answer, as `/api/ask` tells it, its passages numbered as in the text. Null where none was asked for,
    or the text was stopped."""
    object: str = "chat.completion"


@dataclass(frozen=True, slots=True)
class Delta:
    """What is new."""

    role: str | None = None
    content: str | None = None
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True)
class ChunkChoice:
    """The one answer, further on."""

    delta: Delta
    finish_reason: str | None = None
    index: int = 0


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a streamed completion."""

    id: str
    created: int
    model: str
    choices: tuple[ChunkChoice, ...] = field(default=())
    usage: Usage | None = None
    searchapp: Answer | None = None
    object: str = "chat.completion.chunk"


def usage_of(answer: Answer | None) -> Usage | None:
    """The tokens of an answer; None where a model wrote it and its server did not count."""
    if answer is None or (answer.model and not answer.prompt_tokens + answer.answer_tokens):
        return None
    read, wrote = answer.prompt_tokens, answer.answer_tokens
    return Usage(read, wrote, read + wrote)


def annotations_of(mentions: Iterable[Mention], base: str) -> tuple[Annotation, ...]:
    """The citations of a text. ``base`` is the address of the page; no two passages have one title.

    Open WebUI, for one, takes sources of the same title for one source.
    """
    titles: dict[str, str] = {}
    for one in mentions:
        if one.chunk_id not in titles:
            titles[one.chunk_id] = _new_title(one, set(titles.values()))
    return tuple(
        Annotation(UrlCitation(one.start, one.end, titles[one.chunk_id], _address(one, base))) for one in mentions
    )


def _new_title(one: Mention, taken: set[str]) -> str:
    title = f"{one.title}, {Message('with_page', page=one.page)}" if one.page else one.title
    new, times = title, 1
    while new in taken:
        times += 1
        new = f"{title} ({times})"
    return new


def _address(one: Mention, base: str) -> str:
    return f"{base.rstrip('/')}/?{urlencode({'open': one.document_id, 'passage': one.chunk_id})}"
