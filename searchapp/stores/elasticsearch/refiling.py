"""Gives chunks the tags, collections and readers that their documents' entries say, whoever writes meanwhile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping

from searchapp.model import DocumentEntry
from searchapp.stores.base import FilingChange
from searchapp.stores.elasticsearch.chunks import refile_documents
from searchapp.stores.elasticsearch.index import ElasticsearchIndex
from searchapp.stores.elasticsearch.registry import ElasticsearchRegistry
from searchapp.stores.filing import Filer, facts


class Refiling:
    """Both steps: the entries, and the chunks in every version that receives writes. The client's errors come out."""

    def __init__(self, index: ElasticsearchIndex, registry: ElasticsearchRegistry) -> None:
        self._index = index
        self._registry = registry

    def refile(self, document_ids: Collection[str], change: FilingChange) -> Mapping[str, DocumentEntry]:
        """Change the entries, then their chunks (``Store.refile``)."""
        self._registry.refile(document_ids, change)
        return self._refile_chunks(document_ids)

    def refile_late(self, written: Mapping[str, DocumentEntry], ids: Collection[str], file: Filer) -> None:
        """Give chunks what their documents were given by hand while they were being written."""
        if file.is_used and self._registry.collections() != file.collections:
            self.refile(ids, lambda entry, filing: filing)
            return
        entries = self._registry.known_entries(ids)
        if late := [id_ for id_, entry in entries.items() if facts(entry) != facts(written[id_])]:
            self._refile_chunks(late)

    def _refile_chunks(self, document_ids: Collection[str]) -> Mapping[str, DocumentEntry]:
        """Give chunks what the entries say, until they say it still when that is done; returns the entries."""
        found: dict[str, DocumentEntry] = {}
        left = dict(self._registry.known_entries(document_ids))
        while left:
            written = dt.datetime.now(dt.UTC)
            done: set[str] = set()
            while targets := [one for one in self._index.written_versions() if one.name not in done]:
                for version in targets:
                    self._index.complete_mapping(version)
                    refile_documents(self._index.client, version.name, left, written)
                    done.add(version.name)
            now = self._registry.known_entries(list(left))
            found |= now
            left = {id_: entry for id_, entry in now.items() if facts(entry) != facts(left[id_])}
        return found
