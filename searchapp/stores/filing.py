"""What a document's entry says once what was given by hand is added: its tags, its collections, and who may read it.

Whoever reads a source knows only what is stated of it. So no writer decides this: each store asks here when it writes
an entry, with the one that stands there, so that no ingestion loses what a person did meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from searchapp.model import DocumentCollection, DocumentEntry, Filing, document_id

FACTS = ("tags", "collections", "groups")
"""What chunks repeat of it."""


class Filer:
    """Files entries by the collections that there are; it reads them when it first needs them, and then keeps them."""

    def __init__(self, collections: Callable[[], tuple[DocumentCollection, ...]]) -> None:
        self._read = collections
        self.is_used = False

    @cached_property
    def collections(self) -> tuple[DocumentCollection, ...]:
        """Those that there were at first."""
        self.is_used = True
        return self._read()

    @cached_property
    def _known(self) -> Mapping[str, DocumentCollection]:
        return {one.id: one for one in self.collections}

    def __call__(self, entry: DocumentEntry, stored: DocumentEntry | None = None) -> DocumentEntry:
        """``entry`` with what ``stored``, the entry in whose place it is to stand, was given by hand.

        A document that nothing was indexed of yet brings its own: it is one that moved, or was deleted.
        """
        if not (entry.filing or entry.collections or (stored is not None and stored.filing)):
            return entry
        filing = entry.filed
        if stored is not None and (stored.filing or stored.content_hash):
            given = stored.filed
            filing = replace(filing, tags=given.tags, collections=given.collections)
        return self.applied(entry, filing)

    def applied(self, entry: DocumentEntry, filing: Filing) -> DocumentEntry:
        """``entry`` as it is filed so."""
        held = [self._known[id_] for id_ in filing.collections if id_ in self._known]
        filing = replace(filing, collections=tuple(one.id for one in held))
        by_hand = [one for one in held if one.deleted is None]
        return replace(
            entry,
            tags=_each_once(filing.stated_tags, filing.tags),
            collections=_each_once(filing.stated_collections, (one.name for one in by_hand)),
            groups=self._readers(entry, filing, by_hand),
            filing=filing.text(),
        )

    def _readers(self, entry: DocumentEntry, filing: Filing, by_hand: Iterable[DocumentCollection]) -> tuple[str, ...]:
        """Who may read it. Who added it within groups is its reader for ever (decision 55)."""
        if entry.id == document_id(entry.source, filing.readers):
            return filing.readers
        put_in = {group for one in by_hand for group in one.groups}
        if not filing.readers:  # what a document says of itself closes it, and never opens it to others
            stated = [one for one in self.collections if one.deleted is None and one.name in filing.stated_collections]
            put_in |= {group for one in stated for group in one.groups}
        return tuple(sorted({*filing.readers, *put_in})) if put_in else filing.readers


def facts(entry: DocumentEntry) -> dict[str, Any]:
    """What chunks repeat of how a document is filed."""
    return {name: getattr(entry, name) for name in FACTS}


def _each_once(*parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for part in parts for one in part))
