"""Finds out whether a server of embeddings cuts long texts without a word.

Two texts are embedded that differ at their end alone: where the vectors are equal, the end was not read. A server that
reads windows and averages them gives different ones, and is fine.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle, islice

from searchapp.errors import ModelUnavailableError, TextTooLongError
from searchapp.model import Vectors

END_SHARE = 1 / 16
"""Share of the text that differs. Less would find smaller cuts, and be nearer to the noise of half precision."""

EQUAL_COSINE = 0.9995
"""Measured with a quarter to an eighth of the text: 0.95 to 0.98 where the end was read, 0.9999999 where it was cut."""

LEAST_TOKENS = 32
"""The least that SEARCHAPP_EMBEDDING_MAX_TOKENS may be."""

REFINEMENTS = 2
"""How often the span between what is read and what is not is halved again: each time costs a request."""

# Words of three letters and less: one token each for the estimate, and for nearly every model.
_BODY = "the sun was hot and the old cat sat on a red mat by the sea".split()
_ENDS = ("tax law has put a fee on oil gas and ore".split(), "my son got ill he ate raw egg and ham".split())

Embed = Callable[[list[str]], Vectors]


def require_whole_reading(embed: Embed, tokens: int, model: str, server: str) -> None:
    """Raise ModelUnavailableError, which names what it reads, when ``model`` reads less than ``tokens`` of a text."""
    if _reads(embed, tokens):
        return
    found = _window(embed, tokens)
    if found:
        raise ModelUnavailableError("text_cut", server=server, tokens=tokens, model=model, reads=found)
    raise ModelUnavailableError("text_cut_everywhere", server=server, tokens=tokens, model=model)


def _window(embed: Embed, tokens: int) -> int:
    """Tokens that are read whole, found by halving; 0 where hardly any are. Each request is half of the one before."""
    low, high = tokens, tokens
    while low > LEAST_TOKENS:
        low, high = max(LEAST_TOKENS, low // 2), low
        if _reads(embed, low):
            break
    else:
        return 0
    for _ in range(REFINEMENTS):
        middle = (low + high) // 2
        low, high = (middle, high) if _reads(embed, middle) else (low, middle)
    # Of the end itself the last part may have been cut.
    return max(LEAST_TOKENS, int(low * (1 - END_SHARE)))


def _reads(embed: Embed, tokens: int) -> bool:
    texts = [_text(tokens, end) for end in _ENDS]
    try:
        left, right = embed(texts)
    except TextTooLongError:
        return False
    return float(left @ right) < EQUAL_COSINE


def _text(tokens: int, end: list[str]) -> str:
    ending = max(1, int(tokens * END_SHARE))
    return " ".join([*islice(cycle(_BODY), tokens - ending), *islice(cycle(end), ending)])
