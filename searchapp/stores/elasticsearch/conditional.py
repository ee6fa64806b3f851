"""The registry's writes that depend on what is stored. The server's sequence numbers make them atomic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from searchapp.errors import StorageError
from searchapp.model import DocumentEntry
from searchapp.stores.elasticsearch import documents
from searchapp.stores.elasticsearch.bulk import Action, Place, write_all
from searchapp.stores.elasticsearch.connection import translated
from searchapp.stores.elasticsearch.registry import ElasticsearchRegistry
from searchapp.stores.ownership import Replacement, claimed, is_held, is_written, settled, stands

Json = dict[str, Any]


class ConditionalRegistry(ElasticsearchRegistry):
    """Entries that change only as they were read, or as long as they are held."""

    @translated
    def exchange(self, replacements: Sequence[Replacement]) -> Collection[str]:
        """See ``Registry``."""
        wanted = {entry.id: (read, entry) for read, entry in replacements}
        done: list[str] = []

        def exchanged(id_: str, hit: Json | None) -> Action | None:
            read, entry = wanted[id_]
            stored = documents.entry_of(hit) if hit else None
            if is_written(stored, entry):
                done.append(id_)
                return None
            return self._over(hit, entry) if stands(stored, read) else None

        return [*self._all_written(wanted, exchanged, refresh=True), *done]

    @translated
    def claim(self, wanted: Sequence[Replacement], now: dt.datetime, gone: Collection[str] = ()) -> Collection[str]:
        """See ``Registry``."""
        by_id = {one[1].id: one for one in wanted}

        def claiming(id_: str, hit: Json | None) -> Action | None:
            entry = claimed(documents.entry_of(hit) if hit else None, by_id[id_], now, gone)
            return self._over(hit, entry) if entry is not None else None

        return self._all_written(by_id, claiming)

    @translated
    def renew(self, entries: Sequence[DocumentEntry]) -> Collection[str]:
        """See ``Registry``."""
        by_id = {entry.id: entry for entry in entries}

        def renewed(id_: str, hit: Json | None) -> Action | None:
            entry = by_id[id_]
            if hit is None or not is_held(documents.entry_of(hit), entry.owner):
                return None
            values = documents.entry_source(entry)  # ISO 8601 in UTC, so that the later moment is the greater text
            stored: Json = hit["_source"]
            later = {name: max(values[name] or "", stored.get(name) or "") or None for name in ("lease", "queued")}
            return Action.conditional(self.names.documents, id_, {**stored, **later}, Place.of(hit))

        return self._all_written(by_id, renewed)

    @translated
    def settle(self, finals: Mapping[str, DocumentEntry | None], owner: str) -> Collection[str]:
        """See ``Registry``."""
        settled_ids, failures = self._settled(finals, owner)
        _raise_first(failures)
        return settled_ids

    def _settled(self, finals: Mapping[str, DocumentEntry | None], owner: str) -> tuple[list[str], dict[str, str]]:
        """As ``settle``; returns reasons for the ids of entries that the server refuses, rather than raise one."""
        done: list[str] = []

        def settling(id_: str, hit: Json | None) -> Action | None:
            stored, final = documents.entry_of(hit) if hit else None, finals[id_]
            if hit is None or not is_held(stored, owner):
                if final is not None and is_written(stored, final):
                    done.append(id_)
                return None
            entry = settled(stored, final)
            return (
                self._over(hit, entry) if entry is not None else Action.delete(self.names.documents, id_, Place.of(hit))
            )

        written, failures = self._written_where(finals, settling)
        return [*written, *done], failures

    def _over(self, hit: Json | None, entry: DocumentEntry) -> Action:
        """Write an entry in the place of the one that was found, if that still stands when the write arrives."""
        place = Place.of(hit) if hit else None
        return Action.conditional(self.names.documents, entry.id, documents.entry_source(entry), place)

    def _all_written(
        self, ids: Collection[str], action: Callable[[str, Json | None], Action | None], *, refresh: bool = False
    ) -> list[str]:
        written, failures = self._written_where(ids, action, refresh=refresh)
        _raise_first(failures)
        return written

    def _written_where(
        self, ids: Collection[str], action: Callable[[str, Json | None], Action | None], *, refresh: bool = False
    ) -> tuple[list[str], dict[str, str]]:
        """Send the action that follows from what is stored of each document, None where nothing is to be done.

        Where the entry changed in between, the action is asked for again: a renewed lease, for one, is no reason to
        give up. Returns the ids of what was written, and reasons for those that the server refuses.
        """
        _ = self._upgraded
        written: list[str] = []
        refused: dict[str, str] = {}
        left = list(ids)
        while left:
            found = self._found(left)
            actions = [one for id_ in left if (one := action(id_, found.get(id_))) is not None]
            failures = write_all(self.client, actions, refresh=refresh)
            written += [one.id for one in actions if one.id not in failures]
            left = [id_ for id_, reason in failures.items() if reason.startswith("version_conflict")]
            refused |= {id_: reason for id_, reason in failures.items() if id_ not in left}
        return written, refused


def _raise_first(failures: Mapping[str, str]) -> None:
    for reason in failures.values():
        raise StorageError(f"Elasticsearch refused an entry of the registry: {reason}.", "Check es status.")
