"""A ``tokenizers.Tokenizer`` behind our own ``Tokenizer`` contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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

    def known_share(self, text: str) -> float:
        """See ``Tokenizer``."""
        ids = self._backend.encode(text, add_special_tokens=False).ids
        return 1.0 - sum(id_ in self._unknown for id_ in ids) / len(ids) if ids else 1.0
