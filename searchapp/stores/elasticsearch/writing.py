"""Writes documents into every version that receives writes, then their entries, whoever writes meanwhile."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from searchapp.embedding.base import Fingerprint
from searchapp.errors import SearchAppError
from searchapp.model import Vector
from searchapp.stores.base import LOST, DocumentWrite, Reencoder
from searchapp.stores.elasticsearch.bulk import write_all
from searchapp.stores.elasticsearch.chunks import delete_leftovers, replace_documents
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.index import ElasticsearchIndex
from searchapp.stores.elasticsearch.refiling import Refiling
from searchapp.stores.elasticsearch.registry import ElasticsearchRegistry
from searchapp.stores.elasticsearch.versions import Version
from searchapp.stores.filing import Filer
from searchapp.stores.ownership import held_writes

log = logging.getLogger(__name__)

KnownVectors = Callable[[Collection[str], Fingerprint], Mapping[str, Vector]]
"""``Store.vectors``: what is embedded already, by hash."""


class Writing:
    """Both steps: the chunks in every version, and the entries. The client's errors come out.

    ``reencode`` makes the chunks of a version of another model, ``vectors`` spares it what is embedded already.
    """

    def __init__(
        self,
        index: ElasticsearchIndex,
        registry: ElasticsearchRegistry,
        refiling: Refiling,
        reencode: Reencoder | None,
        vectors: KnownVectors,
    ) -> None:
        self._index, self._registry, self._refiling = index, registry, refiling
        self._reencode, self._vectors = reencode, vectors

    def write(self, writes: Sequence[DocumentWrite], model: Fingerprint | None, owner: str) -> Mapping[str, str]:
        """Write documents with their entries (``Store.write``)."""
        if not writes:
            return {}
        self._registry.upgrade()
        written = dt.datetime.now(dt.UTC)
        known = self._registry.known_entries([write.entry.id for write in writes])
        file = Filer(self._registry.collections)
        held = held_writes(writes, known, owner, file)
        # A first try has no chunks yet.
        replacing = any(entry.content_hash or entry.attempts > 1 for entry in known.values())
        failed: dict[str, str] = {}
        entries = [write.entry for write in held]
        done: set[str] = set()
        # A version that was begun while this was being written must not miss it either: look again until none is new.
        while held and (targets := [one for one in self._index.written_versions() if one.name not in done]):
            for version in targets:
                accepted = [write for write in held if write.entry.id not in failed]
                try:
                    with reading(self._index.where):
                        self._index.complete_mapping(version)
                        fitting = self._fitting(accepted, model, version, targets[0])
                        if replacing:  # earlier chunks may be too young to be found
                            self._index.client.indices.refresh(index=version.name)
                        pipeline = self._index.pipeline(version)
                        refused = replace_documents(self._index.client, version.name, fitting, written, pipeline)
                except SearchAppError as error:
                    if version.live:
                        raise
                    log.warning("%s lacks %d documents for now: %s", version.name, len(accepted), error)
                else:
                    if version.live:
                        failed |= refused
                        entries = [replace(write.entry, unembedded=write.unembedded) for write in fitting]
                done.add(version.name)
        finals = {entry.id: entry for entry in entries if entry.id not in failed}
        if not owner:
            return failed | write_all(self._index.client, map(self._registry.put_action, finals.values()))
        kept, turned_away = self._registry.settle_each(finals, owner)
        self._refiling.refile_late(finals, kept, file)
        lost = {write.entry.id for write in writes} - {*failed, *kept, *turned_away}
        self._remove_leftovers(lost)
        return failed | turned_away | dict.fromkeys(lost, LOST)

    def _remove_leftovers(self, lost: Collection[str]) -> None:
        """Remove what was written of documents that somebody deleted at the same time.

        A document that the registry knows by now is in somebody else's hands.
        """
        for version in self._index.written_versions() if lost else ():
            delete_leftovers(self._index.client, version.name, lost, self._registry.known_entries)

    def _fitting(
        self, writes: Sequence[DocumentWrite], model: Fingerprint | None, version: Version, live: Version
    ) -> Sequence[DocumentWrite]:
        """The documents as they are in ``version``; ``model`` made their vectors (None: that of the live version)."""
        made_by = self._index.spec(model) if model is not None else live.spec
        wanted = version.spec
        if self._reencode is None or wanted is None or made_by is None or wanted.matches(made_by):
            return writes
        parts = [(write.entry, [embedded.chunk for embedded in write.chunks]) for write in writes]
        return self._reencode(parts, wanted, lambda hashes: self._vectors(hashes, wanted.fingerprint))
