"""What decides which chunks and vectors a document becomes: the model, and how documents are cut."""

from __future__ import annotations

from dataclasses import dataclass

from searchapp.embedding.base import Fingerprint


@dataclass(frozen=True, slots=True)
class Chunking:
    """How documents are cut: the most tokens of a chunk, and of what it repeats from the one before."""

    tokens: int
    overlap: int


FIRST_CHUNKING = Chunking(tokens=384, overlap=24)
"""How versions of an index were cut that do not say it, being older than that note."""


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """What decides which chunks and vectors a document becomes; each version of an index has one."""

    fingerprint: Fingerprint
    chunking: Chunking

    def matches(self, other: IndexSpec) -> bool:
        """Whether documents look the same in indices of both."""
        return self.chunking == other.chunking and self.fingerprint.matches(other.fingerprint)
