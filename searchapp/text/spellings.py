"""Other spellings of what a text names: written beside a chunk, and asked for beside a query, so that either meets.

``max_map_count`` is found by its parts and by "max map count", ``10,000`` by 10000, ``İstanbul`` by Istanbul and
``リンゴ`` by りんご, by any engine: each spelling is a word of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from itertools import islice, pairwise
from typing import NamedTuple

from searchapp.text.numbers import months, numbers
from searchapp.text.stop_word_names import named
from searchapp.text.words import STOP_WORDS, Word, fold_width, term_of

MOST = 400
"""Spellings of one text, each once; a chunk has some 300 words, and a table of codes hardly more."""

_LONGEST = 64
"""Characters of a name that is taken apart; a longer one is data."""

_PARTS = 24
"""Parts of one name."""

_SPACED = re.compile(r"\S+")
_ROUND_WORDS = ".,;:!?()[]{}\"'“”‘’"
# As engines cut text: underscores, stops and colons between letters or digits join what they stand between.
_TOKEN = re.compile(r"(?<![A-Za-z0-9_.:])[A-Za-z0-9_]+(?:[.:][A-Za-z0-9_]+)*+")
_WRITTEN = re.compile(r"[A-Za-z0-9_]+(?:[.:'’][A-Za-z0-9_]+)*+")
_HUMPS = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_CAMEL = re.compile(r"[a-z]{2}[A-Z][a-z]|[a-z]{4}[A-Z]|[A-Z]{2}[a-z]{2}|[A-Za-z]{2}\d{3}")
_HYPHENED = re.compile(r"(?<![\w\-‐‑])[A-Za-z0-9]+(?:(?:[\-‐‑_]|['’](?=[A-Za-z]{3}))[A-Za-z0-9]+){1,5}(?![\w\-‐‑])")
_INITIALS = re.compile(r"(?<![\w.])(?:[A-Z]\.){2,6}")
_ELIDED = re.compile(r"(?<!\w)(?:[^\W\d_]|[Qq]u)['’]([^\W\d_]{3,})")
_FOREIGN = re.compile(r"(?<![A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ])[A-Za-z]*+[À-ÖØ-öø-ɏḀ-ỿ][A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]*")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_PLAIN = str.maketrans(
    {"ı": "i", "İ": "I", "ß": "ss", "ẞ": "SS", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
    | {"æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ð": "d", "þ": "th", "ħ": "h"}
)
_KATAKANA = re.compile(r"[\u30a1-\u30ff]{2,}")
_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\uaa60-\uaa7f]+")
_STACKER = "\u1039\u17d2"
# Particles behind a noun of one syllable, which pairs of syllables do not find: 집에서, 물은.
_SYLLABLE = re.compile(
    r"(?<![\uac00-\ud7af])([\uac00-\ud7af])"
    r"(?:에서|에게|에는|에도|으로|부터|까지|하고|이나|이라|입니다|처럼|보다|마다|은|는|이|가|을|를|의|에|도|로|와|과|만|들)"
    r"(?![\uac00-\ud7af])"
)


class Spellings(NamedTuple):
    """``same``: the text's names, numbers and dates, spelled otherwise. ``parts``: what they are put together of."""

    same: tuple[str, ...]
    parts: tuple[str, ...]


def spellings(text: str, *, asked: bool = False) -> Spellings:
    """The other spellings of what ``text`` names, at most ``MOST``, each once; none is a word that it has already.

    What is ``asked`` for does not name what its parts lie in, or everything would be found: the month of a day, the
    letters of a Thai word.
    """
    folded = text if text.isascii() else fold_width(text)
    spaced = dict.fromkeys(folded.split())
    # Most words are plain, and nothing needs to be looked for in them.
    telling = " ".join(word for word in spaced if not is_plain(word.strip(_ROUND_WORDS)))
    joined = list(_joined(telling))
    same = dict.fromkeys(_same(folded, telling, spaced))
    same |= dict.fromkeys(word for word in joined if not word.isalpha())  # PPR-9087 is one code
    parts = dict.fromkeys(_parts(telling))
    parts |= dict.fromkeys(joined)
    if not asked:
        parts |= dict.fromkeys((*months(same), *(letter for pair in same for letter in _letters(pair))))
    if not (same or parts):
        return Spellings((), ())
    known = set(_WRITTEN.findall(folded.lower()))
    others = [one for one in same if one not in known][:MOST]
    return Spellings(
        tuple(others), tuple(one for one in parts if one not in known and one not in same)[: MOST - len(others)]
    )


def is_plain(word: str) -> bool:
    """Whether ``word`` has no other spelling: English letters, as in most words."""
    return word.isascii() and word.isalpha() and (word.islower() or word.istitle() or word.isupper())


def _same(folded: str, telling: str, spaced: Collection[str]) -> Iterator[str]:
    yield from numbers(folded)
    yield from named(folded, spaced)
    yield from (match.group().replace(".", "").lower() for match in _INITIALS.finditer(telling))
    if telling.isascii():
        return
    for word in dict.fromkeys(_FOREIGN.findall(telling)):
        yield _unaccented(word)
        if (spelt_out := word.translate(_UMLAUTS)) != word:
            yield _unaccented(spelt_out)
    for run in _KATAKANA.findall(telling):
        yield run.rstrip("ー").translate(_HIRAGANA)
    yield from _SYLLABLE.findall(telling)
    for run in _UNSPACED.findall(telling):
        letters = _letters(run)
        yield from (first + second for first, second in pairwise(letters)) if len(letters) > 1 else letters


def spelled_otherwise(text: str, wanted: Collection[str]) -> Iterator[Word]:
    """The words of ``text`` of which another spelling has one of the ``wanted`` terms, in order."""
    for match in _SPACED.finditer(text):
        word = match.group().strip(_ROUND_WORDS)
        if len(word) <= _LONGEST and not is_plain(word):
            terms = (term_of(one) for spelled in spellings(word) for one in spelled)
            if term := next((term for term in terms if term in wanted), None):
                start = match.start() + match.group().index(word)
                yield Word(term, start, start + len(word))


def _joined(folded: str) -> Iterator[str]:
    for match in _HYPHENED.finditer(folded):
        joined = re.sub(r"[\W_]", "", match.group()).lower()
        if len(joined) <= _LONGEST and not joined.isdigit():
            yield joined


def _unaccented(word: str) -> str:
    plain = unicodedata.normalize("NFD", word.translate(_PLAIN))
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()


def _letters(run: str) -> list[str]:
    """The letters of Thai, Lao, Khmer and Burmese, which part no words, each with the marks on it; else none."""
    letters: list[str] = []
    for character in run if _UNSPACED.fullmatch(run) else "":
        if letters and (unicodedata.category(character) in ("Mn", "Mc") or letters[-1][-1] in _STACKER):
            letters[-1] += character
        else:
            letters.append(character)
    return letters


def _parts(telling: str) -> Iterator[str]:
    for token in dict.fromkeys(_TOKEN.findall(telling)):
        if not is_plain(token):
            yield from (part for part in islice(_parts_of(token), _PARTS) if part not in STOP_WORDS)
    yield from (word.lower() for word in _ELIDED.findall(telling))


def _parts_of(token: str) -> Iterator[str]:
    """com.acme.InvoiceService: com, acme, invoiceservice, invoice, service."""
    if len(token) > 4 * _LONGEST or token.replace(".", "").isdigit():
        return
    for piece in re.split("[.:]", token):
        for word in {piece.strip("_"): None} | dict.fromkeys(piece.split("_")):
            if len(word) > 1 and not (word.isdigit() and len(word) < 3) and len(word) <= _LONGEST:
                if word != token:
                    yield word.lower()
                if _CAMEL.search(word):
                    yield from (hump.lower() for hump in _HUMPS.findall(word) if len(hump) > 1 and hump != word)
