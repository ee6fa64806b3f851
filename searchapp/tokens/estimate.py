"""Token counts for a model whose tokenizer cannot be had: an upper estimate, so that a budget still holds."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Byte-pair and word-piece vocabularies keep common English words whole and cut rare ones into pieces of about four
# letters, so three letters a token is on the safe side. Other scripts fall to bytes where a vocabulary is small:
# two tokens a character.
_PIECE = re.compile(r"[A-Za-z]{1,3}|\d|[^\s\x00-\x7f]|\S")


class EstimatingTokenizer:
    """Cuts text into pieces that are rarely larger than a real model's tokens."""

    special_tokens = 2

    def spans(self, text: str) -> list[tuple[int, int]]:
        """See ``Tokenizer``; a character that counts twice has its span twice, as with byte-level tokenizers."""
        found: list[tuple[int, int]] = []
        for match in _PIECE.finditer(text):
            found.append(match.span())
            if not match.group().isascii():
                found.append(match.span())
        return found

    def starts(self, texts: Sequence[str]) -> list[list[int]]:
        """See ``Tokenizer``."""
        return [[start for start, _ in self.spans(text)] for text in texts]

    def counts(self, texts: Sequence[str]) -> list[int]:
        """See ``Tokenizer``."""
        return [len(self.spans(text)) + self.special_tokens for text in texts]

    def known_share(self, text: str) -> float:
        """See ``Tokenizer``."""
        return 1.0
