"""What a tokenizer promises."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Tokenizer(Protocol):
    """A model's own way of cutting text, as chunking and budgeting need it."""

    special_tokens: int
    """Tokens that the model adds around every text."""

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Character offsets of each token in ``text``, in order, special tokens left out."""
        ...

    def starts(self, texts: Sequence[str]) -> Sequence[Sequence[int]]:
        """Where each token of each text begins, as ``spans`` tells it."""
        ...

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens of each text, special tokens included."""
        ...

    def known_share(self, text: str) -> float:
        """Share of the text's tokens that stand in the model's vocabulary, 0 to 1; 1 where it cannot be told."""
        ...
