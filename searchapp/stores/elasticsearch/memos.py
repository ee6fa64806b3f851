"""What stands in the registry of the Elasticsearch store beside entries: collections, memos, the pause of the queue."""

from __future__ import annotations

import dataclasses

from searchapp.errors import UsageError
from searchapp.model import DocumentCollection, DocumentEntry, DocumentState, Pause
from searchapp.model.json import from_json, to_plain_json
from searchapp.stores.elasticsearch import documents
from searchapp.stores.elasticsearch.bulk import Action
from searchapp.stores.elasticsearch.connection import translated
from searchapp.stores.elasticsearch.decided_writes import DecidedWrites, Json
from searchapp.stores.registry import CollectionsChange, Memo, MemoChange

COLLECTIONS = "searchapp-collections"
"""The id under which the collections stand there, as text in the field ``filing``."""

PAUSE = "searchapp-queue-paused"
"""The id under which the pause of the queue stands among the entries: a worker's key may write no other index."""

MEMOS = {memo: f"searchapp-{memo}" for memo in Memo}
"""The ids under which memos stand there, as text in the field ``filing`` too."""

OF_NOW = (PAUSE, *MEMOS.values())
"""What operators want now, and a snapshot of then does not change."""

OURS = (*OF_NOW, COLLECTIONS)

NO_DOCUMENT: Json = {"must_not": {"terms": {"_id": list(OURS)}}}
"""What keeps it out of what is asked about documents. Not the query "ids": it takes no more than a page may hold."""


class Memos(DecidedWrites):
    """Texts of their own in ``<prefix>-documents``, under ids that no document has."""

    @translated
    def memo(self, memo: Memo) -> str:
        """See ``Registry``."""
        return _text_of(self._fetch([MEMOS[memo]]).get(MEMOS[memo]))

    @translated
    def change_memo(self, memo: Memo, change: MemoChange) -> str:
        """See ``Registry``."""
        if not self._client.indices.exists(index=self._name):
            raise UsageError("schedules_without_index")
        changed = ""

        def changing(id_: str, hit: Json | None) -> Action:
            nonlocal changed
            changed = change(_text_of(hit))
            # Earlier versions list it as a document: let its title tell.
            kept = DocumentEntry(id_, id_, f"What searchapp keeps: {memo}", "text", DocumentState.UNCHANGED)
            return self._over(hit, dataclasses.replace(kept, filing=changed))

        self.write_decided([MEMOS[memo]], changing)
        return changed

    @translated
    def collections(self) -> tuple[DocumentCollection, ...]:
        """See ``Registry``."""
        return _collections_of(self._fetch([COLLECTIONS]).get(COLLECTIONS))

    @translated
    def change_collections(self, change: CollectionsChange) -> tuple[DocumentCollection, ...]:
        """See ``Registry``."""
        if not self._client.indices.exists(index=self._name):
            raise UsageError("collections_without_index")
        changed: tuple[DocumentCollection, ...] = ()

        def changing(id_: str, hit: Json | None) -> Action:
            nonlocal changed
            changed = change(_collections_of(hit))
            kept = DocumentEntry(COLLECTIONS, COLLECTIONS, "Collections", "text", DocumentState.UNCHANGED)
            return self._over(hit, dataclasses.replace(kept, filing=to_plain_json(changed).decode()))

        self.write_decided([COLLECTIONS], changing, refresh=True)
        return changed

    @translated
    def pause(self) -> Pause | None:
        """See ``Registry``."""
        hit = self._fetch([PAUSE]).get(PAUSE)
        entry = documents.entry_of(hit) if hit else None
        return Pause(entry.queued, entry.owner) if entry and entry.queued else None

    @translated
    def put_pause(self, pause: Pause | None) -> None:
        """See ``Registry``."""
        if pause is None:
            self._client.options(ignore_status=404).delete(index=self._name, id=PAUSE, refresh=True)
            return
        if not self._client.indices.exists(index=self._name):
            raise UsageError("queue_without_index")
        self.upgrade()
        # Earlier versions, which know of no pause, list it as a document: let its title tell.
        entry = DocumentEntry(PAUSE, PAUSE, "The queue is paused", "text", DocumentState.UNCHANGED, updated=pause.since)
        entry = dataclasses.replace(entry, queued=pause.since, owner=pause.by)
        self._client.index(index=self._name, id=PAUSE, document=documents.entry_source(entry), refresh=True)


def _collections_of(hit: Json | None) -> tuple[DocumentCollection, ...]:
    return from_json(tuple[DocumentCollection, ...], hit["_source"]["filing"]) if hit else ()


def _text_of(hit: Json | None) -> str:
    return str(hit["_source"]["filing"]) if hit else ""
