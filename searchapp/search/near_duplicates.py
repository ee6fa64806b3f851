"""Which passages say nearly the same: copies of a page, versions of a file, quotations of one notice."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TypeAlias

from searchapp.text.words import CJK

SHINGLE = 4
"""Words in a row that are compared at once; in CJK a character is one."""

ALIKE = 0.8
"""Share of common shingles (Jaccard) from which two passages count as one."""

Shingles: TypeAlias = frozenset[tuple[str, ...]]

_WORD = re.compile(rf"[^\W{CJK}]+|[{CJK}]")


def shingles(text: str) -> Shingles:
    """Every ``SHINGLE`` words in a row (Broder 1997, "On the resemblance and containment of documents")."""
    words = _WORD.findall(text.casefold())
    return frozenset(zip(*(words[at:] for at in range(SHINGLE)), strict=False)) or frozenset([tuple(words)])


class Seen:
    """The passages so far, by number; asking is as fast as looking up each shingle once."""

    def __init__(self) -> None:
        self._sizes: dict[int, int] = {}
        self._holders: defaultdict[tuple[str, ...], list[int]] = defaultdict(list)

    def add(self, number: int, own: Shingles) -> None:
        """Remember a passage under ``number``."""
        self._sizes[number] = len(own)
        for shingle in own:
            self._holders[shingle].append(number)

    def like(self, own: Shingles) -> int | None:
        """The number of the first passage that resembles one of these shingles; None if there is none."""
        common = Counter(number for shingle in own for number in self._holders.get(shingle, ()))
        alike = [n for n, count in common.items() if count >= ALIKE * (len(own) + self._sizes[n] - count)]
        return min(alike, default=None)
