"""What lines are searched for: words in a row, as in quotation marks of a query, or a regular expression of RE2.

RE2 takes time in proportion to what it reads, whatever the pattern; it comes with Arrow, which the embedded store
reads its tables with. Width is folded on both sides, and case does not count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from searchapp import limits
from searchapp.errors import UsageError
from searchapp.search.query import clean
from searchapp.stores.analysis import phrase_row, phrase_tokens
from searchapp.text.words import fold_width

_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$\-])")

SHOWN = 120
"""Characters of what RE2 says of a pattern that it does not take."""


class Matcher(Protocol):
    """Tells which texts have what is looked for."""

    def matches(self, texts: Sequence[str]) -> list[bool]:
        """For each text whether it has it."""
        ...


class Words:
    """Words in a row, whatever marks stand between them."""

    def __init__(self, words: str) -> None:
        self._row = phrase_row(words)
        self._first = phrase_tokens(words.casefold())[0]

    def matches(self, texts: Sequence[str]) -> list[bool]:
        """See ``Matcher``."""
        return [self._first in fold_width(text.casefold()) and self._row in phrase_row(text) for text in texts]


class Pattern:
    """A regular expression; ``text`` as ``read_pattern`` gives it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def matches(self, texts: Sequence[str]) -> list[bool]:
        """See ``Matcher``. Raises ValueError where RE2 does not take the pattern."""
        import pyarrow as pa
        import pyarrow.compute as pc

        folded = pa.array([fold_width(text) for text in texts], pa.string())
        found: list[bool] = pc.match_substring_regex(folded, self._text, ignore_case=True).to_pylist()
        return found


def read_words(text: str) -> str:
    """The words to look for. Raises UsageError where there are none, or too many to compare."""
    if len(text) > limits.QUERY_CHARACTERS:
        raise UsageError("query_too_long", characters=len(text), most=limits.QUERY_CHARACTERS)
    words = clean(text)
    tokens = len(phrase_tokens(words))
    if not tokens:
        raise UsageError("query_wordless")
    if tokens > limits.PHRASE_WORDS:
        raise UsageError("phrase_too_long", words=tokens, most=limits.PHRASE_WORDS)
    return words


def read_pattern(text: str) -> Pattern:
    """The pattern in ``text``. Raises UsageError where it is empty or too long, or RE2 does not take it."""
    if not text.strip():
        raise UsageError("pattern_empty")
    if len(text) > limits.PATTERN_CHARACTERS:
        raise UsageError("pattern_too_long", characters=len(text), most=limits.PATTERN_CHARACTERS)
    pattern = Pattern(_folded(text))
    try:
        pattern.matches([""])
    except ValueError as error:
        why = " ".join(str(error).removeprefix("Invalid regular expression: ").split())
        raise UsageError("pattern_wrong", why=why[:SHOWN]) from error
    return pattern


def _folded(text: str) -> str:
    """The pattern with its width folded; what becomes a sign that way (``（`` a bracket) stands for itself."""
    import unicodedata

    whole = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode())
    return _FOREIGN.sub(lambda run: _SPECIAL.sub(r"\\\1", fold_width(run.group())), whole)
