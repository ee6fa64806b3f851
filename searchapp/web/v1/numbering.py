"""Passages numbered anew, in the order in which a text first cites them.

Clients number the sources that they are told of in that order: a ``[2]`` must lead to the second of them, whatever
number its passage had among those that were found.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from searchapp.model import Answer, Notice, Sentence

_MARKER = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker with its new number at ``text[start:end]``, and the number that its passage had."""

    start: int
    end: int
    number: int


class Numbering:
    """Gives numbers from 1 on."""

    def __init__(self) -> None:
        self._new: dict[int, int] = {}

    def rewritten(self, text: str, cited: Collection[int]) -> tuple[str, list[Marker]]:
        """The text with the new numbers of the passages that it cites, and where these stand."""
        parts: list[str] = []
        markers: list[Marker] = []
        at = length = 0
        for start, end, number in _places(text, cited):
            new = f"[{self._new.setdefault(number, len(self._new) + 1)}]"
            length += start - at
            parts += [text[at:start], new]
            markers.append(Marker(length, length + len(new), number))
            length += len(new)
            at = end
        return "".join([*parts, text[at:]]), markers

    def answer(self, answer: Answer, text: str) -> Answer:
        """The answer by these numbers, whose text is ``text`` by them."""
        citations = [replace(one, n=self._new[one.n]) for one in answer.citations if one.n in self._new]
        nearest = answer.nearest
        return replace(
            answer,
            answer=text,
            citations=tuple(sorted(citations, key=lambda one: one.n)),
            sentences=tuple(self._sentence(one) for one in answer.sentences),
            notices=tuple(self.notice(one) for one in answer.notices),
            nearest=replace(nearest, n=self._new.get(nearest.n, nearest.n)) if nearest else None,
        )

    def notice(self, notice: Notice) -> Notice:
        """The notice by these numbers; passages that it alone names get theirs behind the others'."""
        if notice.code != "disagree":
            return notice
        named = {int(found[1]) for found in _MARKER.finditer(notice.message)}
        return replace(notice, message=self.rewritten(notice.message, named)[0])

    def _sentence(self, sentence: Sentence) -> Sentence:
        text, _ = self.rewritten(sentence.text, sentence.citations)
        return replace(sentence, text=text, citations=tuple(self._new[number] for number in sentence.citations))


def without_markers(text: str) -> str:
    """The text on one line, without what looks like a marker."""
    return " ".join(re.sub(r" ?\[\d{1,3}\]", "", text).split())


def _places(text: str, cited: Collection[int]) -> Iterator[tuple[int, int, int]]:
    """Where the markers of ``cited`` stand, and their numbers.

    The checker writes all of a sentence's together, at its end; other brackets in it are the text's own.
    """
    together = "".join(f"[{number}]" for number in cited)
    start = text.rfind(together) if cited else -1
    for found in _MARKER.finditer(text, max(0, start), start + len(together) if start >= 0 else len(text)):
        if int(found[1]) in cited:
            yield found.start(), found.end(), int(found[1])
