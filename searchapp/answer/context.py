"""What the model is sent: as many passages, best first, as its window holds beside the question and the answer.

Ollama cuts a prompt that is too long without a word, and what it cuts first is the beginning: the rules. So tokens are
counted before the call, and the lowest-ranked passages stay out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

from searchapp.embedding import Tokenizer
from searchapp.errors import UsageError
from searchapp.model import Hit
from searchapp.text.words import is_cjk

TEMPLATE_TOKENS = 48
"""Room for what a chat template puts around two messages: role names and turn marks."""

_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_DELIMITER = re.compile(r"</?passage\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Context:
    """The messages of one call, and the hits whose passages are in them, in citation order (``[1]`` is the first)."""

    messages: tuple[dict[str, str], ...]
    used: tuple[Hit, ...]
    tokens: int


def build_context(question: str, hits: Sequence[Hit], tokenizer: Tokenizer, window: int, answer_tokens: int) -> Context:
    """Fill ``window`` tokens but for ``answer_tokens`` with the rules, the question and passages in rank order.

    Raises UsageError when not even one passage fits.
    """
    rules = prompt_for(question)
    budget = window - answer_tokens - TEMPLATE_TOKENS
    used: list[Hit] = []
    text = _user_message(question, used)
    tokens = sum(tokenizer.counts([rules, text]))
    if tokens > budget // 2:
        raise UsageError(
            f"The question is too long for the model's window of {window} tokens.",
            "Ask a shorter question, or raise SEARCHAPP_LLM_CONTEXT_TOKENS.",
        )
    for hit in hits:
        cost = tokenizer.counts([_passage(len(used) + 1, hit)])[0]
        if tokens + cost > budget:
            break
        used.append(hit)
        tokens += cost
    if hits and not used:
        raise UsageError(
            f"No passage fits into the model's window of {window} tokens.", "Raise SEARCHAPP_LLM_CONTEXT_TOKENS."
        )
    messages = ({"role": "system", "content": rules}, {"role": "user", "content": _user_message(question, used)})
    return Context(messages, tuple(used), tokens)


def prompt_for(question: str) -> str:
    """The rules in the question's language."""
    name = "en"
    if is_cjk(question):
        name = "other" if _KANA_OR_HANGUL.search(question) else "zh"
    elif not question.isascii():
        name = "other"
    return (files("searchapp.answer") / "prompts" / f"{name}.txt").read_text(encoding="utf-8").strip()


def _user_message(question: str, hits: Sequence[Hit]) -> str:
    passages = "\n\n".join(_passage(number, hit) for number, hit in enumerate(hits, start=1))
    return f"{passages}\n\n{question}".strip()


def _passage(number: int, hit: Hit) -> str:
    """A delimited passage. Delimiters inside a document are taken out, so that no text can leave its passage."""
    heading = " › ".join((hit.title, *(part for part in hit.headings if part != hit.title)))
    body = _DELIMITER.sub("", f"{heading}\n{hit.text}")
    return f'<passage number="{number}">\n{body}\n</passage>'
