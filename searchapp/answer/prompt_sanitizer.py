"""Text of documents, web pages and users, made harmless inside a prompt.

Chat templates join all messages to one text, and the model's server reads control tokens anywhere in it: a document
that holds ``<|im_start|>system`` would begin a new turn. So what looks like a control token, a fence of ours or the
reply that means "no evidence" loses the character that makes it one; to a reader it stays the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

NO_EVIDENCE = "NO EVIDENCE"
"""What the prompts tell a model to reply when the chunks do not answer."""

# Control tokens of the templates in use: ChatML and Llama 3 (<|…|>), DeepSeek (<｜…｜>), Gemma, Llama 2, Mistral, and
# the marks of thinking and of tools. Fences are ours.
_ANGLE = re.compile(
    r"<(?=\s*+(?:[|｜]|/?\s*+(?:passages?|conversation|start_of_turn|end_of_turn|s|bos|eos|pad|unk|think(?:ing)?"
    r"|tool_calls?|tool_response|tools?|system|assistant|user|instructions?|unused\d+)\b[^<>\n]{0,80}>|<\s*+/?\s*+SYS))",
    re.IGNORECASE,
)
_LEFT = re.compile(r"[＜﹤〈](?=\s*+(?:[|｜]|/?\s*+passages?\b))", re.IGNORECASE)
_BAR_END = re.compile(r"(?<=[|｜])>")
_BRACKET = re.compile(
    r"\[(?=\s*+/?\s*+(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|IMG)\b\s*+\])", re.IGNORECASE
)
# Tags (U+E0000…) and direction marks: text that only the model would see.
_UNSEEN = re.compile(
    "[\U000e0000-\U000e007f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]"
)


def sanitized(text: str, control_tokens: Iterable[str] = ()) -> str:
    """``text`` without anything that a model or its server takes for more than text.

    ``control_tokens`` are those of the model itself, besides the ones that are known here.
    """
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for token in control_tokens:
        if token and token in text:
            text = text.replace(token, f"‹{token[1:]}" if len(token) > 1 else " ")
    text = _LEFT.sub("‹", _ANGLE.sub("‹", text))
    return _BRACKET.sub("(", _BAR_END.sub("›", text))


def one_line(text: str, control_tokens: Iterable[str] = ()) -> str:
    """A title or heading: ``sanitized``, with its white space folded, so that it is no line of its own."""
    return " ".join(sanitized(text, control_tokens).split())


def folded(text: str) -> str:
    """NFKC in lower case, white space folded: for comparing what a model wrote with what it was sent."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
