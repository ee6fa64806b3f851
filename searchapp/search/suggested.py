"""Suggested questions: a few that the documents a caller may see do answer, made of their headings and looked for."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from searchapp.model import DocumentEntry, DocumentState, Filters, SearchRequest
from searchapp.search.questions import asks, question_of
from searchapp.search.searcher import Searcher
from searchapp.stores import Store

SUGGESTED = 4
LOOKED_AT = 24
"""Documents, the latest first, whose headings are read."""

CHUNKS = 24
"""Of the beginning of each."""

TRIED = 10
"""Questions that are searched for at most until there are enough."""

NEAR = 3
"""How far up the section must be found."""

LINES = 40
"""Of a chunk, in which headings are looked for."""

ANSWER_CHARACTERS = 120
CHINESE_CHARACTERS = 40
"""A section of fewer says too little."""

ASKING_SHARE = 3
"""Below a heading that asks, a third of that is an answer."""

CACHED = 64
"""Callers of different groups and languages."""

REST_SECONDS = 60.0
"""While much is ingested, the questions are not made anew each time."""


@dataclass(frozen=True, slots=True)
class SuggestedQuestion:
    """A question, and where it is answered."""

    question: str
    document_id: str
    title: str
    passage: str
    """The `chunk_id` of the passage."""


class SuggestedQuestions:
    """Kept until the caller's documents change. Threads may share it."""

    def __init__(self, store: Store, searcher: Searcher) -> None:
        self._store, self._searcher = store, searcher
        self._kept: OrderedDict[tuple[object, str], tuple[object, float, tuple[SuggestedQuestion, ...]]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, groups: tuple[str, ...] | None, language: str) -> tuple[SuggestedQuestion, ...]:
        """Up to four for who is bounded by ``groups``; those in the reader's ``language`` first.

        Raises what a search does.
        """
        ready = [DocumentState.INDEXED, DocumentState.UNCHANGED]
        page = self._store.entries(states=ready, size=LOOKED_AT, groups=groups)
        stamp = (page.total, [(entry.id, entry.updated, entry.chunks) for entry in page.entries])
        with self._lock:
            known = self._kept.get((groups, language))
        if known is not None and known[0] == stamp:
            return known[2]
        if known is not None and known[2] and time.monotonic() - known[1] < REST_SECONDS:
            standing = self._store.known_entries([one.document_id for one in known[2]])
            left = tuple(one for one in known[2] if one.document_id in standing)
            if left:
                return left
        made = tuple(self._made([entry for entry in page.entries if entry.chunks], groups, language))
        with self._lock:
            self._kept[groups, language] = stamp, time.monotonic(), made
            self._kept.move_to_end((groups, language))
            while len(self._kept) > CACHED:
                self._kept.popitem(last=False)
        return made

    def _made(
        self, entries: list[DocumentEntry], groups: tuple[str, ...] | None, language: str
    ) -> Iterator[SuggestedQuestion]:
        said: set[str] = set()
        found = tried = 0
        for one in self._in_turn(entries, language):
            if one.question.casefold() in said:
                continue
            said.add(one.question.casefold())
            tried += 1
            if self._is_answered(one, groups):
                found += 1
                yield one
            if found == SUGGESTED or tried == TRIED:
                return

    def _in_turn(self, entries: list[DocumentEntry], language: str) -> Iterator[SuggestedQuestion]:
        """The reader's language first, in it headings that ask; one of each document, then a second one."""
        for of_language in (True, False):
            told = [list(self._candidates(one)) for one in entries if (one.language == language) is of_language]
            for does_ask in (True, False):
                each = [[one for asking, one in candidates if asking is does_ask] for candidates in told]
                for of_all in zip_longest(*each):
                    yield from filter(None, of_all)

    def _candidates(self, entry: DocumentEntry) -> Iterator[tuple[bool, SuggestedQuestion]]:
        """Questions, and whether each is a heading as it stands, which may have a short answer."""
        number = 0
        for chunk in self._store.chunks(entry.id, 0, CHUNKS):
            least = CHINESE_CHARACTERS if entry.language == "zh" else ANSWER_CHARACTERS
            heading = chunk.headings[-1] if chunk.headings else ""
            # A chunk of short sections has their headings as lines of its text.
            for line in dict.fromkeys((heading, *chunk.text.splitlines()[:LINES])):
                does_ask = asks(line) if line == heading else line.endswith(("?", "？")) and asks(line)
                if not line or line == entry.title or not (does_ask or line == heading):
                    continue
                if len(chunk.text) < least / (ASKING_SHARE if does_ask else 1):
                    continue
                question = question_of(line, chunk.text, number)
                if question is not None:
                    number += not does_ask
                    yield does_ask, SuggestedQuestion(question, entry.id, entry.title, chunk.id)

    def _is_answered(self, one: SuggestedQuestion, groups: tuple[str, ...] | None) -> bool:
        hits = self._searcher.search(SearchRequest(one.question, size=NEAR, filters=Filters(groups=groups))).hits
        return any(hit.chunk_id == one.passage for hit in hits)
