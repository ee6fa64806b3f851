"""The Elasticsearch store that these commands need, and two states in which they refuse to work: blocked, lost."""

from __future__ import annotations

from itertools import islice
from typing import Any

from elasticsearch import ApiError

from searchapp.errors import StorageError, UsageError
from searchapp.ingest.lifecycle import without_failures
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.blocks import CLUSTER_NAMES, NAMES, Block
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


def blocks(store: ElasticsearchStore) -> list[Block]:
    """The blocks on our indices, and those on all of the cluster."""
    pattern = f"{store.names.versions},{store.names.documents}"
    with reading(store.where):
        found = store.client.indices.get_settings(index=pattern, name="index.blocks.*", ignore_unavailable=True)
        on_all = _cluster_settings(store)
    return [
        *(Block("", name) for name in CLUSTER_NAMES if on_all.get(f"cluster.blocks.{name}") == "true"),
        *(
            Block(index, name)
            for index, settings in sorted(found.items())
            for name in NAMES
            if settings.get("settings", {}).get("index", {}).get("blocks", {}).get(name) == "true"
        ),
    ]


def _cluster_settings(store: ElasticsearchStore) -> Json:
    """What is set for all of the cluster; nothing where the key may not look, as a reader's and a worker's."""
    try:
        found = store.client.cluster.get_settings(flat_settings=True)
    except ApiError as error:
        if error.meta.status != 403:
            raise
        return {}
    return {**found["persistent"], **found["transient"]}


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
