"""How much text each element of a web page holds, how much of it is links, prose, or known to be main text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from operator import add, sub
from typing import Any, NamedTuple

from searchapp.sources.formats.web_page import UNREAD

KNOWN_SHARE = 0.5
"""A block is found where this share of its sentences' characters is known."""

# fmt: off
_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "hi", "i",
    "img", "ins", "kbd", "label", "mark", "math", "q", "ref", "rp", "rt", "ruby", "s", "samp", "small", "span",
    "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
})
# fmt: on
_PROSE = frozenset({"p", "pre", "td", "li", "blockquote", "dd"})
_SENTENCE_END = re.compile(r"[.!?;:。！？；：\n]")
_NO_WORD = re.compile(r"\W+")


class _Count(NamedTuple):
    length: int = 0
    linked: int = 0
    prose: int = 0
    found: int = 0


class _Run(NamedTuple):
    """Text between two boundaries of blocks: the block that it stands in, and how many of its characters are links'."""

    block: Any
    text: str
    linked: int


class TextCounts:
    """Characters, punctuation and white space apart, of ``tree`` and each element below it.

    ``found`` is another tree with the same sentences as the main text, or None.
    """

    def __init__(self, tree: Any, found: Any) -> None:
        known = set() if found is None else {piece for run in _runs(found) for piece in _sentences(run.text)}
        self._tree = tree
        self._counts: dict[Any, _Count] = {}
        self._found_blocks: set[Any] = set()
        for run in _runs(tree):
            pieces = _sentences(run.text)
            length = sum(map(len, pieces))
            is_found = sum(len(piece) for piece in pieces if piece in known) >= KNOWN_SHARE * max(1, length)
            if is_found:
                self._found_blocks.add(run.block)
            prose = max(0, length - run.linked) if run.block.tag in _PROSE else 0
            self._add(run.block, _Count(length, run.linked, prose, length if is_found else 0))
        for element in reversed(list(tree.iter("*"))):
            if element is not tree and element in self._counts:
                self._add(element.getparent(), self._counts[element])

    def length(self, element: Any) -> int:
        """All characters."""
        return self._of(element).length

    def linked(self, element: Any) -> int:
        """Those in links."""
        return self._of(element).linked

    def prose(self, element: Any) -> int:
        """Those of paragraphs and the like that are in no link."""
        return self._of(element).prose

    def found(self, element: Any) -> int:
        """Those of blocks that were found."""
        return self._of(element).found

    def is_found(self, element: Any) -> bool:
        """Whether ``element`` is itself such a block."""
        return element in self._found_blocks

    def forget(self, elements: Sequence[Any]) -> None:
        """Count ``elements``, none of them within another, no longer, nor anywhere that they were counted."""
        gone = {element: self._of(element) for element in elements}
        for element in reversed(list(self._tree.iter("*"))) if gone else ():
            if less := gone.pop(element, None):
                parent = element.getparent()
                self._counts[element] = _Count(*map(sub, self._of(element), less))
                gone[parent] = _Count(*map(add, gone.get(parent, _Count()), less))

    def _of(self, element: Any) -> _Count:
        return self._counts.get(element, _Count())

    def _add(self, element: Any, count: _Count) -> None:
        self._counts[element] = _Count(*map(add, self._of(element), count))


def _sentences(text: str) -> list[str]:
    return [piece for part in _SENTENCE_END.split(text) if (piece := _plain(part))]


def _plain(text: str) -> str:
    return _NO_WORD.sub("", text)


def _runs(tree: Any) -> Iterator[_Run]:
    from lxml import etree

    blocks, text, linked, links, unread = [tree], list[str](), 0, 0, 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag, is_start = element.tag, event == "start"
        step = 1 if is_start else -1
        if tag in UNREAD:
            unread += step
        elif tag == "a":
            links += step
        elif tag not in _INLINE and element is not tree:
            if text:
                yield _Run(blocks[-1], "".join(text), linked)
                text, linked = [], 0
            if is_start:
                blocks.append(element)
            else:
                blocks.pop()
        piece = element.text if is_start else element.tail if element is not tree else None
        if piece and not unread:
            text.append(piece)
            linked += len(_plain(piece)) if links else 0
    if text:
        yield _Run(blocks[-1], "".join(text), linked)
