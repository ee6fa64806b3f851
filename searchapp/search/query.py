"""The query language: what the user typed, read once into words, phrases, exclusions and filters.

docs/query-language.md tells users the same. Whatever is no operator is a word, and in what was pasted nothing is one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from searchapp.errors import UsageError
from searchapp.limits import PHRASE_WORDS, QUERY_CHARACTERS
from searchapp.model import SearchMode, SortOrder
from searchapp.search.filters import QUERY_FIELDS
from searchapp.search.pasted import is_command, is_excludable, is_output
from searchapp.stores.analysis import phrase_tokens
from searchapp.text.words import STOP_WORDS

MAX_EXACT = 8
MAX_OPERATORS = 32
"""Phrases, exclusions and filters in one query: each costs the engine a clause."""

_OPEN, _CLOSE = '"“”„«', '"“”»'
# An operator stands by itself: after white space or at the start, before white space, a stop, or at the end. Quotation
# marks inside running text (“奥运”是什么) are the text's own.
_OPERATOR = re.compile(
    rf"(?:(?<=\s)|^)(?P<minus>[-－−])?"
    rf"(?:(?P<field>[A-Za-z]{{2,12}})[:：])?"
    rf"(?:[{_OPEN}](?P<phrase>[^{_OPEN}{_CLOSE}]*)[{_CLOSE}]|(?P<word>[^\s{_OPEN}{_CLOSE}]+))"
    rf"(?=\s|$|[,.;:?!，。；：？！](?:\s|$))"
)
_QUOTED = re.compile(r"[\"“”「『](?P<phrase>[^\"“”「」『』]{2,200})[\"“”」』]")
# A code joins letters or digits by marks and has a digit, an underscore or a file's ending in it: PPR-9087, v1.2.3,
# dense_vector, notes.md.
_JOINED = re.compile(r"(?<![\w.-])[A-Za-z0-9]+(?:[-_./:][A-Za-z0-9]+)+(?![\w-])")
_MARK = re.compile(r"[\d_]|\.[a-z]{2,5}(?![\w.])")
_RUN = re.compile(r"[\w./:-]+")
_WORD = re.compile(r"\w+")
_KEPT_FORMAT = "\u200c\u200d"  # joiners: Persian words and emoji are spelled with them


@dataclass(frozen=True, slots=True)
class Query:
    """A query as the retrievers need it.

    ``text`` holds the words that rank, those of phrases included, operators left out. ``required`` phrases must occur
    as written and ``excluded`` ones must not; ``exact`` ones (codes, quotations in running text) merely count more.
    ``filters`` are ``field=value`` texts.
    """

    text: str
    exact: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()

    @property
    def operators(self) -> tuple[str, ...]:
        """The words and phrases that must occur or must not, as they are typed."""
        required = (f'"{phrase}"' for phrase in self.required)
        excluded = (f'-"{phrase}"' if " " in phrase else f"-{phrase}" for phrase in self.excluded)
        return (*required, *excluded)

    def without_operators(self) -> Query:
        """Its words and filters alone; required phrases still count more where they occur."""
        return replace(self, required=(), excluded=())


def clean(text: str) -> str:
    """NFC; control characters, direction marks, private and broken characters gone; white space folded."""
    kept = (
        " " if unicodedata.category(character) == "Cc" else character
        for character in unicodedata.normalize("NFC", text)
        if unicodedata.category(character) not in ("Cf", "Cs", "Co", "Cn") or character in _KEPT_FORMAT
    )
    return " ".join("".join(kept).split())


def read_query(text: str) -> Query:
    """Check and read a query.

    Raises UsageError when it is empty, too long, holds no letter or digit, or nothing but operators.
    """
    if len(text) > QUERY_CHARACTERS:
        raise UsageError("query_too_long", characters=len(text), most=QUERY_CHARACTERS)
    folded = clean(text)
    if not folded:
        raise UsageError("query_empty")
    if not _says_something(folded):
        raise UsageError("query_wordless")
    operators = _Operators(is_command(folded))
    words = folded if is_output(text) else " ".join(_OPERATOR.sub(operators.take, folded).split())
    if not _says_something(words):
        raise UsageError("query_only_filters")
    return Query(
        text=words,
        exact=_exact(words, operators.required),
        required=tuple(dict.fromkeys(operators.required)),
        excluded=tuple(dict.fromkeys(operators.excluded)),
        filters=tuple(dict.fromkeys(operators.filters)),
    )


class _Operators:
    """Collects what each match means and gives back the words that stay; in a command only fields are operators."""

    def __init__(self, command: bool) -> None:
        self._command = command
        self.required: list[str] = []
        self.excluded: list[str] = []
        self.filters: list[str] = []

    def take(self, match: re.Match[str]) -> str:
        minus, field, phrase, word = match.group("minus", "field", "phrase", "word")
        value = (phrase if phrase is not None else word or "").strip()
        name = QUERY_FIELDS.get((field or "").lower())
        if name == "field" and "=" not in value:
            name = None  # "field:keyword" is a word of its own
        if name is None:
            if field:
                value = f"{field}:{value}"
            if self._command:
                return match.group()
            if minus and _says_something(value):
                plain = phrase is not None or is_excludable(value)
                return self._counted(self.excluded, _phrase(value)) if plain else match.group()
            if phrase is not None and not field and _says_something(value):
                self._counted(self.required, _phrase(value))
                return value
            return match.group() if phrase is None else value
        if minus and self._command:
            return match.group()
        if minus:
            raise UsageError("filter_excluded", text=match.group()[:60])
        return self._counted(self.filters, f"{name}={value}")

    def _counted(self, into: list[str], value: str) -> str:
        into.append(value)
        if len(self.required) + len(self.excluded) + len(self.filters) > MAX_OPERATORS:
            raise UsageError("operators_too_many", most=MAX_OPERATORS)
        return ""


def _phrase(value: str) -> str:
    """``value``, where it is no longer than stores compare with each chunk."""
    words = len(phrase_tokens(value))
    if words > PHRASE_WORDS:
        raise UsageError("phrase_too_long", words=words, most=PHRASE_WORDS)
    return value


def _exact(words: str, required: list[str]) -> tuple[str, ...]:
    quoted = [match.group("phrase").strip() for match in _QUOTED.finditer(words)]
    phrases = [*required, *quoted, *_codes(_QUOTED.sub(" ", words))]
    if STOP_WORDS.issuperset(_WORD.findall(words.casefold())):
        phrases.append(words)  # nothing but stop words ("the who"): only their order says something
    return tuple(dict.fromkeys(phrase for phrase in phrases if _says_something(phrase)))[:MAX_EXACT]


def _codes(words: str) -> Iterator[str]:
    for run in _RUN.finditer(words):
        # Once for the run: a pattern that looks ahead from each place in it reads it as often as it has places.
        last = max((mark.start() for mark in _MARK.finditer(words, *run.span())), default=-1)
        yield from (code.group() for code in _JOINED.finditer(words, *run.span()) if code.start() <= last)


def _says_something(text: str) -> bool:
    return any(character.isalnum() for character in text)


def read_mode(name: str) -> SearchMode:
    """The mode of that name. Raises UsageError when there is none."""
    try:
        return SearchMode(name)
    except ValueError as error:
        raise UsageError("mode_unknown", mode=name[:40], modes=tuple(SearchMode)) from error


def read_order(name: str) -> SortOrder:
    """The order of that name. Raises UsageError when there is none."""
    try:
        return SortOrder(name)
    except ValueError as error:
        raise UsageError("order_unknown", order=name[:40], orders=tuple(SortOrder)) from error
