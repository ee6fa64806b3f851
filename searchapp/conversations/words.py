"""The words of a conversation, and whether those of a query occur in them: stems of words, Chinese as it stands."""

from __future__ import annotations

from collections.abc import Iterable

from searchapp.model import KeptTurn
from searchapp.text.chinese import subject_terms
from searchapp.text.words import fold_width, has_cjk, term_of, words

MOST_CHARACTERS = 60_000
"""Of one turn; what lies behind is not searched."""

MOST_TERMS = 32
"""Of a query; further ones do not count."""


def words_of(turn: KeptTurn) -> str:
    """What is looked in: each stem between spaces, then the text with its Chinese."""
    text = _folded(f"{turn.answer.question}\n{turn.answer.answer}")[:MOST_CHARACTERS]
    stems = dict.fromkeys(word.term for word in words(text) if not has_cjk(word.term))
    return f" {' '.join(stems)}\n{text}"


def pieces_of(query: str) -> tuple[str, ...]:
    """What must occur in ``words_of``: a word, whose end may be missing, behind a space; Chinese anywhere."""
    found: list[str] = []
    for word in _folded(query).split():
        if has_cjk(word):
            found += _chinese(word)
        else:
            found += [f" {term_of(one)}" for one in _plain(word)]
    return tuple(dict.fromkeys(found))[:MOST_TERMS]


def _chinese(word: str) -> Iterable[str]:
    terms = sorted(subject_terms(word), key=word.find)
    return [term if has_cjk(term) else f" {term}" for term in terms] or [word]


def _plain(word: str) -> Iterable[str]:
    return ["".join(word[one.start : one.end]) for one in words(word)]


def _folded(text: str) -> str:
    return fold_width(text).casefold()
