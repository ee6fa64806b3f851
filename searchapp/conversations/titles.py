"""What a conversation is called before anybody names it: its first question, made short by rule."""

from __future__ import annotations

import re

from searchapp.text.words import fold_width, is_cjk

MOST_CHARACTERS = 200
"""Of a title that somebody types."""

MOST_WORDS, MOST_CJK = 72, 32
"""Characters of a title that is made; Chinese needs fewer and wider ones."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_POLITE = re.compile(
    r"^(?:(?:please|hello|hi|hey|can you|could you|tell me|i would like to know)\b[\s,!.]*"
    r"|请问|请告诉我|请|您好|你好|[，,、！!\s])+",
    re.IGNORECASE,
)


def title_of(question: str) -> str:
    """The question on one line, without polite opening and question mark, cut between words."""
    whole = one_line(question)
    said = (_POLITE.sub("", whole), whole)
    bare = next((text for one in said if (text := one.rstrip(" ?？。.!！"))), whole)
    most = MOST_CJK if is_cjk(bare) else MOST_WORDS
    title = bare if len(bare) <= most else _cut(bare, most)
    return title[:1].upper() + title[1:]


def one_line(text: str) -> str:
    """``text`` on one line, without control characters and what turns the direction of writing."""
    return " ".join(_CONTROL.sub(" ", text).split())


def _cut(text: str, most: int) -> str:
    start = text[:most]
    space = start.rfind(" ")
    return (start[:space] if space > most // 2 and not is_cjk(fold_width(start)) else start).rstrip(" ,，、;；:") + "…"
