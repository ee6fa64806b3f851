"""The Elasticsearch store that these commands need, and two states in which they refuse to work: blocked, lost."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from searchapp.errors import StorageError, UsageError
from searchapp.ingest.lifecycle import without_failures
from searchapp.messages import Message
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.installation import registered_documents
from searchapp.wiring import Application


def elasticsearch_store(application: Application) -> ElasticsearchStore:
    """The application's store. Raises UsageError when the embedded one is configured."""
    store = application.store
    if not isinstance(store, ElasticsearchStore):
        raise UsageError("elasticsearch_not_configured")
    return store


Json = dict[str, Any]

FLOOD = "read_only_allow_delete"
NAMES = (FLOOD, "read_only", "write", "metadata")


@dataclass(frozen=True, slots=True)
class Block:
    """One block on one of our indices."""

    index: str
    name: str

    def sentence(self, where: str) -> Message:
        """What is wrong, and how it goes away on the server at ``where``."""
        first = where.partition(",")[0]
        lift = f"curl -X PUT '{first}/{self.index}/_settings' -H 'Content-Type: application/json' "
        lift += f"-d '{{\"index.blocks.{self.name}\": null}}'"
        code = "index_blocked_by_disk" if self.name == FLOOD else "index_blocked"
        return Message(code, index=self.index, block=self.name, command=lift)


def blocks(store: ElasticsearchStore) -> list[Block]:
    """The blocks on our indices."""
    pattern = f"{store.names.versions},{store.names.documents}"
    with reading(store.where):
        found = store.client.indices.get_settings(index=pattern, name="index.blocks.*", ignore_unavailable=True)
    return [
        Block(index, name)
        for index, settings in sorted(found.items())
        for name in NAMES
        if settings.get("settings", {}).get("index", {}).get("blocks", {}).get(name) == "true"
    ]


def refuse_if_blocked(store: ElasticsearchStore) -> None:
    """Raise StorageError naming the first block, before a command stops half way at it."""
    if found := blocks(store):
        blocked = found[0].sentence(store.where)
        raise StorageError("refused_while_blocked", block=blocked, remedy=blocked.remedy)


WINDOW = 500


def lost_documents(store: ElasticsearchStore) -> int:
    """How many documents the registry takes for indexed."""
    with reading(store.where):
        return registered_documents(store.client, store.names)


def start_over(store: ElasticsearchStore) -> int:
    """Queue every document of the registry as if nothing of it were indexed; returns how many."""
    count = 0
    entries = store.sources("")
    while window := list(islice(entries, WINDOW)):
        store.put_entries([without_failures(entry) for entry in window])
        count += len(window)
    return count
