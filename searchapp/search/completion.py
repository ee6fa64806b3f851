"""How a beginning goes on in the documents, while one types: their titles and headings, then words of their text.

All of it is taken from passages that a search brought, so that it respects filters and groups and finds something.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from searchapp.stores import FoundChunk
from searchapp.text.words import CJK

LOOKED_AT = 50
"""Passages from which completions are taken."""

MOST_CHARACTERS = 60
"""A longer one is a sentence, not something one would search for."""

_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_REST_OF_WORD = re.compile(rf"[{CJK}]{{1,12}}|(?:(?![{CJK}])[\w-])+")
_NEXT_WORD = re.compile(rf"[ ](?:(?![{CJK}])[\w-])+")


def says_enough(beginning: str) -> bool:
    """Whether something can be made of it: two letters, or one character of Chinese, Japanese or Korean."""
    return any(character.isalnum() for character in beginning) and (len(beginning) > 1 or not beginning.isascii())


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
    return 0 < len(name) <= MOST_CHARACTERS and "\n" not in name


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
