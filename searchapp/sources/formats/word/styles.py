"""Word's styles: which paragraphs are headings, numbered, code or hidden, also by the styles they are based on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from searchapp.sources.formats.ooxml import W, is_on, number_of, value_of

DEEPEST_STYLE = 20
"""Word itself allows no more styles based on each other."""

_HEADING = re.compile(
    r"(?:heading|标题|見出し|제목|Überschrift|Titre|Título|Titolo|Заголовок|Kop|Nagłówek) ?([1-9])", re.IGNORECASE
)
"""Word itself always writes English names; other programs write what they call their heading styles."""

_CODE = re.compile(r"code|html preformatted|source ?code|代码", re.IGNORECASE)
_TITLE = "title"
BODY_LEVEL = 9


class ListPlace(NamedTuple):
    """The list that numbers a paragraph, and the level in it; None for one that the list itself knows."""

    list: str
    level: int | None


@dataclass(frozen=True, slots=True)
class _Style:
    key: str
    name: str
    based_on: str
    outline: int | None
    list: str | None
    list_level: str | None
    is_hidden: bool | None


class Styles:
    """The styles of a document by id; an unknown one says nothing."""

    def __init__(self, tree: Any) -> None:
        """``tree`` is the part of the styles, or None."""
        styles = () if tree is None else tree.iter(f"{W}style")
        self._styles = {style.key: style for style in map(_read, styles)}

    def lists(self) -> Mapping[str, str]:
        """The list of each style that has one."""
        return {key: style.list for key, style in self._styles.items() if style.list}

    def heading_level(self, paragraph: Any) -> int:
        """The rank of a paragraph among the headings, 1 the outermost, 0 for none."""
        own = _outline(paragraph, "pPr/outlineLvl")
        if own is not None:
            return _rank(own)
        for style in self._chain(value_of(paragraph, "pPr/pStyle")):
            if style.outline is not None:
                return _rank(style.outline)
            if style.name.lower() == _TITLE:
                return 1
            if found := _HEADING.fullmatch(style.name):
                return min(int(found[1]), 6)
        return 0

    def list_place(self, paragraph: Any) -> ListPlace | None:
        """Where a paragraph is counted; None for one that is not."""
        own, level = value_of(paragraph, "pPr/numPr/numId"), value_of(paragraph, "pPr/numPr/ilvl")
        if own is not None:
            return ListPlace(own, _level(level) or 0) if own != "0" else None
        for style in self._chain(value_of(paragraph, "pPr/pStyle")):
            if style.list is not None:
                if style.list == "0":
                    return None
                return ListPlace(style.list, _level(level if level is not None else style.list_level))
        return None

    def is_code(self, paragraph: Any) -> bool:
        """Whether a paragraph's white space is its own."""
        style = self._styles.get(value_of(paragraph, "pPr/pStyle") or "")
        return style is not None and bool(_CODE.match(style.name))

    def hides_paragraph(self, paragraph: Any) -> bool:
        """Whether the runs of a paragraph are not shown, unless they say otherwise."""
        return bool(self._hides(value_of(paragraph, "pPr/pStyle")))

    def hides_run(self, run: Any) -> bool | None:
        """Whether a run is not shown; None where it says nothing of it."""
        own = is_on(run, "rPr/vanish")
        return own if own is not None else self._hides(value_of(run, "rPr/rStyle"))

    def _hides(self, key: str | None) -> bool | None:
        return next((style.is_hidden for style in self._chain(key) if style.is_hidden is not None), None)

    def _chain(self, key: str | None) -> Iterator[_Style]:
        for _ in range(DEEPEST_STYLE):
            style = self._styles.get(key or "")
            if style is None:
                return
            yield style
            key = style.based_on


def _read(style: Any) -> _Style:
    return _Style(
        key=style.get(f"{W}styleId") or "",
        name=value_of(style, "name") or "",
        based_on=value_of(style, "basedOn") or "",
        outline=_outline(style, "pPr/outlineLvl"),
        list=value_of(style, "pPr/numPr/numId"),
        list_level=value_of(style, "pPr/numPr/ilvl"),
        is_hidden=is_on(style, "rPr/vanish"),
    )


def _outline(element: Any, name: str) -> int | None:
    value = value_of(element, name)
    return None if value is None else number_of(value, BODY_LEVEL)


def _rank(outline: int) -> int:
    return min(outline + 1, 6) if outline < BODY_LEVEL else 0


def _level(value: str | None) -> int | None:
    return None if value is None else min(number_of(value), 8)
