"""What the user typed, read once: the words to search and the parts that must be meant exactly."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from searchapp.errors import UsageError
from searchapp.model import SearchMode

MAX_CHARACTERS = 4000
"""Longer than any question; Elasticsearch would refuse a query of many thousand words with a worse message."""

MAX_EXACT = 8

_QUOTED = re.compile(r"[\"“”「『](?P<phrase>[^\"“”「」『』]{2,200})[\"“”」』]")
# A code joins letters or digits by marks and has a digit or an underscore in it: PPR-9087, v1.2.3, dense_vector.
_CODE = re.compile(r"(?<![\w.-])(?=[\w./:-]*[\d_])[A-Za-z0-9]+(?:[-_./:][A-Za-z0-9]+)+(?![\w-])")


@dataclass(frozen=True, slots=True)
class Query:
    """A query's text (NFC, white space folded) and the phrases whose exact occurrence counts more."""

    text: str
    exact: tuple[str, ...]


def read_query(text: str) -> Query:
    """Check and read a query. Raises UsageError when it is empty, too long, or holds no letter or digit."""
    folded = " ".join(unicodedata.normalize("NFC", text).replace("\x00", " ").split())
    if not folded:
        raise UsageError("The query is empty.", "Type what you are looking for.")
    if len(folded) > MAX_CHARACTERS:
        raise UsageError(
            f"The query has {len(folded):,} characters; {MAX_CHARACTERS:,} is the most.",
            "Ask in a sentence or two; to search with a long text, ingest it instead.",
        )
    if not any(character.isalnum() for character in folded):
        raise UsageError("The query has no letters or digits.", "Type a word, a name or a question.")
    quoted = [match.group("phrase").strip() for match in _QUOTED.finditer(folded)]
    codes = _CODE.findall(_QUOTED.sub(" ", folded))
    exact = [phrase for phrase in quoted + codes if any(character.isalnum() for character in phrase)]
    return Query(folded, tuple(dict.fromkeys(exact))[:MAX_EXACT])


def read_mode(name: str) -> SearchMode:
    """The mode of that name. Raises UsageError when there is none."""
    try:
        return SearchMode(name)
    except ValueError as error:
        raise UsageError(f"There is no mode '{name[:40]}'.", f"The modes are {', '.join(SearchMode)}.") from error
