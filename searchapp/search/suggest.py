"""What leads on from what is typed: how a beginning goes on, and what a misspelt word may stand for.

All of it is taken from chunks that a search brought under the same filters and groups, so that nobody is offered a
word that they may not read. Chinese is not respelt: there a slip is another character that sounds alike, which letters
do not tell.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from searchapp.model import Filters
from searchapp.stores import FoundChunk, Match, RetrievalQuery, Store
from searchapp.text.words import CJK, fold, stem

COMPLETED_FROM = 50
"""Chunks from which completions are taken."""

LONGEST_COMPLETION = 60
"""A longer one is a sentence, not something one would search for."""

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_REST_OF_WORD = re.compile(rf"[{CJK}]{{1,12}}|(?:(?![{CJK}])[\w-])+")
_NEXT_WORD = re.compile(rf"[ ](?:(?![{CJK}])[\w-])+")


def says_enough(beginning: str) -> bool:
    """Whether something can be made of it: two letters, or one character of Chinese, Japanese or Korean."""
    return any(character.isalnum() for character in beginning) and (len(beginning) > 1 or not beginning.isascii())


def complete(store: Store, typed: str, filters: Filters, size: int) -> tuple[str, ...]:
    """How what was typed goes on in titles, headings and chunks; empty while it is too short to tell.

    Where nothing begins with the whole of it, its last word is completed. Raises the store's errors.
    """
    head, _, last = typed.rpartition(" ")
    for kept, begun in (("", typed), (f"{head} ", last)) if head else (("", typed),):
        if not says_enough(begun) or len(begun) > LONGEST_COMPLETION:
            continue
        asked = RetrievalQuery(begun, None, COMPLETED_FROM, filters, match=Match.BEGINNING)
        found = completions(begun, store.search(asked).keyword, size)
        if found:
            return tuple(kept + text for text in found)
    return ()


def completions(typed: str, chunks: Sequence[FoundChunk], size: int) -> tuple[str, ...]:
    """At most ``size`` ways in which ``typed`` goes on, the commonest first; what differs only in case is one."""
    begins = re.compile(rf"(?:(?<!\w)|(?<=[{CJK}])|(?=[{CJK}])){re.escape(typed)}", re.IGNORECASE)
    names: Counter[str] = Counter()
    phrases: Counter[str] = Counter()
    for chunk in chunks:
        names.update({name for name in (chunk.title, *chunk.headings) if _is_short(name) and begins.search(name)})
        # Pairs of one text are one vote.
        phrases.update({_going_on(chunk.text, match) for match in begins.finditer(chunk.text)})
    return tuple(_distinct(typed, [text for counter in (names, phrases) for text, _ in counter.most_common()]))[:size]


def _distinct(typed: str, texts: Iterable[str]) -> list[str]:
    first: dict[str, str] = {}
    for text in texts:
        first.setdefault(text.casefold(), text)
    first.pop(typed.casefold(), None)
    return list(first.values())


def _is_short(name: str) -> bool:
    return 0 < len(name) <= LONGEST_COMPLETION and "\n" not in name


def _going_on(text: str, match: re.Match[str]) -> str:
    """The match to the end of its word, or of the next one where it ends with a word."""
    at = match.end()
    rest = _REST_OF_WORD.match(text, at)
    more = rest.group() if rest else ""
    if re.match(f"[{CJK}]", more):
        more = _cut(match.group(), more)
    elif not more and (following := _NEXT_WORD.match(text, at)):
        more = following.group()
    return (match.group() + more).casefold()


def _cut(begun: str, rest: str) -> str:
    """As much of ``rest`` as ends the word that ``begun`` is in the middle of, else the next word."""
    if not re.match(f"[{_HAN}]", rest):
        kana_or_hangul = re.match(rf"[^{_HAN}]+", rest)
        return kana_or_hangul.group() if kana_or_hangul else rest
    from rjieba import cut  # loads a dictionary of some megabytes

    end = 0
    for word in cut(begun + rest):
        end += len(word)
        if end > len(begun):
            break
    return rest[: end - len(begun)]


CORRECTED_FROM = 50
"""Chunks with words spelt alike from which a correction is taken."""

SHORTEST_WORD = 4
"""Shorter words have too many neighbours to guess among."""

LONGEST_WORD = 40
"""A longer one is no word; comparing its spelling costs an engine thousands of states."""

ALIKE = 0.75
"""Least similarity (Ratcliff and Obershelp's, 0 to 1) of a word and what it is taken for."""

_LETTERS = re.compile(rf"(?:(?![{CJK}])[^\W\d_])+")


def respelt(store: Store, words: str, filters: Filters, found: Sequence[FoundChunk]) -> str:
    """``words``, which found these chunks, with those that none of them has respelt; empty where none is.

    Raises the store's errors.
    """
    unknown = unknown_words(words, found)
    if not unknown:
        return ""
    asked = RetrievalQuery(" ".join(unknown), None, CORRECTED_FROM, filters, match=Match.SIMILAR)
    return with_likest(words, unknown, store.search(asked).keyword)


def unknown_words(words: str, chunks: Sequence[FoundChunk]) -> list[str]:
    """The words, of letters only, that occur in none of the chunks that the words found."""
    wanted = [word for word in dict.fromkeys(_LETTERS.findall(words)) if SHORTEST_WORD <= len(word) <= LONGEST_WORD]
    known = " ".join(part for chunk in chunks for part in (chunk.title, *chunk.headings, chunk.text)).casefold()
    # Taking accents away from all that was found takes long, and is hardly ever needed.
    doubtful = [word for word in wanted if stem(word.casefold()) not in known]
    if not doubtful:
        return []
    known = fold(known)
    return [word for word in doubtful if stem(fold(word)) not in known]


def with_likest(words: str, unknown: Iterable[str], near: Sequence[FoundChunk]) -> str:
    """``words`` with each unknown word replaced by the likest word of the chunks ``near``; empty if none is like."""
    known = Counter(word.casefold() for chunk in near for word in _LETTERS.findall(f"{chunk.title} {chunk.text}"))
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
