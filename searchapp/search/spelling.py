"""What a misspelt word may stand for: the likest word of the passages that hold words spelt alike.

Only words that the searcher may read are offered, since they come from a search under the same filters and groups.
Chinese is left alone: there a slip is another character that sounds alike, which letters do not tell.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from searchapp.stores import FoundChunk
from searchapp.text.words import CJK, fold, stem

LOOKED_AT = 50
"""Passages with words spelt alike from which a correction is taken."""

SHORTEST_WORD = 4
"""Shorter words have too many neighbours to guess among."""

LONGEST_WORD = 40
"""A longer one is no word; comparing its spelling costs an engine thousands of states."""

ALIKE = 0.75
"""Least similarity (Ratcliff and Obershelp's, 0 to 1) of a word and what it is taken for."""

_WORD = re.compile(rf"(?:(?![{CJK}])[^\W\d_])+")


def unknown_words(words: str, chunks: Sequence[FoundChunk]) -> list[str]:
    """The words, of letters only, that occur in none of the passages that the words found."""
    wanted = [word for word in dict.fromkeys(_WORD.findall(words)) if SHORTEST_WORD <= len(word) <= LONGEST_WORD]
    known = " ".join(part for chunk in chunks for part in (chunk.title, *chunk.headings, chunk.text)).casefold()
    # Taking accents away from all that was found takes long, and is hardly ever needed.
    doubtful = [word for word in wanted if stem(word.casefold()) not in known]
    if not doubtful:
        return []
    known = fold(known)
    return [word for word in doubtful if stem(fold(word)) not in known]


def respelt(words: str, unknown: Iterable[str], near: Sequence[FoundChunk]) -> str:
    """``words`` with each unknown word replaced by the likest word of the passages ``near``; empty if none is like."""
    known = Counter(word.casefold() for chunk in near for word in _WORD.findall(f"{chunk.title} {chunk.text}"))
    corrected = words
    for word in unknown:
        alike = difflib.get_close_matches(
            word.casefold(), [one for one in known if one[0] == word[0].casefold()], 3, ALIKE
        )
        if alike:
            best = max(alike, key=lambda other: (_likeness(word.casefold(), other), known[other]))
            corrected = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", best, corrected)
    return "" if corrected == words else corrected


def _likeness(word: str, other: str) -> float:
    return round(difflib.SequenceMatcher(None, word, other).ratio(), 2)
