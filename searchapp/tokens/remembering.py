"""A tokenizer that knows the latest texts again: of an edited document only what was edited is cut into tokens."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import Generic, TypeVar

from cachetools import LRUCache

from searchapp.tokens.tokenizer import Reading, Tokenizer

REMEMBERED_TOKENS = 1 << 20
"""Where so many tokens begin is remembered, at 4 bytes each: about 1,800 pages."""

REMEMBERED_COUNTS = 1 << 16
"""Texts whose number of tokens is remembered, at some 100 bytes each."""

T = TypeVar("T")


class RememberingTokenizer:
    """A ``Tokenizer`` over another one; threads may share it as far as they may share that one."""

    def __init__(self, inner: Tokenizer) -> None:
        self.inner = inner
        self._counts = _Memory[int](REMEMBERED_COUNTS)
        self._starts = _Memory[Sequence[int]](REMEMBERED_TOKENS, len)

    @property
    def special_tokens(self) -> int:
        """See ``Tokenizer``."""
        return self.inner.special_tokens

    def spans(self, text: str) -> list[tuple[int, int]]:
        """See ``Tokenizer``."""
        return self.inner.spans(text)

    def starts(self, texts: Sequence[str]) -> list[Sequence[int]]:
        """See ``Tokenizer``."""
        return self._starts.of(texts, lambda some: [array("I", starts) for starts in self.inner.starts(some)])

    def counts(self, texts: Sequence[str]) -> list[int]:
        """See ``Tokenizer``."""
        return self._counts.of(texts, self.inner.counts)

    def reading(self, text: str) -> Reading:
        """See ``Tokenizer``."""
        return self.inner.reading(text)


class _Memory(Generic[T]):
    """Values by the hash of their text; the longest unused go when together they ``weigh`` more than ``most``."""

    def __init__(self, most: int, weigh: Callable[[T], int] | None = None) -> None:
        """Without ``weigh`` each value weighs 1."""
        self._values: LRUCache[bytes, T] = LRUCache(most, getsizeof=weigh)
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str], work: Callable[[list[str]], Sequence[T]]) -> list[T]:
        """The value of each text; ``work`` gives those that are not known."""
        keys = [blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
        with self._lock:
            found = {key: self._values[key] for key in keys if key in self._values}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing:
            fresh = dict(zip(missing, work(list(missing.values())), strict=True))
            found |= fresh
            self._keep(fresh)
        return [found[key] for key in keys]

    def _keep(self, fresh: dict[bytes, T]) -> None:
        with self._lock:
            for key, value in fresh.items():
                with suppress(ValueError):  # it weighs more by itself than is ever kept
                    self._values[key] = value
