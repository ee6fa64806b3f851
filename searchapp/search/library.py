"""Whole documents: those that a name or filters leave one of, and their chunks from the first to the last."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePath
from typing import NamedTuple

from searchapp.model import Chunk, DocumentEntry, Filters, Hit, placed
from searchapp.stores import Store
from searchapp.stores.filtering import passes
from searchapp.stores.registry import EntryOrder
from searchapp.text.words import content_terms, has_cjk, term_of

MOST_LOOKED_AT = 1000
"""Documents among which the only one that filters leave is looked for."""

MOST_NAMED = 50
"""Documents of which a name is looked for."""

_PIECES = re.compile(r"[^\W_]+")


class Origin(NamedTuple):
    """A chunk as it is stored, and its document."""

    chunk: Chunk
    document: DocumentEntry


class Library:
    """The documents of one store as readers name them; each method raises the store's errors."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def left(self, filters: Filters, most: int) -> tuple[DocumentEntry, ...]:
        """The documents that ``filters`` leave, ``most`` of them, in the order of titles.

        Fewer where they stand behind many others that the filters do not leave.
        """
        found: list[DocumentEntry] = []
        for entry in self._candidates(filters):
            if entry.chunks and passes(filters, entry):
                found.append(entry)
                if len(found) == most:
                    break
        return tuple(found)

    def named(self, name: str, filters: Filters) -> tuple[DocumentEntry, ...]:
        """The documents whose title or file name has all words of ``name``; those alone that have no others."""
        asked = _terms(name)
        if not asked:
            return ()
        longest = min(_PIECES.findall(name), key=lambda word: (not has_cjk(word), -len(word)))
        stem = term_of(longest)
        likely = self._candidates(filters, stem if longest.casefold().startswith(stem) else longest)
        found = [entry for entry in likely if entry.chunks and passes(filters, entry) and _holds(entry, asked, name)]
        same = [entry for entry in found if asked in _names(entry)]
        return tuple(same or found)

    def read(self, entry: DocumentEntry, filters: Filters, first: int, most: int) -> tuple[tuple[Hit, ...], int]:
        """The document's first chunks, ranked from ``first`` on in reading order, and how many it has in all.

        Of the filters only those of headings leave out a part of a document.
        """
        # Those of another heading are passed over, so that all must be read where headings are asked for.
        chunks = self._store.chunks(entry.id, 0, None if filters.headings else most)
        if filters.headings:
            chunks = tuple(chunk for chunk in chunks if not set(filters.headings).isdisjoint(chunk.headings))
        total = len(chunks) if filters.headings or len(chunks) < most else max(entry.chunks, len(chunks))
        return tuple(hit_of(entry, chunk, rank) for rank, chunk in enumerate(chunks[:most], start=first)), total

    def headings(self, document_id: str, most: int) -> tuple[tuple[str, ...], ...]:
        """The headings over each of the document's first chunks, in reading order."""
        return tuple(chunk.headings for chunk in self._store.chunks(document_id, 0, most))

    def origins(self, hashes: Mapping[str, str]) -> dict[str, Origin]:
        """The chunks of these ids that are still there, by id: those of the same hash, where one is given.

        One that text before it has moved is found where it stands now.
        """
        found: dict[str, Origin] = {}
        entries = self._store.known_entries({placed(id_)[0] for id_ in hashes} - {""})
        for id_, hash_ in hashes.items():
            document_id, position = placed(id_)
            entry = entries.get(document_id)
            if entry is None:
                continue
            near = self._store.chunks(document_id, position, 1)
            same = [one for one in near if one.hash == hash_ or (not hash_ and one.id == id_)]
            if not same and hash_:
                same = [one for one in self._store.chunks(document_id) if one.hash == hash_]
            if same:
                found[id_] = Origin(same[0], entry)
        return found

    def standing(self, document_ids: Collection[str]) -> set[str]:
        """Those of these documents that can be found now."""
        return {id_ for id_, entry in self._store.known_entries(document_ids).items() if entry.chunks}

    def _candidates(self, filters: Filters, contains: str = "") -> Iterator[DocumentEntry]:
        if filters.document_ids and len(filters.document_ids) <= MOST_NAMED:
            yield from self._store.known_entries(filters.document_ids).values()
            return
        most = MOST_NAMED if contains else MOST_LOOKED_AT
        groups = filters.groups
        page = self._store.entries(contains=contains, size=most, groups=groups, order=EntryOrder.TITLE)
        yield from page.entries


def hit_of(entry: DocumentEntry, chunk: Chunk, rank: int) -> Hit:
    """A chunk of a document as a hit that nothing was searched for to find."""
    return Hit(
        rank=rank, score=None, chunk_id=chunk.id, document_id=entry.id, title=entry.title, source=entry.source,
        type=entry.type, language=entry.language, headings=chunk.headings, page=chunk.page,
        modified=entry.modified, tags=entry.tags, collections=entry.collections, fields=entry.fields,
        text=chunk.text, scores={}, start=chunk.start, end=chunk.end,
    )  # fmt: skip


def _holds(entry: DocumentEntry, asked: set[str], name: str) -> bool:
    if any(asked <= terms for terms in _names(entry)):
        return True
    return has_cjk(name) and name.casefold() in entry.title.casefold()


def _names(entry: DocumentEntry) -> tuple[set[str], ...]:
    """The terms of its title, and those of its file name with its ending and without it."""
    file = PurePath(entry.source)
    return _terms(entry.title), _terms(file.name), _terms(file.stem)


def _terms(name: str) -> set[str]:
    return content_terms(" ".join(_PIECES.findall(name)))
