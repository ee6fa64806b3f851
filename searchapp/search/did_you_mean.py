"""What a misspelt word may stand for: "did you mean".

A proposal is taken from chunks that a search brought under the same filters and groups, so that nobody is offered a
word that they may not read. It is made only where it is surely better: for a word that finds nothing and is none that
the model knows, by one that is written almost alike. Chinese is not respelt: there a slip is another character that
sounds alike, which letters do not tell.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from searchapp.model import Filters
from searchapp.stores import FoundChunk, Match, RetrievalQuery, Store
from searchapp.text.words import CJK, STOP_WORDS, fold, stem

CORRECTED_FROM = 50
"""Chunks with words spelt alike from which a correction is taken."""

MOST_WORDS = 4
"""Words of a query that are looked for by themselves: each costs a search."""

SHORTEST_WORD = 4
"""Shorter words have too many neighbours to guess among; of this length another letter makes another word, too."""

LONG_WORD = 8
"""Letters from which two slips are taken for such, not only one."""

LONGEST_WORD = 40
"""A longer one is no word; comparing its spelling costs an engine thousands of states."""

_LETTER = rf"(?:(?![{CJK}])[^\W\d_])"
# A word of letters that is no part of a code, an address or a name with an apostrophe.
_TYPED = re.compile(rf"(?<![\w@/.:'’-]){_LETTER}+(?![\w@/'’-]|[.:]\w)")
_WRITTEN = re.compile(rf"{_LETTER}+(?:['’-]{_LETTER}+)*")
_PARTS = re.compile(r"['’-]")


def respelt(
    store: Store,
    words: str,
    filters: Filters,
    found: Sequence[FoundChunk],
    is_word: Callable[[str], bool] = lambda word: False,
) -> str:
    """``words``, which found these chunks, with those that find nothing respelt; empty where none is.

    ``is_word``: whether the word is known to be one, whatever is found. Raises the store's errors.
    """
    doubtful = [typed for typed in _unknown(words, found) if not is_word(typed.group())][:MOST_WORDS]
    missing = [typed for typed in doubtful if not store.search(_asked(typed.group(), filters, 1)).keyword]
    if not missing:
        return ""
    similar = " ".join(dict.fromkeys(typed.group() for typed in missing))
    near = _writings(store.search(_asked(similar, filters, CORRECTED_FROM, Match.SIMILAR)).keyword)
    corrected = words
    for typed in reversed(missing):
        if likest := _likest(typed.group(), near):
            corrected = corrected[: typed.start()] + likest + corrected[typed.end() :]
    return "" if corrected == words else corrected


def _asked(words: str, filters: Filters, depth: int, match: Match = Match.WORDS) -> RetrievalQuery:
    return RetrievalQuery(words, None, depth, filters, match=match)


def _unknown(words: str, chunks: Sequence[FoundChunk]) -> list[re.Match[str]]:
    """The words of a script with capital letters that occur in none of the chunks that the words found."""
    wanted = [
        typed
        for typed in _TYPED.finditer(words)
        if SHORTEST_WORD <= len(typed.group()) <= LONGEST_WORD
        and typed.group().lower() != typed.group().upper()
        and typed.group().lower() not in STOP_WORDS
    ]
    known = " ".join(part for chunk in chunks for part in (chunk.title, *chunk.headings, chunk.text)).casefold()
    # Taking accents away from all that was found takes long, and is hardly ever needed.
    doubtful = [typed for typed in wanted if stem(typed.group().casefold()) not in known]
    if not doubtful:
        return []
    known = fold(known)
    return [typed for typed in doubtful if stem(fold(typed.group())) not in known]


def _writings(chunks: Iterable[FoundChunk]) -> dict[str, Counter[str]]:
    """The words of the chunks as they are written, by their letters without case, accents, hyphens or apostrophes."""
    written: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for chunk in chunks:
        for match in _WRITTEN.finditer("\n".join((chunk.title, *chunk.headings, chunk.text))):
            for one in _forms(match.group()):
                written[fold(_PARTS.sub("", one))][one] += 1
    return {letters: forms for letters, forms in written.items() if letters not in STOP_WORDS}


def _forms(written: str) -> Iterator[str]:
    """A word, and the parts of one with hyphens: of O'Brien there is no Brien to be offered."""
    yield written
    if "-" in written:
        yield from (part for part in written.split("-") if part)


def _likest(typed: str, near: dict[str, Counter[str]]) -> str:
    """The word that ``typed`` is surely a slip of, the commonest of those; empty where there is none."""
    word = fold(typed)
    slips = {letters: _slips(word, letters) for letters in near if _may_be(word, letters)}
    allowed = 2 if len(word) >= LONG_WORD else 1
    alike = [letters for letters, count in slips.items() if count <= allowed]
    if not alike:
        return ""
    best = min(alike, key=lambda letters: (slips[letters], -near[letters].total(), letters))
    return _cased(near[best].most_common(1)[0][0], typed)


def _may_be(word: str, other: str) -> bool:
    """Whether ``word`` may be ``other`` misspelt: neither another form of it nor another word by its ending."""
    if word == other:
        return True  # with an apostrophe, a hyphen or an accent
    if word[0] != other[0] or not -1 <= len(other) - len(word) <= 2:
        return False
    if other.startswith(word):  # http, https
        return len(word) > SHORTEST_WORD + 1 and not other.endswith("s")
    if word.startswith(other):  # what is cut short is no word
        return word[-1] == word[-2]
    if len(word) <= SHORTEST_WORD:
        return len(other) > len(word) or sorted(word) == sorted(other)
    return True


def _slips(word: str, other: str) -> int:
    """Letters to add, leave out, change, or exchange with the next one: optimal string alignment (Boytsov 2011)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(word, start=1):
        row = [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def _cased(written: str, typed: str) -> str:
    """``written`` with the capital letters of ``typed``."""
    lower = written.replace("İ", "i").lower()  # whose small letter would be an i with a dot of its own
    if typed.islower():
        return lower
    if typed.isupper():
        return written.upper()
    return lower[:1].upper() + lower[1:] if typed.istitle() and written.islower() else written
