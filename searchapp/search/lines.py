"""A document's text as numbered lines, for who reads it piece by piece and names what was read.

The lines are those of the text as the index holds it. One that is longer than ``limits.LINE_CHARACTERS`` is several,
cut where a sentence ends or a word, so that every line can be shown whole.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from searchapp import limits
from searchapp.access import readable
from searchapp.errors import NotFoundError, UsageError
from searchapp.model import Chunk, DocumentLines, Line, PassageLines, whole_text
from searchapp.stores import Store

_SENTENCE_END = re.compile(r"[.!?;][)\"'”’]?\s|[。！？；…][」』”’）]?")


class NumberedLines:
    """The lines of one document; ``chunks`` are all that it has, in reading order."""

    def __init__(self, chunks: Sequence[Chunk]) -> None:
        self.chunks = chunks
        self.text = whole_text(chunks)
        self._spans = list(_spans(self.text))
        self._starts = [start for start, _ in self._spans]
        self._chunk_starts = [chunk.start for chunk in chunks]

    def __len__(self) -> int:
        return len(self._spans)

    def line(self, number: int) -> Line:
        """The line of this number, from 1."""
        start, end = self._spans[number - 1]
        at = max(bisect_right(self._chunk_starts, start) - 1, 0)
        return Line(number, self.text[start:end].rstrip(), self.chunks[at].page)

    def texts(self, first: int, last: int) -> list[str]:
        """The texts of the lines from ``first`` to ``last``, with it."""
        return [self.text[start:end].rstrip() for start, end in self._spans[first - 1 : last]]

    def reach(self, number: int, characters: int) -> int:
        """The last of the lines from ``number`` on that begin within so many characters."""
        return bisect_right(self._starts, self._starts[number - 1] + characters)

    def goes_on(self, number: int) -> bool:
        """Whether the next line is the rest of this one, which was too long."""
        return number < len(self._spans) and self._spans[number - 1][1] == self._spans[number][0]

    def joined(self, number: int) -> str:
        """The line with the one below it, as one."""
        return self.text[self._spans[number - 1][0] : self._spans[number][1]].rstrip()

    def of_chunk(self, chunk: Chunk) -> PassageLines:
        """Where the chunk stands."""
        first, last = bisect_right(self._starts, chunk.start), bisect_right(self._starts, max(chunk.end - 1, 0))
        return PassageLines(chunk.id, max(first, 1), max(last, 1))

    def of_page(self, page: int) -> tuple[int, int] | None:
        """The first and the last line of a page; None where it has none."""
        ranges = [self.of_chunk(chunk) for chunk in self.chunks if chunk.page == page]
        return (min(one.first for one in ranges), max(one.last for one in ranges)) if ranges else None


@dataclass(frozen=True, slots=True)
class LineRange:
    """Which lines of a document are wanted: from ``first`` to ``last`` (None: to the end), or those of ``page``, or
    those around the chunk ``passage``; ``size`` of them at most.
    """

    first: int = 1
    last: int | None = None
    page: int | None = None
    passage: str = ""
    size: int = 100


def read_lines(store: Store, document_id: str, groups: tuple[str, ...] | None, wanted: LineRange) -> DocumentLines:
    """The lines of a document that somebody of ``groups`` wants.

    Raises NotFoundError where there is no such document for them or it has no such chunk any more, UsageError for lines
    or a page beyond its end, and the store's errors.
    """
    entry = readable(store.entry(document_id), document_id, groups)
    numbered = NumberedLines(store.chunks(document_id))
    pages = max((chunk.page or 0 for chunk in numbered.chunks), default=0)
    pages = max(entry.pages or 0, pages)
    first, last = _range(numbered, wanted, pages)
    lines: list[Line] = []
    room = limits.LINES_CHARACTERS
    for number in range(first, min(last, first + wanted.size - 1) + 1):
        line = numbered.line(number)
        room -= len(line.text)
        if room < 0 and lines:
            break
        lines.append(line)
    end = lines[-1].line if lines else first - 1
    places = (numbered.of_chunk(chunk) for chunk in numbered.chunks)
    return DocumentLines(
        document_id=entry.id,
        title=entry.title,
        source=entry.source,
        type=entry.type,
        state=entry.state,
        total=len(numbered),
        pages=pages or None,
        lines=tuple(lines),
        passages=tuple(one for one in places if lines and one.first <= end and one.last >= first),
        next=end + 1 if end < len(numbered) else None,
    )


def _range(numbered: NumberedLines, wanted: LineRange, pages: int) -> tuple[int, int]:
    total = len(numbered)
    if wanted.passage:
        chunk = next((one for one in numbered.chunks if one.id == wanted.passage), None)
        if chunk is None:
            raise NotFoundError("passage_gone", passage=wanted.passage[:96])
        place = numbered.of_chunk(chunk)
        above = max(wanted.size - (place.last - place.first + 1), 0) // 2
        return max(place.first - above, 1), total
    if wanted.page is not None:
        if not pages:
            raise UsageError("pages_none")
        if wanted.page > pages:
            raise UsageError("page_beyond", page=wanted.page, pages=pages)
        return numbered.of_page(wanted.page) or (_behind(numbered, wanted.page), 0)
    if wanted.first > max(total, 1):
        raise UsageError("line_beyond", line=wanted.first, total=total)
    last = total if wanted.last is None else wanted.last
    if last < wanted.first and wanted.last is not None:
        raise UsageError("lines_reversed", first=wanted.first, last=last)
    return wanted.first, min(last, total)


def _behind(numbered: NumberedLines, page: int) -> int:
    """The first line behind a page without text."""
    later = [numbered.of_chunk(chunk).first for chunk in numbered.chunks if (chunk.page or 0) > page]
    return min(later, default=len(numbered) + 1)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Where each line begins and ends; two that touch are parts of one."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        while end - start > limits.LINE_CHARACTERS:
            cut = _cut(text, start)
            yield start, cut
            start = cut
        yield start, end
        start = end + 1


def _cut(text: str, start: int) -> int:
    middle, end = start + limits.LINE_CHARACTERS // 2, start + limits.LINE_CHARACTERS
    ends = [match.end() for match in _SENTENCE_END.finditer(text, middle, end)]
    return ends[-1] if ends else text.rfind(" ", middle, end) + 1 or end
