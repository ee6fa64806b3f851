"""A streamed reply of ``/chat/completions``: server-sent events as parts of a reply, or one of our errors.

The format: https://platform.openai.com/docs/api-reference/chat-streaming. Thoughts come as ``reasoning_content``
(DeepSeek, llama.cpp, vLLM) or ``reasoning`` (OpenRouter, newer vLLM), which OpenAI itself does not send.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from searchapp.errors import ServiceUnavailableError
from searchapp.llm import ReplyPart

LONGEST_LINE = 1 << 20
"""Bytes of one event; a piece of a reply has some hundred."""

CHARACTERS_A_TOKEN = 32
"""More than tokens have on average: a server that sends more does not keep to the limit that it was given."""

_DONE = b"[DONE]"


def lines_of(pieces: Iterable[bytes], server: str) -> Iterator[bytes]:
    """The lines of a body that comes in pieces of any size, without their ends."""
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        if len(rest) > LONGEST_LINE or any(len(line) > LONGEST_LINE for line in lines):
            raise _unreadable(server)
        yield from (line.rstrip(b"\r") for line in lines)
    if rest:
        yield rest


def parts_of(lines: Iterable[bytes], tokens: int, server: str) -> Iterator[ReplyPart]:
    """The parts of a reply of at most so many ``tokens``; without a last one where it ended before the server said so.

    Raises ServiceUnavailableError for an error in the middle, for what is no event, and for a reply that the server
    holds back.
    """
    reason, is_done, usage, characters, events = "", False, (0, 0), 0, 0
    for line in lines:
        if not line.startswith(b"data:"):
            continue  # comments keep the connection alive; other fields mean nothing here
        data = line[5:].strip()
        if data == _DONE:
            is_done = True
            break
        event = read_event(data, server)
        events += 1
        usage = usage_of(event) or usage
        said = _said(event)
        reason = said.reason or reason
        characters += len(said.text) + len(said.thought)
        if said.text or said.thought:
            yield ReplyPart(said.text, is_thought=bool(said.thought))
        if characters > tokens * CHARACTERS_A_TOKEN:
            reason, is_done = "length", True
            break
    if not events:  # so ends llama-cpp-python where the prompt is too long
        raise ServiceUnavailableError("llm_empty", server=server)
    if reason == "content_filter":
        raise ServiceUnavailableError("llm_held_back", server=server)
    if reason or is_done:
        yield ReplyPart(is_last=True, is_cut=reason == "length", prompt_tokens=usage[0], answer_tokens=usage[1])


def whole_reply(body: bytes, tokens: int, server: str) -> Iterator[ReplyPart]:
    """The parts of a reply that came at once: some servers do not stream."""
    return parts_of([b"data: " + body.replace(b"\n", b" "), b"data: " + _DONE], tokens, server)


def read_event(data: bytes, server: str) -> dict[str, Any]:
    """One event. Raises ServiceUnavailableError where it is none, or an error."""
    try:
        event = json.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise _unreadable(server) from None
    if not isinstance(event, dict):
        raise _unreadable(server)
    if event.get("error"):
        # What the server says of it may hold the key or the text, and is not repeated.
        raise ServiceUnavailableError("llm_broke_off", server=server)
    return event


def usage_of(event: dict[str, Any]) -> tuple[int, int] | None:
    """Tokens of prompt and reply, where the event tells them."""
    usage = event.get("usage")
    if not isinstance(usage, dict):
        return None
    prompt, answer = usage.get("prompt_tokens"), usage.get("completion_tokens")
    return _count(prompt), _count(answer)


def _count(value: object) -> int:
    return value if isinstance(value, int) and value >= 0 else 0


class _Said(NamedTuple):
    text: str = ""
    thought: str = ""
    reason: str = ""
    """Why the reply ends here, if it does."""


def _said(event: dict[str, Any]) -> _Said:
    """What the first choice of an event says."""
    choices = event.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return _Said()
    choice = choices[0]
    said = choice.get("delta") or choice.get("message")
    said = said if isinstance(said, dict) else {}
    text = said.get("content")
    if isinstance(text, list):  # parts of several kinds, of which the text is ours
        text = "".join(_text(one.get("text")) for one in text if isinstance(one, dict))
    thought = said.get("reasoning_content") or said.get("reasoning")
    return _Said(_text(text), _text(thought), _text(choice.get("finish_reason")))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _unreadable(server: str) -> ServiceUnavailableError:
    return ServiceUnavailableError("llm_unreadable", server=server)
