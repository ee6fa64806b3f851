"""Inline Markdown of an answer as plain text, with the way back to where each character stood."""

from __future__ import annotations

import re
from collections.abc import Iterator

from searchapp.answer.markers import BRACKETED, RAISED, numbers_in

_INLINE = re.compile(
    r"`(?P<code>[^`\n]{1,200}+)`"
    r"|!?\[(?P<label>[^\[\]\n]{1,120}+)\]\([^()\n]{0,300}+\)"
    rf"|(?P<mark>{BRACKETED}|{RAISED})"
    # A star or bar between two words may be a sign of its own: 2*3, max_map_count.
    r"|\*\*+|~~+|(?<!\w)(?:\*|_{1,3})(?=\S)|(?<=\S)(?:\*|_{1,3})(?!\w)"
    r"|<br\s?/?>"
)
_JOINER = r"[-–—~～,，、;；和&]"
# Ends that may become a marker or a link when more of the text comes, and those that may become another mark.
_OPEN = re.compile(
    rf"(?:{_JOINER}[ \t]?)?!?\\?(?:[\[【［〔(（][^\]】］〕)）\n]{{0,120}}+|[(（]\s?\d{{1,2}}\s?[)）][\s*_~]*+"
    r"|[\[【［〔][^\[\]【】［］〔〕\n]{1,120}+[\]】］〕](?:\([^()\n]{0,300}+)?)\Z"
)
_UNFINISHED = re.compile(rf"(?:[*_~\\!]{{1,3}}|<(?:b(?:r\s?/?)?)?|{_JOINER}[ \t]?)\Z")
_BACKTICK = re.compile(r"`[^`\n]{1,200}+`|`")
_LONGEST_OPEN = 440
_STOPS = str.maketrans(dict.fromkeys(".!?。！？｡…", "x"))


def projected(text: str, *, is_open: bool = False) -> tuple[str, list[int]]:
    """The text that is read, and for each of its characters where in ``text`` it ends; a marker becomes a space.

    Of a text that ``is_open`` the end is left out that may become a marker, a link or a mark when more of it comes.
    """
    if is_open:
        text = _closed(text)
    parts: list[str] = []
    ends: list[int] = []
    at = 0
    for match in _inline(text):
        parts.append(text[at : match.start()])
        ends.extend(range(at + 1, match.start() + 1))
        at = match.end()
        for group in ("code", "label"):
            if (inside := match[group]) and not _is_marker(match):
                # No sentence ends within code or a link.
                last = inside[-1].translate(_STOPS) if group == "code" else inside[-1]
                parts.append(inside[:-1].translate(_STOPS) + last)
                ends.extend([*range(match.start(group) + 1, match.end(group)), at])
        if _is_marker(match) or match.group().startswith("<"):
            parts.append(" ")
            ends.append(at)
    last_at = len(text)
    if is_open and (unfinished := _UNFINISHED.search(text, max(at, len(text) - _LONGEST_OPEN))):
        last_at = unfinished.start()
    parts.append(text[at:last_at])
    ends.extend(range(at + 1, last_at + 1))
    return "".join(parts), ends


def plain(text: str) -> str:
    """The text without its inline Markdown; a table's row as its cells, parted as in a chunk."""
    if text.startswith("|"):
        text = " | ".join(cells(text))
    return "".join(_pieces(text))


def cells(row: str) -> list[str]:
    """The cells of a table's row."""
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def _pieces(text: str) -> Iterator[str]:
    at = 0
    for match in _inline(text):
        yield text[at : match.start()]
        yield match.group() if _is_marker(match) else match["code"] or match["label"] or " " * (match.group()[0] == "<")
        at = match.end()
    yield text[at:]


def _inline(text: str) -> Iterator[re.Match[str]]:
    at = 0
    while match := _INLINE.search(text, at):
        if match["mark"] and not numbers_in(match["mark"]):
            at = match.start() + 1  # brackets of another kind, with whatever is in them
            continue
        at = match.end()
        yield match


def _is_marker(match: re.Match[str]) -> bool:
    return bool(match["mark"]) or bool(match["label"] and numbers_in(match.group().lstrip("!")))


def _closed(text: str) -> str:
    """The text before a bracket or a backtick whose other half may come."""
    if unclosed := _OPEN.search(text, max(0, len(text) - _LONGEST_OPEN)):
        text = text[: unclosed.start()]
    *_, last = [match.span() for match in _BACKTICK.finditer(text)] or [(0, 0)]
    return text[: last[0]] if last[1] - last[0] == 1 and len(text) - last[1] <= 200 else text
