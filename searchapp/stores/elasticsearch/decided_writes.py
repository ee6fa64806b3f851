"""Writing to an index whose documents others change too: what is written follows from what stands there.

The server's sequence numbers tell whether it still stands when the write arrives; where it does not, one decides anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any

from elasticsearch import Elasticsearch

from searchapp.errors import StorageError
from searchapp.model import DocumentEntry
from searchapp.stores.elasticsearch import documents
from searchapp.stores.elasticsearch.bulk import Action, Place, write_all
from searchapp.stores.elasticsearch.index import ElasticsearchIndex
from searchapp.stores.elasticsearch.installation import add_missing
from searchapp.stores.elasticsearch.templates import es_folder, registry_properties

Json = dict[str, Any]


class DecidedWrites:
    """Reads and writes entries of ``<prefix>-documents`` by id."""

    def __init__(self, index: ElasticsearchIndex) -> None:
        self._index = index
        self._name = index.names.documents
        self.where = index.where

    @property
    def _client(self) -> Elasticsearch:
        return self._index.client

    @cached_property
    def _upgraded(self) -> bool:
        add_missing(self._client, self._name, registry_properties(es_folder(self._index.settings.es_dir)))
        return True

    def upgrade(self) -> None:
        """Add the fields that a registry of an earlier version lacks. Done once a process."""
        _ = self._upgraded

    def put_action(self, entry: DocumentEntry) -> Action:
        """What writes an entry whatever stands there."""
        return Action.index(self._name, entry.id, documents.entry_source(entry))

    def _fetch(self, document_ids: Collection[str]) -> dict[str, Json]:
        ids = [one for one in document_ids if one]  # the server refuses all of them where one is empty
        if not ids:
            return {}
        found = self._client.mget(index=self._name, ids=ids)["docs"]
        return {hit["_id"]: hit for hit in found if hit.get("found")}

    def _over(self, hit: Json | None, entry: DocumentEntry) -> Action:
        """Write an entry in the place of the one that was found, if that still stands when the write arrives."""
        place = Place.of(hit) if hit else None
        return Action.conditional(self._name, entry.id, documents.entry_source(entry), place)

    def write_decided(
        self, ids: Collection[str], action: Callable[[str, Json | None], Action | None], *, refresh: bool = False
    ) -> list[str]:
        """Send the action that follows from what is stored of each document; returns the ids of what was written.

        ``action`` is asked again where the entry changed in between, and gives None where nothing is to be done. Raises
        StorageError where the server refuses one.
        """
        written, failures = self._write_decided(ids, action, refresh=refresh)
        raise_first(failures)
        return written

    def _write_decided(
        self, ids: Collection[str], action: Callable[[str, Json | None], Action | None], *, refresh: bool = False
    ) -> tuple[list[str], dict[str, str]]:
        """As ``write_decided``; returns reasons for the ids of entries that the server refuses, rather than raise one.

        A renewed lease, for one, is no reason to give up.
        """
        self.upgrade()
        written: list[str] = []
        refused: dict[str, str] = {}
        left = list(ids)
        while left:
            found = self._fetch(left)
            actions = [one for id_ in left if (one := action(id_, found.get(id_))) is not None]
            failures = write_all(self._client, actions, refresh=refresh)
            written += [one.id for one in actions if one.id not in failures]
            left = [id_ for id_, reason in failures.items() if reason.startswith("version_conflict")]
            refused |= {id_: reason for id_, reason in failures.items() if id_ not in left}
        return written, refused


def raise_first(failures: Mapping[str, str]) -> None:
    """Raise StorageError with the first of the reasons for which the server refused entries; none is well."""
    for reason in failures.values():
        raise StorageError("registry_entry_refused", why=reason)
