"""Word's automatic numbers: what stands before a heading or a list item although no run of the document holds it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from searchapp.sources.formats.ooxml import W, is_on, number_of, value_of
from searchapp.sources.formats.word.labels import number_label

BULLET = "-"
LEVELS = 9
LONGEST_LABEL = 60
_PLACE = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class _Level:
    """How the numbers of one level look. ``restarts`` is the level (from 1) that begins them anew, 0 for none does."""

    start: int
    format: str
    text: str
    style: str
    restarts: int | None
    is_legal: bool


@dataclass(slots=True)
class _List:
    """A list: ``counts`` is shared by all that number after the same definition."""

    levels: Mapping[int, _Level]
    counts: dict[int, int]
    starts: Mapping[int, int] = field(default_factory=dict)


class Numbering:
    """Counts a document's numbered paragraphs, which are asked for in their order."""

    def __init__(self, tree: Any, style_lists: Mapping[str, str]) -> None:
        """``tree`` is the part of the definitions, or None; ``style_lists`` the list of each style that has one."""
        self._lists: dict[str, _List] = {}
        self._started: set[tuple[str, int]] = set()
        if tree is None:
            return
        definitions = {one.get(f"{W}abstractNumId"): one for one in tree.iter(f"{W}abstractNum")}
        used = {one.get(f"{W}numId") or "": value_of(one, "abstractNumId") for one in tree.iter(f"{W}num")}
        shared: dict[str | None, _List] = {}
        for key, definition in definitions.items():
            link = value_of(definition, "numStyleLink")
            linked = definitions.get(used.get(style_lists.get(link or "", "")))
            levels = (definition if linked is None else linked).iter(f"{W}lvl")
            shared[key] = _List({_index(level): _level(level) for level in levels}, {})
        for one in tree.iter(f"{W}num"):
            whole = shared.get(value_of(one, "abstractNumId"))
            if whole is not None:
                self._lists[one.get(f"{W}numId") or ""] = _overridden(whole, one)

    def level_of_style(self, list_: str, style: str) -> int | None:
        """The level of a list that a style of paragraphs is tied to."""
        levels = self._lists[list_].levels if list_ in self._lists else {}
        return next((index for index, level in levels.items() if level.style == style), None)

    def label(self, list_: str, index: int) -> str:
        """The next number of a list's level as it is shown, ``BULLET`` for a bullet; empty where none is shown."""
        found = self._lists.get(list_)
        level = found.levels.get(index) if found else None
        if found is None or level is None:
            return ""
        if level.format == "bullet":
            return BULLET
        counts = found.counts
        if index in found.starts and (list_, index) not in self._started:
            counts[index] = found.starts[index]
        else:
            counts[index] = counts[index] + 1 if index in counts else level.start
        self._started.add((list_, index))
        for deeper in [one for one in counts if one > index]:
            restarts = found.levels[deeper].restarts if deeper in found.levels else None
            if restarts is None or index < restarts:
                del counts[deeper]
        for upper in range(index):
            if upper in found.levels:
                counts.setdefault(upper, found.levels[upper].start)

        def shown(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            if at not in counts or at not in found.levels:
                return ""
            return number_label(counts[at], "decimal" if level.is_legal else found.levels[at].format)

        return " ".join(_PLACE.sub(shown, level.text).split())[:LONGEST_LABEL]


def _index(level: Any) -> int:
    return min(number_of(level.get(f"{W}ilvl")), LEVELS - 1)


def _level(level: Any) -> _Level:
    restarts = value_of(level, "lvlRestart")
    return _Level(
        start=number_of(value_of(level, "start")),
        format=value_of(level, "numFmt") or "decimal",
        text=(value_of(level, "lvlText") or "") if not is_on(level, "rPr/vanish") else "",
        style=value_of(level, "pStyle") or "",
        restarts=None if restarts is None else number_of(restarts),
        is_legal=bool(is_on(level, "isLgl")),
    )


def _overridden(whole: _List, one: Any) -> _List:
    levels, starts = dict(whole.levels), {}
    for override in one.iter(f"{W}lvlOverride"):
        index = _index(override)
        for level in override.iter(f"{W}lvl"):
            levels[index] = _level(level)
        start = value_of(override, "startOverride")
        if start is not None:
            starts[index] = number_of(start)
    return replace(whole, levels=levels, starts=starts)
