"""Which process computes the vectors of which documents, so that no two embed the same texts.

That is written in the registry, beside the entries: a document that waits for vectors may be read, replaced, filed or
deleted meanwhile as any other. Nothing depends on it but work done twice: a vector belongs to a text's hash.
"""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from searchapp.ingest.leases import LeaseOwner
from searchapp.ingest.lifecycle import now
from searchapp.model import DocumentEntry
from searchapp.stores import Memo, Registry

CLAIM_SECONDS = 300.0
"""After so long what a process elsewhere has claimed is free: longer than any batch of vectors takes. On the same data
folder it is free at once when the process ends."""


class Claims:
    """The documents whose vectors this ``owner`` computes; without one it is alone with the store."""

    def __init__(self, registry: Registry, owner: LeaseOwner | None) -> None:
        self._registry = registry
        self._owner = owner
        self._lock = threading.Lock()
        self._mine: set[str] = set()

    def take(
        self, entries: Sequence[DocumentEntry], chunks: int, documents: int, *, wanted: Collection[str] | None = None
    ) -> list[DocumentEntry]:
        """Claim the first of the entries that nobody has in hand, until they have so many chunks to embed.

        At least one where one is free, and so many ``documents`` at most. With ``wanted`` only these while another
        process is at work.
        """
        taken: list[DocumentEntry] = []

        def taking(others: Mapping[str, Any]) -> None:
            taken.clear()  # asked again where somebody else claimed at the same time
            held = {id_ for one in others.values() for id_ in one["documents"]} | self._mine
            only = wanted if others else None
            taken.extend(_first(entries, held, only, chunks, documents))

        with self._lock:
            self._change(taking, taken)
            self._mine |= {entry.id for entry in taken}
        return taken

    def release(self, document_ids: Iterable[str]) -> None:
        """These are done, or left to others."""
        with self._lock:
            self._mine.difference_update(document_ids)
            self._change(lambda others: None, [])

    def release_all(self) -> None:
        """Whatever is in hand is left to others."""
        if not self.are_none:
            self.release(tuple(self._mine))

    @property
    def are_none(self) -> bool:
        """Whether this owner has nothing in hand."""
        with self._lock:
            return not self._mine

    def _change(self, decide: Any, taken: Sequence[DocumentEntry]) -> None:
        if self._owner is None:
            decide({})
            return
        name, owner = self._owner.name, self._owner

        def changed(text: str) -> str:
            held: dict[str, Any] = json.loads(text) if text else {}
            ended = owner.find_ended(held)
            moment = now()
            others = {
                other: one
                for other, one in held.items()
                if other != name and other not in ended and dt.datetime.fromisoformat(one["until"]) > moment
            }
            decide(others)
            mine = sorted(self._mine | {entry.id for entry in taken})
            until = (moment + dt.timedelta(seconds=CLAIM_SECONDS)).isoformat()
            return json.dumps({**others, **({name: {"until": until, "documents": mine}} if mine else {})})

        self._registry.change_memo(Memo.EMBEDDING, changed)


def _first(
    entries: Iterable[DocumentEntry], held: Collection[str], only: Collection[str] | None, chunks: int, documents: int
) -> list[DocumentEntry]:
    found: list[DocumentEntry] = []
    count = 0
    for entry in entries:
        if entry.id in held or (only is not None and entry.id not in only):
            continue
        if found and count + entry.unembedded > chunks:
            continue  # a shorter one may fill the batch
        found.append(entry)
        count += entry.unembedded
        if count >= chunks or len(found) >= documents:
            break
    return found
