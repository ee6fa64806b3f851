"""What a tokenizer promises, one that does as the model does, and an estimate where the model's own cannot be had."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol


class Reading(NamedTuple):
    """How a model reads a text: ``spans`` as ``Tokenizer.spans`` gives them, and how much of it the model knows.

    ``known_share`` of the tokens (0 to 1) stand in the model's vocabulary; 1 where it cannot be known.
    """

    spans: list[tuple[int, int]]
    known_share: float


class Tokenizer(Protocol):
    """A model's own way of cutting text, as chunking and budgeting need it."""

    @property
    def special_tokens(self) -> int:
        """Tokens that the model adds around every text."""
        ...

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Character offsets of each token in ``text``, in order, special tokens left out."""
        ...

    def starts(self, texts: Sequence[str]) -> Sequence[Sequence[int]]:
        """Where each token of each text begins, as ``spans`` tells it."""
        ...

    def counts(self, texts: Sequence[str]) -> list[int]:
        """Number of tokens of each text, special tokens included."""
        ...

    def reading(self, text: str) -> Reading:
        """The spans and the known share of a text, which is cut once for both."""
        ...


UNKNOWN_TOKENS = ("[UNK]", "<unk>")
"""What word-piece and unigram vocabularies write for a word that they lack; byte-level ones lack none."""


class FastTokenizer:
    """Counts and cuts text exactly as the model does.

    ``backend`` is a ``tokenizers.Tokenizer`` of its own: truncation and padding are switched off in it.
    """

    def __init__(self, backend: Any) -> None:
        backend.no_truncation()
        backend.no_padding()
        self._backend = backend
        self.special_tokens: int = len(backend.encode("").ids)
        self._unknown = {backend.token_to_id(token) for token in UNKNOWN_TOKENS} - {None}

    def spans(self, text: str) -> list[tuple[int, int]]:
        """See ``Tokenizer``."""
        return list(self._backend.encode(text, add_special_tokens=False).offsets)

    def starts(self, texts: Sequence[str]) -> list[list[int]]:
        """See ``Tokenizer``."""
        encodings = self._backend.encode_batch(list(texts), add_special_tokens=False)
        return [[start for start, _ in encoding.offsets] for encoding in encodings]

    def counts(self, texts: Sequence[str]) -> list[int]:
        """See ``Tokenizer``."""
        return [len(encoding) for encoding in self._backend.encode_batch_fast(list(texts))]

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The ids of each text's tokens, special tokens included."""
        return [encoding.ids for encoding in self._backend.encode_batch_fast(list(texts))]

    def reading(self, text: str) -> Reading:
        """See ``Tokenizer``."""
        encoding = self._backend.encode(text, add_special_tokens=False)
        ids = encoding.ids
        known = 1.0 - sum(id_ in self._unknown for id_ in ids) / len(ids) if ids else 1.0
        return Reading(list(encoding.offsets), known)


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

    def reading(self, text: str) -> Reading:
        """See ``Tokenizer``."""
        return Reading(self.spans(text), 1.0)
