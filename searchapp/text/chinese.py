"""Chinese where pairs of characters are too coarse: words with their parts of speech, and both of its scripts.

A query in simplified characters finds traditional text, and the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from searchapp.text.words import content_terms, has_cjk, is_stop_term

if TYPE_CHECKING:
    from opencc import OpenCC


# jieba's tags: person, place, organisation, other proper noun.
_PROPER = ("nr", "ns", "nt", "nz")
# Particles, conjunctions, pronouns, prepositions, adverbs, measure words, directions, auxiliaries: no subject in them.
FUNCTION_TAGS = ("u", "c", "r", "p", "d", "q", "f", "y", "e", "o", "x", "w", "vshi", "vyou", "m", "k", "h")
_KANA_OR_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")


@lru_cache(maxsize=256)
def tagged(text: str) -> tuple[tuple[str, str], ...]:
    """The words of ``text`` in order, each with jieba's part-of-speech tag."""
    from rjieba import tag  # loads a dictionary of some megabytes

    return tuple((str(word), str(kind)) for word, kind in tag(text))


def has_kana_or_hangul(text: str) -> bool:
    """Whether it is Japanese or Korean rather than Chinese."""
    return _KANA_OR_HANGUL.search(text) is not None


def content_words(text: str) -> set[str] | None:
    """The Chinese words of ``text`` that carry its subject; None where it is not Chinese or not CJK at all."""
    if not has_cjk(text) or has_kana_or_hangul(text):
        return None
    return {
        word
        for word, kind in tagged(text)
        if has_cjk(word)
        and not kind.startswith(FUNCTION_TAGS)
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


def persons(text: str) -> list[str]:
    """The persons among ``proper_names``; two words of one name are one."""
    found: list[str] = []
    last = ""
    for word, kind in tagged(text):
        if kind.startswith("nr") and has_cjk(word):
            if last:
                found[-1] += word
            else:
                found.append(word)
        last = word if kind.startswith("nr") else ""
    return [name for name in found if len(name) > 1]


def subject_terms(text: str) -> set[str]:
    """The terms of ``text`` that carry its subject: Chinese as words, since a pair of characters may span two."""
    chinese = content_words(text)
    terms = content_terms(text)
    return terms if chinese is None else chinese | {term for term in terms if not has_cjk(term)}


HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN_RUN = re.compile(f"[{HAN}]+")


def simplified(text: str) -> str:
    """The text with its traditional characters in simplified form."""
    converted: str = _converter("t2s").convert(text)
    return converted


def with_variants(text: str) -> str:
    """The text, followed by what is written otherwise in the other script, each with one character around it.

    What both scripts write alike is not repeated: it would count twice.
    """
    added = [piece for run in _HAN_RUN.findall(text) for way in ("t2s", "s2t") for piece in _differing(run, way)]
    return " ".join([text, *dict.fromkeys(added)])


def _differing(run: str, way: str) -> Iterator[str]:
    other = _converter(way).convert(run)
    if len(other) != len(run):
        yield other
        return
    start = end = -1
    for at, (one, two) in enumerate(zip(run, other, strict=True)):
        if one == two:
            continue
        if start >= 0 and at - 1 > end:
            yield other[start:end]
            start = -1
        start, end = (max(0, at - 1) if start < 0 else start), at + 2
    if start >= 0:
        yield other[start:end]


@cache
def _converter(way: str) -> OpenCC:
    from opencc import OpenCC  # reads its dictionaries

    return OpenCC(way)
