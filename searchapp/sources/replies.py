"""What the parser's process answers, held against what it was asked for: its word is taken for nothing."""

from __future__ import annotations

from typing import Any, TypeVar

from searchapp.errors import SourceError
from searchapp.messages import Message, decoded
from searchapp.model.json import from_json
from searchapp.sources.worker import WireError

Result = TypeVar("Result")

BY_SETTINGS = frozenset({"unpacked_too_large", "ocr_pages_limited"})
"""What a setting can end, by the same bytes."""


def noun(type_: type[Result], payload: bytes) -> Result:
    """The noun in ``payload``; raises WireError when anything in it is not as its type promises."""
    try:
        return from_json(type_, payload)
    except (ValueError, SourceError) as error:
        raise WireError(f"no {getattr(type_, '__name__', type_)}") from error


def refusal(name: str, answer: dict[str, Any], memory_mb: int) -> SourceError:
    """The error for a source by its ``name``; ``answer`` is the process's, and holds what it likes.

    Most refusals repeat themselves: they follow from the bytes alone, so that a second try is in vain.
    """
    if "memory" in answer:
        return SourceError("parser_out_of_memory", name=name, mb=memory_mb)
    match answer.get("error"):
        case [str(kept), str(lacking)] if sentence := decoded(kept):
            return SourceError(sentence, lacking=lacking, is_final=not _names(sentence, BY_SETTINGS))
    # What a library stumbles over lies in the document, too.
    return SourceError("content_malformed", name=name, is_final="fault" in answer)


def _names(sentence: Message, codes: frozenset[str]) -> bool:
    """Whether it is one of the sentences, or has one in it."""
    within = (value for value in sentence.values.values() if isinstance(value, Message))
    return sentence.code in codes or any(_names(value, codes) for value in within)
