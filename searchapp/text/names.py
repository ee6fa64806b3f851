"""Names that are stop words: IT, WHO, The Who, Will Smith, in May.

Engines leave stop words out, or cannot tell a name from the word; a word of its own for each (``nameit``) can.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from searchapp.text.words import STOP_WORDS

_OPERATORS = frozenset({"and", "or", "not", "a", "i"})
_TITLED = "|".join(
    word.capitalize() for word in ("it", "who", "will", "may", "can", "why", "if", "no", "so", "be", "us")
)
_CAPITALS = re.compile(
    rf"(?<![\w'’.-])(?:{'|'.join(sorted(word.upper() for word in STOP_WORDS - _OPERATORS))})(?![\w'’-])"
)
_TITLE = re.compile(rf"(?<![\w'’.-])(?:{_TITLED})(?![\w'’-])")
_BEFORE, _BEHIND = re.compile(r"[^\W_],?[ ]$"), re.compile(r" [A-Z][a-z]")
_AROUND = 40
"""Characters around capitals that tell whether everything is in capitals there."""


def named(text: str) -> Iterator[str]:
    """A word for each name in ``text`` that is a stop word, as it is written; a whole text of one may be a name."""
    for match in _CAPITALS.finditer(text):
        around = text[max(match.start() - _AROUND, 0) : match.start()] + text[match.end() : match.end() + _AROUND]
        if sum(map(str.islower, around)) >= sum(map(str.isupper, around)):
            yield f"name{match.group().lower()}"
    for match in _TITLE.finditer(text):
        alone = match.group() == text.strip()
        within = _BEFORE.search(text, max(match.start() - 3, 0), match.start())
        first_name = match.group() in ("Will", "May", "Who", "Can") and _BEHIND.match(text, match.end())
        if alone or within or first_name:
            yield f"name{match.group().lower()}"
