"""Pages of a site that are copies of another one: printed versions, session numbers, marks of campaigns in the address.

A page's word (rel=canonical) is believed where it names a page of the same site that was read, and whose text is much
the same: sites also name their first page for all, and the first part for every part of a list.
"""

from __future__ import annotations

import re
from binascii import crc32
from collections.abc import Iterator
from heapq import nsmallest
from itertools import chain

from searchapp.sources.source import SourceRef

SHINGLE_WORDS = 4
SKETCH_SIZE = 64
LONGEST_SKETCHED = 1 << 20
"""Characters of a text by which it is known."""

ALIKE = 0.6
"""Share of the words in a row that two copies have in common at least; parts of one list share their frame only."""

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+")

Sketch = tuple[int, ...]


def sketch(text: str) -> Sketch:
    """The smallest hashes of every few words in a row: of like texts most are the same (Broder, 1997)."""
    words = _WORD.findall(text[:LONGEST_SKETCHED])
    hashes = {
        crc32(" ".join(words[at : at + SHINGLE_WORDS]).encode())
        for at in range(max(1, len(words) - SHINGLE_WORDS + 1))
        if words
    }
    return tuple(nsmallest(SKETCH_SIZE, hashes))


def are_alike(one: Sketch, other: Sketch) -> bool:
    """Whether two texts are much the same."""
    both = nsmallest(SKETCH_SIZE, {*one, *other})
    shared = set(one) & set(other)
    return one == other or sum(value in shared for value in both) >= ALIKE * max(1, len(both))


class Copies:
    """What one crawl knows of its pages' texts, and the pages that wait for the one that they name as theirs."""

    def __init__(self) -> None:
        self._sketches: dict[str, Sketch] = {}
        self._waiting: dict[str, list[tuple[SourceRef, Sketch]]] = {}
        self.left_out: set[str] = set()
        """Addresses of copies."""

    def read(self, address: str, text: Sketch) -> None:
        """Note the text of a page that is indexed."""
        self._sketches[address] = text

    def is_copy(self, address: str, text: Sketch, canonical: str) -> bool:
        """Whether a page says what ``canonical`` says, which it names."""
        is_copy = canonical in self._sketches and are_alike(text, self._sketches[canonical])
        if is_copy:
            self.left_out.add(address)
            self._sketches[address] = text
        return is_copy

    def wait(self, page: SourceRef, text: Sketch, canonical: str) -> None:
        """Keep a page back until ``canonical`` was asked for."""
        others = self._waiting.pop(page.source, [])
        self._waiting.setdefault(canonical, []).extend([(page, text), *others])

    def released(self, canonical: str) -> Iterator[SourceRef]:
        """Those that waited for ``canonical`` and are no copies; the first one stands for it where it was not read."""
        yield from self._decided(canonical, self._waiting.pop(canonical, []))

    def rest(self) -> Iterator[SourceRef]:
        """Those that wait still."""
        waiting, self._waiting = self._waiting, {}
        yield from chain.from_iterable(self._decided(canonical, pages) for canonical, pages in waiting.items())

    def _decided(self, canonical: str, pages: list[tuple[SourceRef, Sketch]]) -> Iterator[SourceRef]:
        for page, text in pages:
            if not self.is_copy(page.source, text, canonical):
                self._sketches.setdefault(canonical, text)
                yield page
