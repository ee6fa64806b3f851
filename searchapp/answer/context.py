"""What the model is sent: as many chunks, best first, as its window holds beside the question and the answer.

Ollama cuts a prompt that is too long without a word, and what it cuts first is the beginning: the rules. So tokens are
counted before the call, and the lowest-ranked chunks stay out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files

from searchapp.answer.prompt_sanitizer import one_line, sanitized
from searchapp.errors import UsageError
from searchapp.model import Chunk, Hit
from searchapp.text.words import is_cjk
from searchapp.tokens import Tokenizer

EXTENDED = 3
"""Chunks that get the text around them; every token that is read delays the first word."""

TEMPLATE_TOKENS = 48
"""Room for what a chat template puts around two messages: role names and turn marks."""


@dataclass(frozen=True, slots=True)
class Context:
    """The messages of one call, and the hits whose chunks are in them, in citation order (``[1]`` is the first)."""

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
    """Fill ``window`` tokens but for ``answer_tokens`` with the rules, the question and chunks in rank order.

    What room is left goes to what surrounds the best chunks: ``extend`` gives a hit with its neighbours, but for
    those whose chunk ids it is told. A chunk whose surroundings do not fit stays as it is.

    ``control_tokens`` are the model's own; chunks and the question lose them, as they lose our fences. Raises
    UsageError when not even one chunk fits.
    """
    rules = prompt("answer", question)
    budget = window - answer_tokens - TEMPLATE_TOKENS
    asked = sanitized(question, control_tokens)
    tokens = sum(tokenizer.counts([rules, asked]))
    if tokens > budget // 2:
        raise UsageError("question_too_long", window=window)
    used: list[Hit] = []
    passages: list[str] = []
    for hit in hits:
        passage = fenced(len(used) + 1, hit, control_tokens)
        cost = tokenizer.counts([passage])[0]
        if tokens + cost > budget:
            break
        used.append(hit)
        passages.append(passage)
        tokens += cost
    if hits and not used:
        raise UsageError("window_too_small", window=window)
    taken = {hit.chunk_id for hit in used}
    for place, hit in enumerate(used[:EXTENDED]):
        longer = extend(hit, taken)
        passage = fenced(place + 1, longer, control_tokens)
        before, after = tokenizer.counts([passages[place], passage])
        if longer is not hit and tokens + after - before <= budget:
            used[place], passages[place] = longer, passage
            tokens += after - before
    user = "\n\n".join([*passages, asked])
    return Context(({"role": "system", "content": rules}, {"role": "user", "content": user}), tuple(used), tokens)


def fenced(number: int, hit: Hit, control_tokens: Collection[str]) -> str:
    """A fenced chunk. No document can forge the fence: ``sanitized`` takes it out of every text."""
    parts = (hit.title, *(part for part in hit.headings if part != hit.title))
    heading = " › ".join(one_line(part, control_tokens) for part in parts)
    body = sanitized(hit.text, control_tokens)
    return f'<passage number="{number}">\n{heading}\n{body}\n</passage>'


_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")


def prompt(name: str, question: str, earlier: str = "") -> str:
    """The prompt ``name`` in the language of ``question``; of ``earlier`` where it has no letters ("9.x?")."""
    speaking = question if sum(character.isalpha() for character in question) > 1 else earlier or question
    path = files("searchapp.answer") / "prompts" / f"{name}.{_language(speaking)}.txt"
    return path.read_text(encoding="utf-8").strip()


def _language(text: str) -> str:
    return "zh" if is_zh(text) else "en" if text.isascii() else "other"


def is_zh(text: str) -> bool:
    """Whether it is Chinese, rather than Japanese or Korean."""
    return is_cjk(text) and not _KANA_OR_HANGUL.search(text)


def with_surrounding(hit: Hit, chunks: Sequence[Chunk], taken: Collection[str]) -> Hit:
    """The hit with the text of its neighbours, without what they repeat of it; offsets follow.

    ``chunks`` are those of its document around it, in reading order. Neighbours in ``taken`` (chunk ids) are chunks
    of the answer themselves and stay where they are.
    """
    at = next((place for place, chunk in enumerate(chunks) if chunk.id == hit.chunk_id), None)
    if at is None:
        return hit
    before = _usable(chunks[at - 1], taken) if at else None
    after = _usable(chunks[at + 1], taken) if at + 1 < len(chunks) else None
    text, start, end = hit.text, hit.start, hit.end
    if before and before.start < start:
        text = before.text[: start - before.start] + ("\n" if before.end < start else "") + text
        start = before.start
    if after and after.end > end:
        text += ("\n" if after.start > end else "") + after.text[max(0, end - after.start) :]
        end = after.end
    return replace(hit, text=text, start=start, end=end)


def _usable(chunk: Chunk, taken: Collection[str]) -> Chunk | None:
    is_exact = len(chunk.text) == chunk.end - chunk.start
    return chunk if is_exact and chunk.id not in taken else None
