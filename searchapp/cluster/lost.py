"""An index that is gone while the registry still tells of its documents."""

from __future__ import annotations

from itertools import islice

from searchapp.ingest.entries import forgiven
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.installation import registered_documents

WINDOW = 500

LOST = "The index is lost: the registry tells of {:,} documents, and there are no passages."
REMEDY = (
    "searchapp es snapshot restore brings it back. Without a snapshot: searchapp es apply --start-over, then ingest "
    "again."
)


def lost_documents(store: ElasticsearchStore) -> int:
    """How many documents the registry takes for indexed."""
    with reading(store.where):
        return registered_documents(store.client, store.names)


def start_over(store: ElasticsearchStore) -> int:
    """Queue every document of the registry as if nothing of it were indexed; returns how many."""
    count = 0
    entries = store.sources("")
    while window := list(islice(entries, WINDOW)):
        store.put_entries([forgiven(entry) for entry in window])
        count += len(window)
    return count
