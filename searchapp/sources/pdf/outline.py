"""A PDF's bookmarks: where each one points, and which stretch of a page's text it heads."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from searchapp.sources.builder import one_line

if TYPE_CHECKING:
    from pypdf import PdfReader

MOST_BOOKMARKS = 20000
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Bookmark:
    """One entry of the outline: the page it opens (from 1), and its path, own title last."""

    page: int
    path: tuple[str, ...]

    @property
    def title(self) -> str:
        """The entry's own words."""
        return self.path[-1]


def bookmarks(reader: PdfReader) -> list[Bookmark]:
    """The outline in reading order; entries without a page of this document are left out."""
    found: list[Bookmark] = []
    _walk(reader, list(reader.outline), (), found)
    return sorted(found, key=lambda mark: mark.page)  # stable: order on one page is the outline's


def _walk(reader: PdfReader, entries: list[Any], path: tuple[str, ...], found: list[Bookmark]) -> None:
    own = path
    for entry in entries:
        if len(found) >= MOST_BOOKMARKS:
            return
        if isinstance(entry, list):
            if len(own) < DEEPEST:
                _walk(reader, entry, own, found)
            continue
        title = one_line(str(entry.title or ""))
        if not title:
            continue
        own = (*path, title)
        index = reader.get_destination_page_number(entry)
        if index is not None and index >= 0:
            found.append(Bookmark(index + 1, own))


def place_bookmarks(text: str, page: int, marks: list[Bookmark]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Cut one page's text where its bookmarks' titles stand: pieces with their heading paths, in order.

    A title that is not found on the page heads the page from where its predecessor began: a page reference is all that
    is known then.
    """
    first = bisect_left(marks, page, key=lambda mark: mark.page)
    path: tuple[str, ...] = marks[first - 1].path if first else ()
    position = start = 0
    for mark in marks[first : bisect_right(marks, page, key=lambda mark: mark.page)]:
        place = _find_title(text, mark.title, position)
        if place is None:
            if start == 0 or not text[start:position].strip():
                path = mark.path
            continue
        begin, end = place
        if text[start:begin].strip():
            yield text[start:begin], path
        path, start, position = mark.path, begin, end
    if text[start:].strip():
        yield text[start:], path


def _find_title(text: str, title: str, position: int) -> tuple[int, int] | None:
    """Where a line (or two) of ``text`` reads like ``title``, numbering and spaces aside."""
    wanted = _squeeze(title)
    if not wanted:
        return None
    offset = 0
    lines = text.splitlines(keepends=True)
    for index, line in enumerate(lines):
        end = offset + len(line)
        if offset >= position:
            squeezed = _squeeze(line)
            if squeezed and (squeezed == wanted or (squeezed.endswith(wanted) and len(squeezed) <= len(wanted) + 8)):
                return offset, end
            following = lines[index + 1] if index + 1 < len(lines) else ""
            if squeezed and wanted.startswith(squeezed) and _squeeze(line + following) == wanted:
                return offset, end + len(following)
        offset = end
    return None


def _squeeze(text: str) -> str:
    return "".join(character for character in text if character.isalnum()).casefold()
