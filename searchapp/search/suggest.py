"""How what is typed goes on: titles, headings, and words and phrases that people would type.

All of it is taken from chunks that a search brought under the same filters and groups, so that nobody is offered a
word that they may not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from searchapp.model import Filters
from searchapp.stores import FoundChunk, Match, RetrievalQuery, Store
from searchapp.text.chinese import FUNCTION_TAGS, HAN, has_kana_or_hangul, tagged
from searchapp.text.words import CJK, has_cjk, is_stop_term, term_of

COMPLETED_FROM = 50
"""Chunks from which completions are taken."""

LONGEST_COMPLETION = 60
"""A longer one is a sentence, not something one would search for."""

LEAST_TEXTS = 2
"""Chunks in which two words stand together before they are offered: once may be chance (a word and the next verb)."""

_REST_OF_WORD = re.compile(rf"[{CJK}]{{1,12}}|(?:(?![{CJK}])[\w-])+")
_NEXT_WORD = re.compile(rf"[ ](?:(?![{CJK}])[\w-])+")
_SAME_SCRIPT = re.compile(rf"[{HAN}]+|[\u30a0-\u30ff]+|[\uac00-\ud7af]+")
_FIRST_HANGUL = "\uac00"
_FILE_NAME = re.compile(r"\.[A-Za-z]\w{1,4}\Z")


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
        # Behind other words a title would begin a second time.
        found = completions(begun, store.search(asked).keyword, size, named=not kept)
        if found:
            return tuple(kept + text for text in found)
    return ()


def completions(typed: str, chunks: Sequence[FoundChunk], size: int, *, named: bool = True) -> tuple[str, ...]:
    """At most ``size`` ways in which ``typed`` goes on, the commonest first; what differs only in case is one.

    ``named``: titles and headings, too, also those in which it begins a later word.
    """
    begins = re.compile(rf"(?:(?<!\w)|(?<=[{CJK}])|(?=[{CJK}])){re.escape(typed)}", re.IGNORECASE)
    names: Counter[str] = Counter()
    words: Counter[str] = Counter()
    phrases: Counter[str] = Counter()
    written: dict[str, str] = {}
    for chunk in chunks:
        if named:
            names.update({name for name in (chunk.title, *chunk.headings) if _is_name(name) and begins.search(name)})
        text = chunk.text if named else f"{chunk.title}\n{chunk.text}"
        # Pairs of one text are one vote.
        for rest, is_next in {gone for match in begins.finditer(text) if (gone := _going_on(text, match))}:
            written.setdefault(rest.casefold(), rest)
            (phrases if is_next else words)[rest.casefold()] += 1
    offered = [text for text, _ in names.most_common()]
    offered += [_joined(typed, written[key]) for key, _ in words.most_common()]
    offered += [_joined(typed, written[key]) for key, count in phrases.most_common() if count >= LEAST_TEXTS]
    return tuple(_distinct(typed, offered))[:size]


def _distinct(typed: str, texts: Iterable[str]) -> list[str]:
    first: dict[str, str] = {}
    for text in texts:
        first.setdefault(text.casefold(), text)
    first.pop(typed.casefold(), None)
    return list(first.values())


def _is_name(name: str) -> bool:
    """Whether a title or heading is one that would be typed: no sentence, no file's name, more than figures."""
    short = 0 < len(name) <= LONGEST_COMPLETION and "\n" not in name
    return short and any(character.isalpha() for character in name) and not _FILE_NAME.search(name)


def _joined(typed: str, rest: str) -> str:
    """What was typed, as it was typed, and its rest; of text in capitals in small letters."""
    return typed + (rest.replace("İ", "i").lower() if rest.isupper() and not typed.isupper() else rest)


def _going_on(text: str, match: re.Match[str]) -> tuple[str, bool] | None:
    """The rest of the match's word, or else the next word, and whether it is that; None if neither says more."""
    rest = _REST_OF_WORD.match(text, match.end())
    more = rest.group().rstrip("-_") if rest else ""
    if has_cjk(more[:1]):
        return _cut(match.group(), more)
    if more:
        return more, False
    following = _NEXT_WORD.match(text, match.end())
    if not following or is_stop_term(term_of(following.group().strip())):
        return None
    return following.group().rstrip("-_"), True


def _cut(begun: str, rest: str) -> tuple[str, bool] | None:
    """As much of ``rest`` as ends the word that ``begun`` is in the middle of, else the next word.

    Japanese and Korean have no dictionary here: their words go on as far as their script does, and Korean ones, which
    carry their particles, must occur as they are more than once.
    """
    if has_kana_or_hangul(begun[-2:] + rest):
        same = _SAME_SCRIPT.match(rest)
        return (same.group(), rest[0] >= _FIRST_HANGUL) if same else None
    end = 0
    for word, kind in tagged(begun + rest):
        end += len(word)
        if end > len(begun):
            added = rest[: end - len(begun)]
            is_next = end - len(word) >= len(begun)
            return None if is_next and (kind.startswith(FUNCTION_TAGS) or is_stop_term(word)) else (added, False)
    return None
