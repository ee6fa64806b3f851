"""Which queries count as one, and which are not kept: those that may hold a secret or name a person by a number."""

from __future__ import annotations

import re
from dataclasses import dataclass

from searchapp.search.query import read_query
from searchapp.text.chinese import simplified, subject_terms
from searchapp.text.words import fold, fold_width, has_cjk

LONGEST = 120
"""Characters of a query that is kept: what is longer was pasted, and may say anything."""

TOKEN_CHARACTERS = 20
"""From this length a word in which letters and digits alternate counts as a key."""

ALTERNATIONS = 3
"""Changes from letters to digits, or back, that make it one: a name with a year has one or two."""

_WORD = re.compile(r"\S+")
_ALTERNATION = re.compile(r"(?<=[A-Za-z])(?=\d)|(?<=\d)(?=[A-Za-z])")
_HEXADECIMAL = re.compile(r"\b(?=[a-f]*\d)[0-9a-f]{16,128}\b", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@]@[^\s@]|://")  # of e-mail, or of the web: either may carry a name or a token
# Telephone, account and card numbers; a date has eight digits at most.
_NUMBER = re.compile(r"(?:\d[ .()/-]?){9}")
_TOLD = re.compile(
    r"(?:\b(?:pass(?:word|phrase|wd|code)?|pwd|secret|token|api[ _-]?key|pin)|密码|密碼|口令|密钥|密鑰)"
    r"[ ]?(?:[:=：]|is\b|是|为|為)[ ]?\S",
    re.IGNORECASE,
)
_BEGINNINGS = re.compile(r"\b(?:sak_|sk-|gh[opsu]_|github_pat_|xox[abp]-|AKIA|eyJ|AIza|glpat-)[\w-]{8}")
_SIGN = re.compile(r"[!#$%^&*?~@+=]")
PASSWORD_CHARACTERS = 8
"""From this length a word with small and capital letters, digits and signs counts as a password."""


@dataclass(frozen=True, slots=True)
class Grouped:
    """A query as it is kept: ``key`` is the same for all that ask for the same, ``text`` is what is shown."""

    key: str
    text: str


def grouped(query: str) -> Grouped | None:
    """The words of a query without its filters and operators; None where it is not to be kept.

    One are queries of the same words in whatever order, case, width, inflection, or kind of Chinese characters, with
    function words left aside. Raises UsageError for what is no query.
    """
    text = read_query(query).text
    if len(query) > LONGEST or is_private(query):
        return None
    plain = fold_width(text)
    plain = simplified(plain) if has_cjk(plain) else plain
    terms = sorted(subject_terms(plain)) or fold(plain).split()
    return Grouped(" ".join(terms), text)


def is_private(query: str) -> bool:
    """Whether a text looks as if it held a key, a password, an address, or a number of a person."""
    plain = fold_width(query)
    if any(pattern.search(plain) for pattern in (_ADDRESS, _NUMBER, _TOLD, _BEGINNINGS, _HEXADECIMAL)):
        return True
    return any(_is_token(word) or _is_password(word.rstrip("?!.,;:")) for word in _WORD.findall(plain))


def _is_token(word: str) -> bool:
    return len(word) >= TOKEN_CHARACTERS and len(_ALTERNATION.findall(word)) >= ALTERNATIONS


def _is_password(word: str) -> bool:
    kinds = (str.isdigit, str.islower, str.isupper)
    return (
        len(word) >= PASSWORD_CHARACTERS
        and _SIGN.search(word) is not None
        and all(any(map(kind, word)) for kind in kinds)
    )
