"""Lines looked for within documents, as grep does: the index names the documents, and these are read line by line.

A call reads a bounded number of documents for a bounded time, tells what it left unread, and goes on from there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import compress

from searchapp import limits
from searchapp.access import may_read
from searchapp.errors import OverloadedError, UsageError
from searchapp.model import DocumentEntry, DocumentFound, Filters, FoundLine, GrepResults
from searchapp.search.lines import NumberedLines
from searchapp.search.patterns import Matcher, Words, read_pattern, read_words
from searchapp.stores import Store
from searchapp.telemetry import tracing

AHEAD = 1000
"""Documents that are counted before they are read."""

BATCH = 16_384
"""Characters that are compared at once; the time is looked at behind each."""


AT_ONCE = 4
"""Callers whose documents are read at once; each may take a processor for ``limits.GREP_SECONDS``."""

_TURNS = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class GrepRequest:
    """What to look for, and where.

    A line is found that has ``words`` in a row. With a ``pattern`` lines are found that match it, in documents that
    have the ``words``, where there are any. ``filters`` choose documents. ``size`` lines at most come back,
    ``per_document`` of one document (0: only counts), each with ``context`` lines on either side; documents are read
    from ``line`` on, and those behind ``cursor``, the ``next`` of other results.
    """

    words: str = ""
    pattern: str = ""
    filters: Filters = field(default_factory=Filters)
    context: int = 0
    size: int = 100
    per_document: int = 20
    line: int = 1
    cursor: str = ""


def grep(store: Store, request: GrepRequest, given_up: Callable[[], bool] = lambda: False) -> GrepResults:
    """The lines that ``request`` looks for; reading ends soon after ``given_up`` says that nobody waits any more.

    A document that is deleted meanwhile is left out. Raises UsageError where nothing is looked for or the pattern is
    none, OverloadedError while ``AT_ONCE`` others look for something, and the store's errors.
    """
    search = _Search(store, request, given_up)
    if not _TURNS.acquire(blocking=False):
        raise OverloadedError("grep_busy", retry_after=2)
    try:
        with tracing.span("grep"):
            return search.results()
    finally:
        _TURNS.release()


class _Search:
    def __init__(self, store: Store, request: GrepRequest, given_up: Callable[[], bool]) -> None:
        self._store = store
        self._request = request
        self._given_up = given_up
        self._words = read_words(request.words) if request.words.strip() else ""
        if not self._words and not request.pattern:
            raise UsageError("grep_empty")
        self._matcher: Matcher = read_pattern(request.pattern) if request.pattern else Words(self._words)
        self._began = time.perf_counter()
        self._room = request.size
        self._characters = limits.FOUND_CHARACTERS

    def results(self) -> GrepResults:
        ids = self._store.documents_with(self._request.filters, self._words, self._request.cursor, AHEAD)
        found: list[DocumentFound] = []
        too_long: list[str] = []
        read = passed = chunks = 0
        for entry in self._entries(ids[: limits.GREP_DOCUMENTS]):
            if passed and (self._is_late() or self._room <= 0 or chunks >= limits.GREP_CHUNKS):
                break
            passed += 1
            if entry is None:
                continue
            if entry.chunks > limits.GREP_CHUNKS:
                too_long.append(entry.id)
                continue
            numbered = NumberedLines(self._store.chunks(entry.id))
            chunks += len(numbered.chunks)
            read += 1
            if one := self._of_document(entry, numbered):
                found.append(one)
        unread = len(ids) - passed
        return GrepResults(
            documents=tuple(sorted(found, key=lambda one: one.source)),
            total=sum(one.total for one in found),
            read=read,
            unread=unread,
            unread_more=len(ids) == AHEAD,
            too_long=tuple(too_long),
            next=ids[passed - 1] if unread and passed else None,
            took_ms=(time.perf_counter() - self._began) * 1000,
        )

    def _entries(self, ids: Sequence[str]) -> Iterator[DocumentEntry | None]:
        """The documents' entries, None for one that is not there any more for who asks."""
        known = self._store.known_entries(ids)
        for id_ in ids:
            entry = known.get(id_)
            yield entry if entry is not None and may_read(self._request.filters.groups, entry.groups) else None

    def _is_late(self) -> bool:
        return time.perf_counter() - self._began > limits.GREP_SECONDS or self._given_up()

    def _of_document(self, entry: DocumentEntry, numbered: NumberedLines) -> DocumentFound | None:
        numbers, end = self._numbers(numbered)
        wanted = min(self._request.per_document, max(self._room, 0))
        lines = self._shown(numbered, numbers[:wanted])
        self._room -= len(lines)
        more = numbers[len(lines)] if lines and len(lines) < len(numbers) else None
        following = more or (end if end <= len(numbered) else None)
        if not numbers and following is None:
            return None
        return DocumentFound(
            document_id=entry.id,
            title=entry.title,
            source=entry.source,
            type=entry.type,
            total=len(numbers),
            lines=lines,
            next=following,
        )

    def _numbers(self, numbered: NumberedLines) -> tuple[list[int], int]:
        """The numbers of the lines that have what is looked for, and the line before which time was up."""
        found: list[int] = []
        number, total = self._request.line, len(numbered)
        while number <= total:
            last = numbered.reach(number, BATCH)
            texts = numbered.texts(number, min(last + 1, total))
            alone = {at for at, is_hit in enumerate(self._matcher.matches(texts), start=number) if is_hit}
            # What begins on one part of a long line and ends on the next one is on neither.
            parts = [at for at in range(number, last + 1) if numbered.goes_on(at) and alone.isdisjoint((at, at + 1))]
            across = self._matcher.matches([numbered.joined(at) for at in parts])
            found += [at for at in sorted({*alone, *compress(parts, across)}) if at <= last]
            number = last + 1
            if self._is_late():
                break
        return found, number

    def _shown(self, numbered: NumberedLines, numbers: Sequence[int]) -> tuple[FoundLine, ...]:
        shown: list[FoundLine] = []
        context, told = self._request.context, 0
        for at, number in enumerate(numbers):
            following = numbers[at + 1] if at + 1 < len(numbers) else len(numbered) + 1
            first = max(number - context, told + 1, 1)
            last = min(number + context, following - 1, len(numbered))
            before, after = numbered.texts(first, number - 1), numbered.texts(number + 1, last)
            line = numbered.line(number)
            self._characters -= len(line.text) + sum(map(len, before)) + sum(map(len, after))
            if self._characters < 0 and shown:
                self._room = 0
                break
            told = last
            shown.append(FoundLine(number, line.text, line.page, tuple(before), tuple(after)))
        return tuple(shown)
