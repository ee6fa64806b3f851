"""What the model is sent: as many passages, best first, as its window holds beside the question and the answer.

Ollama cuts a prompt that is too long without a word, and what it cuts first is the beginning: the rules. So tokens are
counted before the call, and the lowest-ranked passages stay out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from searchapp.answer.language import prompt
from searchapp.answer.neutral import neutral, one_line
from searchapp.errors import UsageError
from searchapp.model import Hit
from searchapp.tokens import Tokenizer

EXTENDED = 3
"""Passages that get their neighbours; every token that is read delays the first word."""

TEMPLATE_TOKENS = 48
"""Room for what a chat template puts around two messages: role names and turn marks."""


@dataclass(frozen=True, slots=True)
class Context:
    """The messages of one call, and the hits whose passages are in them, in citation order (``[1]`` is the first)."""

    messages: tuple[dict[str, str], ...]
    used: tuple[Hit, ...]
    tokens: int


def build_context(
    question: str,
    hits: Sequence[Hit],
    tokenizer: Tokenizer,
    window: int,
    answer_tokens: int,
    control_tokens: Collection[str] = (),
    extend: Callable[[Hit, Collection[str]], Hit] = lambda hit, taken: hit,
) -> Context:
    """Fill ``window`` tokens but for ``answer_tokens`` with the rules, the question and passages in rank order.

    What room is left goes to the neighbours of the best passages: ``extend`` gives a hit with them, but for those whose
    chunk ids it is told. A passage whose neighbours do not fit stays as it is.

    ``control_tokens`` are the model's own; passages and the question lose them, as they lose our fences. Raises
    UsageError when not even one passage fits.
    """
    rules = prompt("answer", question)
    budget = window - answer_tokens - TEMPLATE_TOKENS
    asked = neutral(question, control_tokens)
    tokens = sum(tokenizer.counts([rules, asked]))
    if tokens > budget // 2:
        raise UsageError(
            f"The question is too long for the model's window of {window} tokens.",
            "Ask a shorter question, or raise SEARCHAPP_LLM_CONTEXT_TOKENS.",
        )
    used: list[Hit] = []
    passages: list[str] = []
    for hit in hits:
        passage = _passage(len(used) + 1, hit, control_tokens)
        cost = tokenizer.counts([passage])[0]
        if tokens + cost > budget:
            break
        used.append(hit)
        passages.append(passage)
        tokens += cost
    if hits and not used:
        raise UsageError(
            f"No passage fits into the model's window of {window} tokens.", "Raise SEARCHAPP_LLM_CONTEXT_TOKENS."
        )
    taken = {hit.chunk_id for hit in used}
    for place, hit in enumerate(used[:EXTENDED]):
        longer = extend(hit, taken)
        passage = _passage(place + 1, longer, control_tokens)
        before, after = tokenizer.counts([passages[place], passage])
        if longer is not hit and tokens + after - before <= budget:
            used[place], passages[place] = longer, passage
            tokens += after - before
    user = "\n\n".join([*passages, asked])
    return Context(({"role": "system", "content": rules}, {"role": "user", "content": user}), tuple(used), tokens)


def _passage(number: int, hit: Hit, control_tokens: Collection[str]) -> str:
    """A fenced passage. No document can forge the fence: ``neutral`` takes it out of every text."""
    parts = (hit.title, *(part for part in hit.headings if part != hit.title))
    heading = " › ".join(one_line(part, control_tokens) for part in parts)
    body = neutral(hit.text, control_tokens)
    return f'<passage number="{number}">\n{heading}\n{body}\n</passage>'
