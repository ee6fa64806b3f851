"""A ``tokenizers.Tokenizer`` behind our own ``Tokenizer`` contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class FastTokenizer:
    """Counts and cuts text exactly as the model does.

    ``backend`` is a ``tokenizers.Tokenizer`` of its own: truncation and padding are switched off in it.
    """

    def __init__(self, backend: Any) -> None:
        backend.no_truncation()
        backend.no_padding()
        self._backend = backend
        self.special_tokens: int = len(backend.encode("").ids)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """See ``Tokenizer``."""
        return list(self._backend.encode(text, add_special_tokens=False).offsets)

    def counts(self, texts: Sequence[str]) -> list[int]:
        """See ``Tokenizer``."""
        return [len(encoding.ids) for encoding in self._backend.encode_batch(list(texts))]
