"""The body of ``POST /v1/chat/completions``: what is read of it, what is refused; every other field is ignored.

What would change the answer without a sign (tools, JSON by a schema, several answers) is refused. What only tunes a
model's dice (temperature, top_p, seed) is not: answers are always written at temperature 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, FailFast, Field, ValidationInfo
from pydantic.json_schema import WithJsonSchema

from searchapp import limits
from searchapp.errors import UsageError
from searchapp.web.requests import Name

PARTS = 1000
"""Parts of one message."""

MOST_STOPS = 4
"""As in OpenAI's own API."""

STOP_CHARACTERS = 500

_NOTHING: Mapping[str, tuple[object, ...]] = {
    "response_format": ({"type": "text"},),
    "modalities": (["text"],),
}
"""What refused fields may say beside nothing at all."""


class Role(StrEnum):
    """Who said a message."""

    SYSTEM = "system"
    DEVELOPER = "developer"
    USER = "user"
    ASSISTANT = "assistant"


def _text_of(content: object) -> object:
    """The text of a message's content, which may come in parts; None is none (an assistant that called a tool)."""
    if content is None:
        return ""
    if not isinstance(content, list):
        return content
    if len(content) > PARTS:
        raise ValueError(PARTS)
    return "\n".join(_text_of_part(part) for part in content)


def _text_of_part(part: object) -> str:
    if not isinstance(part, dict):
        raise ValueError("part")
    kind, text = part.get("type"), part.get("text")
    if isinstance(kind, str) and kind not in ("text", "refusal"):
        raise UsageError("field_not_text", name="messages", kind=kind[:40])
    text = part.get("refusal") if kind == "refusal" else text
    if not isinstance(kind, str) or not isinstance(text, str):
        raise ValueError("part")
    return text


def _stops_of(stop: object) -> object:
    return [] if stop is None else [stop] if isinstance(stop, str) else stop


def _refuse(value: object, field: ValidationInfo) -> None:
    name = field.field_name or ""
    if value not in (None, False, [], {}, *_NOTHING.get(name, ())):
        raise UsageError("field_refused", name=name)


_PART = {"type": "object", "properties": {"type": {"type": "string"}, "text": {"type": "string"}}, "required": ["type"]}

Content = Annotated[
    str,
    BeforeValidator(_text_of),
    Field(max_length=limits.MESSAGE_CHARACTERS),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": limits.MESSAGE_CHARACTERS},
                {"type": "array", "items": _PART, "maxItems": PARTS},
                {"type": "null"},
            ]
        }
    ),
]
"""A string, or parts of text; parts of another kind are refused."""

Stops = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=STOP_CHARACTERS)]],
    FailFast(),
    Field(max_length=MOST_STOPS),
    BeforeValidator(_stops_of),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1, "maxLength": STOP_CHARACTERS},
                {
                    "type": "array",
                    "items": {"type": "string", "minLength": 1, "maxLength": STOP_CHARACTERS},
                    "maxItems": MOST_STOPS,
                },
                {"type": "null"},
            ]
        }
    ),
]

Refused = Annotated[
    Any, AfterValidator(_refuse), WithJsonSchema({"description": "Refused: it would change the answer."})
]


class _Heard(BaseModel):
    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, extra="ignore")


class ChatMessage(_Heard):
    """One message of the conversation."""

    role: Role
    content: Content = ""
    """A string, or parts of text."""


class StreamOptions(_Heard):
    """What a stream tells besides."""

    include_usage: bool | None = None
    """Whether a last chunk counts the tokens."""


class ChatBody(_Heard):
    """A conversation whose last message is a question to the documents."""

    model: Name
    """`searchapp`, or `searchapp/` and the name of a collection."""
    messages: Annotated[list[ChatMessage], FailFast()] = Field(min_length=1, max_length=limits.MESSAGES)
    """The conversation, the question last. System messages are not heard: answers follow searchapp's own rules."""
    stream: bool | None = None
    """Send the answer as it is written, sentence by sentence."""
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(None, ge=1, le=limits.PATH_NUMBER)
    """The most that a model writes, within SEARCHAPP_LLM_ANSWER_TOKENS."""
    max_completion_tokens: int | None = Field(None, ge=1, le=limits.PATH_NUMBER)
    """The same, as it is called now; the smaller one counts."""
    stop: Stops = []
    """The answer ends before the first of these."""
    n: int | None = Field(None, ge=1, le=1)
    """One answer, as there is one question."""
    tools: Refused = None
    functions: Refused = None
    response_format: Refused = None
    logprobs: Refused = None
    modalities: Refused = None

    @property
    def most_tokens(self) -> int | None:
        """What a model may write at most, where the body says so."""
        return min((one for one in (self.max_tokens, self.max_completion_tokens) if one is not None), default=None)
