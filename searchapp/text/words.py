"""Words as a reader would compare them: folded, lightly stemmed, and in CJK as character pairs.

This is for judging texts that were already found (highlights, evidence). Finding is the store's own analyzer's work.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

CJK = (
    r"\u3040-\u30ff"  # hiragana, katakana
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # han
    r"\uac00-\ud7af"  # hangul
)
_WORD = re.compile(rf"(?P<cjk>[{CJK}]+)|(?P<word>[^\W{CJK}]+)")
_CJK_CHARACTER = re.compile(rf"[{CJK}]")

STOP_WORDS = frozenset(
    "a an and are as at be been but by can could did do does for from had has have how i if in into is it its may no "
    "not of on or should so such than that the their them then there these they this to was we were what when where "
    "which who why will with would you your".split()
)
_NO_SUBJECT = STOP_WORDS | frozenset(
    "am being having doing he him his she her hers my our ours theirs those themselves whom whose yours".split()
)
"""Besides the words that the stores' indices leave out, those that say no more of a subject than they do."""

# Function words of Chinese that carry no topic; a pair that touches one is no evidence of a shared subject.
CJK_STOP_CHARACTERS = frozenset("的了是在和与或及吗呢吧之其也就都而但被把")

_CONTRACTED = frozenset("s t d m ll re ve".split())
"""What stands behind an apostrophe and says nothing: it's, don't, we'll."""

KEPT_TERMS = 16_384
"""Words whose terms are remembered, some 3 MB: a text is mostly words that came before, and folding is what costs."""


class Word(NamedTuple):
    """A comparable term and where it stands: ``text[start:end]``. A tuple, as a search makes thousands of them."""

    term: str
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """Yield the terms of ``text`` in order: stems of words, overlapping pairs of CJK letters."""
    for match in _WORD.finditer(text):
        run, start = match.group(), match.start()
        if match.lastgroup == "cjk":
            pairs = (run[at : at + 2] for at in range(len(run) - 1)) if len(run) > 1 else (run,)
            for offset, pair in enumerate(pairs):
                yield Word(pair, start + offset, start + offset + len(pair))
        else:
            yield Word(term_of(run), start, match.end())


@lru_cache(KEPT_TERMS)
def term_of(word: str) -> str:
    """The comparable form of a single word that is not CJK; a stop word keeps its ending, by which it is known."""
    folded = fold(word)
    return folded if folded in _NO_SUBJECT else stem(folded)


def content_terms(text: str) -> set[str]:
    """The terms of ``text`` that carry its subject: no stop words, no pairs made of function characters.

    May is a month where it is written so within a sentence.
    """
    text = fold_width(text)
    return {
        word.term
        for word in words(text)
        if (not is_stop_term(word.term) and not _is_contracted(text, word)) or _is_month(text, word)
    }


def _is_month(text: str, word: Word) -> bool:
    if word.term != "may" or text[word.start : word.end] != "May":
        return False
    before = text[max(word.start - 2, 0) : word.start]
    return before[-1:] in (" ", "-", "/", "(") and before[:1] not in (".", "!", "?", ":", "\n", "")


def _is_contracted(text: str, word: Word) -> bool:
    behind_mark = word.term in _CONTRACTED and text[max(word.start - 1, 0) : word.start] in ("'", "’")
    return behind_mark or text[word.end : word.end + 2] in ("'t", "’t")


def telling_words(text: str, most: int = 48) -> str:
    """The words of a chunk that say most of what it is about, the commonest first, each once as it stands there."""
    counts: Counter[str] = Counter()
    written: dict[str, str] = {}
    for word in words(text):
        if not is_stop_term(word.term):
            counts[word.term] += 1
            written.setdefault(word.term, text[word.start : word.end])
    return " ".join(written[term] for term, _ in counts.most_common(most))


def is_stop_term(term: str) -> bool:
    """Whether a term says nothing about the subject."""
    return term in _NO_SUBJECT or not CJK_STOP_CHARACTERS.isdisjoint(term)


def is_cjk(text: str) -> bool:
    """Whether a fifth or more of the letters are Chinese, Japanese or Korean."""
    letters = sum(character.isalpha() for character in text)
    return letters > 0 and len(_CJK_CHARACTER.findall(text)) * 5 >= letters


def has_cjk(text: str) -> bool:
    """Whether any of the characters is Chinese, Japanese or Korean."""
    return _CJK_CHARACTER.search(text) is not None


def fold_width(text: str) -> str:
    """Full-width letters and half-width kana as their ordinary forms (NFKC)."""
    return unicodedata.normalize("NFKC", text)


def fold(word: str) -> str:
    """Lower case without accents."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def stem(word: str) -> str:
    """The word without its commonest English endings: enough to let "indices" apart but "searches" meet "search"."""
    for ending, least in (("ies", 5), ("ing", 6), ("ed", 5), ("es", 5), ("s", 4)):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            return word.removesuffix(ending) + ("y" if ending == "ies" else "")
    return word.removesuffix("e") if len(word) >= 5 else word
