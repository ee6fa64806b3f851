"""Requests of ``/chat/completions``, with what servers beside OpenAI take, and milder ones for those that refuse it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_REFUSALS = (400, 422)

_OPTIONAL = ("chat_template_kwargs", "stream_options", "temperature")
"""What a server may not know: how to keep a model from thinking (llama.cpp, vLLM), a wish for counts, and a
temperature, which OpenAI's reasoning models refuse."""


def first(model: str, messages: Sequence[Mapping[str, str]], tokens: int, *, think: bool) -> dict[str, Any]:
    """The request that asks for everything."""
    return {
        "model": model,
        "messages": [dict(message) for message in messages],
        "stream": True,
        "max_tokens": tokens,
        "temperature": 0,
        "stream_options": {"include_usage": True},
        "chat_template_kwargs": {"enable_thinking": think},
    }


def milder(request: Mapping[str, Any], status: int, body: bytes) -> dict[str, Any] | None:
    """The request without the field that its refusal names; None where it names none that can be left out."""
    if status not in _REFUSALS:
        return None
    said = body[:20_000].decode("utf-8", "replace")
    if "max_tokens" in request and "max_completion_tokens" in said:  # what OpenAI calls it now
        return {**_without(request, "max_tokens"), "max_completion_tokens": request["max_tokens"]}
    named = next((name for name in _OPTIONAL if name in request and name in said), None)
    return _without(request, named) if named else None


def _without(request: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {other: value for other, value in request.items() if other != name}
