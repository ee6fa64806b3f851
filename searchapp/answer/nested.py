"""Questions within a question: "the country where Baure is located" in one that asks when it became independent.

No grammar is read, only marks that English sets reliably: a name, the article before the noun that the name tells
about, a possessive or a relative word between them; in Chinese a name, 的 and a noun. What is cut out is searched for,
and the noun alone stays in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from searchapp.text import question_words
from searchapp.text.chinese import tagged
from searchapp.text.words import content_terms, has_cjk

LONGEST_CLAUSE = 9
"""Words between the article and the name."""

WORD = re.compile(r"\"[^\"]{1,80}\"|[^\s,;:?!()\"]+|[,;:?!()]")
ARTICLES = frozenset(("the", "a", "an"))
_JOINING = frozenset("of the a de la von van and in with for to & ,".split())
"""Written small within names: Return of the King."""
_RELATIVE = frozenset("where that which who whose whom containing under".split())
_BELONGING = frozenset(("of", "by"))
_PREPOSITIONS = frozenset("in from for on at to with as about into during".split())
_AUXILIARY = frozenset("is was are were be been has had have does did".split())
_PARTICLES = frozenset("from part a citizen of in for place".split())
_ENDING_CLAUSES = _PARTICLES | frozenset("born set held lived died made wrote built won occur took found".split())
_LINKS = _RELATIVE | _BELONGING | _PREPOSITIONS | _AUXILIARY
_MODIFYING = ("al", "ic", "ive", "ous", "ary", "main", "alma", "birth", "home", "native", "first", "last", "former")
_LIFE = frozenset("birth origin residence death citizenship".split())


class _Cut(NamedTuple):
    """``words[start:end]`` is a question of its own, about what ``head`` names."""

    start: int
    end: int
    head: list[str]


class Nested(NamedTuple):
    """A question taken apart: what is asked about names, and what is asked about the answers to that."""

    inner: tuple[str, ...]
    outer: str
    """To search for; a noun stands where an inner question stood."""
    asked: str
    """The same without these nouns, which a chunk calls by their names."""


def nested(question: str, most: int) -> Nested | None:
    """At most ``most`` inner questions of ``question``, the last name's first; None where it has none."""
    if not has_cjk(question):
        return _english(WORD.findall(question), most)
    found = _chinese(question)
    return found if found and content_terms(question_words.CHINESE.sub(" ", found.asked)) else None


def _english(words: list[str], most: int) -> Nested | None:
    found: Nested | None = None
    heads: list[str] = []
    while found is None or len(found.inner) < most:
        cut = next((cut for cut in _cuts(words) if content_terms(_without(words, cut, heads))), None)
        if cut is None:
            break
        inner = text_of(words[cut.start : cut.end])
        asked = _without(words, cut, heads)
        article = [] if cut.start and words[cut.start - 1].lower() in ARTICLES else ["the"]
        words = [*words[: cut.start], *article, *cut.head, *words[cut.end :]]
        heads += cut.head
        found = Nested((*(found.inner if found else ()), inner), text_of(words), asked)
    return found


def _without(words: list[str], cut: _Cut, heads: list[str]) -> str:
    """What is left to ask about, the nouns that stand for an inner question left out."""
    return text_of([word for word in (*words[: cut.start], *words[cut.end :]) if word not in heads])


def text_of(words: Sequence[str]) -> str:
    """The text that these words and marks are."""
    return re.sub(r" (?=[,;:?!)])", "", " ".join(words))


def _cuts(words: list[str]) -> Iterator[_Cut]:
    for start, end in reversed(list(names_in(words))):
        if all(word[0].isdigit() for word in words[start:end]):
            continue  # "valve 3" is told apart by its number, and not described
        if cut := _possessive(words, start, end) or _clause(words, start, end):
            yield cut


def names_in(words: list[str]) -> Iterator[tuple[int, int]]:
    """Where names stand, as ``words[start:end]``; not at the beginning, where each word has a capital."""
    at = 1
    while at < len(words):
        end = at
        while end < len(words) and _is_name(words[end]):
            end += 1
            small = end
            while small < len(words) and small < end + 2 and words[small] in _JOINING:
                small += 1
            if small < len(words) and _is_name(words[small]) and not _is_possessive(words[end - 1]):
                end = small
        if end > at:
            yield at, end
        at = end + 1


def _is_name(word: str) -> bool:
    return word[0].isupper() or word[0].isdigit() or word[0] == '"'


def _is_possessive(word: str) -> bool:
    return word.endswith(("'s", "s'", "’s", "s’"))


def _possessive(words: list[str], start: int, end: int) -> _Cut | None:
    """Gisvi's city of birth."""
    at = next((at for at in range(start, end) if _is_possessive(words[at])), None)
    stop = end if at is None else at + 1
    if at is None or stop >= len(words) or not words[stop].islower() or not words[stop].isalpha():
        return None
    while stop + 1 < len(words) and words[stop].endswith(_MODIFYING) and words[stop + 1].islower():
        stop += 1
    stop += 1
    head = words[at + 1 : stop]
    if words[stop : stop + 1] == ["of"] and _LIFE.intersection(words[stop + 1 : stop + 2]):
        stop += 2
    return _Cut(start, stop, head)


def _clause(words: list[str], start: int, end: int) -> _Cut | None:
    """The country where Baure is located; the company Novair is part of; the director of Decade."""
    before = start - (words[start - 1].lower() in ARTICLES)  # the article of the name itself
    article = before - 1
    while article >= 0 and words[article] not in ARTICLES:
        if not words[article].isalpha() or words[article][0].isupper() or start - article > LONGEST_CLAUSE:
            return None
        article -= 1
    between = words[article + 1 : before]
    head = []
    for word in between:
        if word in _LINKS or word.endswith(("ing", "ed")):
            break
        head.append(word)
    link = between[len(head)] if len(head) < len(between) else ""
    if article < 0 or not head or link in _AUXILIARY:
        return None
    if link in _BELONGING:  # "a member of the union" belongs to no other question
        return _Cut(article, end, head) if words[article] == "the" else None
    if link in _PREPOSITIONS and not _RELATIVE.intersection(between[len(head) + 1 : len(head) + 2]):
        return None
    stop = end
    while stop < len(words) and stop < end + 6 and _ends_clause(words[stop]):
        stop += 1
    has_verb = any(_ends_clause(word) and word not in _PARTICLES for word in words[end:stop])
    return _Cut(article, stop, head) if link or has_verb else None  # "the river Thames of old" is no clause


def _ends_clause(word: str) -> bool:
    return word in _AUXILIARY or word in _ENDING_CLAUSES or word.endswith("ed")


# jieba's tags: persons, places, organisations and other names; foreign words.
_NAMES = ("nr", "ns", "nt", "nz", "eng")

_CHINESE_AND = frozenset("和与跟及、")
_TITLE = re.compile(r"《[^《》]{1,60}》")


def _chinese(question: str) -> Nested | None:
    """鲁迅出生的城市 | 有多少人口: a name, up to a noun behind 的, and what is asked about that noun."""
    title = _TITLE.search(question)
    known = title.end() if title else -1
    at = 0
    named = title is not None
    behind = False
    words = [*tagged(question), ("", "")]
    for (word, kind), (following, _) in pairwise(words):
        at += len(word)
        named = named or kind.startswith(_NAMES)
        if not named or at <= known:
            continue
        if behind and (kind.startswith("n") or following == "的") and following not in _CHINESE_AND:
            return Nested((question[:at],), word + question[at:], question[at:])
        behind = word == "的"
    return None
