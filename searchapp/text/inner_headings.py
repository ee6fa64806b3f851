"""Headings that stand within a chunk: short sections share one, and keep theirs as lines of its text."""

from __future__ import annotations

import re

from searchapp.text.sentences import CELL_BREAK, sentence_spans

LONGEST = 80
"""Characters of a line that may be a heading."""

_GOES_ON = re.compile(r"[.。!！;；,，:：…]$")
"""How a line ends that says something; a heading may ask."""


def headings_over(text: str) -> list[str]:
    """For each sentence of a chunk's ``text`` (``sentence_spans``) the heading within it that it stands below, or "".

    A heading is a short line without a stop, a paragraph of its own, with another paragraph after it. It is its own.
    """
    over, heading = [], ""
    for start, end in sentence_spans(text):
        line = text[start:end]
        if (
            _is_alone(text, start, end)
            and len(line) <= LONGEST
            and not _GOES_ON.search(line)
            and CELL_BREAK not in line
        ):
            heading = line
        over.append(heading)
    return over


def _is_alone(text: str, start: int, end: int) -> bool:
    return text[max(0, start - 2) : start] in ("", "\n\n") and text.startswith("\n\n", end)
