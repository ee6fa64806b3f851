"""Names that are stop words: IT, WHO, The Who, Will Smith, in May.

Engines leave stop words out, or cannot tell a name from the word; a word of its own for each (``nameit``) can.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from searchapp.text.words import STOP_WORDS

_OPERATORS = frozenset({"and", "or", "not", "a", "i"})
_TITLED = frozenset(word.capitalize() for word in ("it", "who", "will", "may", "can", "why", "if", "no", "so", "be"))
_FIRST_NAMES = frozenset({"Will", "May", "Who", "Can"})
_CAPITALS = frozenset(word.upper() for word in STOP_WORDS - _OPERATORS)
_NAME = re.compile(rf"(?<![\w'’.-])(?:{'|'.join(sorted(_TITLED | _CAPITALS))})(?![\w'’-])")
_BEFORE, _BEHIND = re.compile(r"[^\W_],? $"), re.compile(r" [A-Z][a-z]")
_AROUND = 40
"""Characters around capitals that tell whether everything is in capitals there."""
_MARKS = '.,;:!?()[]"“”'


def named(text: str, words: Iterable[str]) -> Iterator[str]:
    """A word for each name in ``text`` that is a stop word, as it is written; a whole text of one may be a name.

    ``words`` are those of the text, parted at white space.
    """
    if all(word.strip(_MARKS) not in _TITLED and word.strip(_MARKS) not in _CAPITALS for word in words):
        return
    for match in _NAME.finditer(text):
        start, end = match.span()
        if match.group() in _CAPITALS:
            around = text[max(start - _AROUND, 0) : start] + text[end : end + _AROUND]
            is_name = sum(map(str.islower, around)) >= sum(map(str.isupper, around))
        else:
            within = _BEFORE.search(text, max(start - 3, 0), start)
            behind = match.group() in _FIRST_NAMES and _BEHIND.match(text, end)
            is_name = bool(within or behind) or match.group() == text.strip()
        if is_name:
            yield f"name{match.group().lower()}"
