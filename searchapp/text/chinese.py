"""Chinese words with their parts of speech, where pairs of characters are too coarse."""

from __future__ import annotations

import re
from functools import lru_cache

from searchapp.text.words import content_terms, has_cjk, is_stop_term

# jieba's tags: person, place, organisation, other proper noun.
_PROPER = ("nr", "ns", "nt", "nz")
# Particles, conjunctions, pronouns, prepositions, adverbs, measure words, directions, auxiliaries: no subject in them.
_FUNCTION = ("u", "c", "r", "p", "d", "q", "f", "y", "e", "o", "x", "w", "vshi", "vyou", "m", "k", "h")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")


@lru_cache(maxsize=256)
def tagged(text: str) -> tuple[tuple[str, str], ...]:
    """The words of ``text`` in order, each with jieba's part-of-speech tag."""
    from rjieba import tag  # loads a dictionary of some megabytes

    return tuple((str(word), str(kind)) for word, kind in tag(text))


def content_words(text: str) -> set[str] | None:
    """The Chinese words of ``text`` that carry its subject; None where it is not Chinese or not CJK at all."""
    if not has_cjk(text) or _KANA_OR_HANGUL.search(text):
        return None
    return {
        word
        for word, kind in tagged(text)
        if has_cjk(word)
        and not kind.startswith(_FUNCTION)
        and (kind.startswith("n") if len(word) == 1 else not is_stop_term(word))
    }


def proper_names(text: str) -> list[str]:
    """Persons, places, organisations and brands among the words of ``text``, in order."""
    found: list[str] = []
    joined = False
    for word, kind in tagged(text):
        if joined and has_cjk(word):
            found[-1] += f"·{word}"  # 詹姆斯·卡梅隆 is one person
        elif kind.startswith(_PROPER) and len(word) > 1 and has_cjk(word):
            found.append(word)
        joined = word in "·・" and bool(found)
    return found


def subject_terms(text: str) -> set[str]:
    """The terms of ``text`` that carry its subject: Chinese as words, since a pair of characters may span two."""
    chinese = content_words(text)
    terms = content_terms(text)
    return terms if chinese is None else chinese | {term for term in terms if not has_cjk(term)}
