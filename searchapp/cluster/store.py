"""The Elasticsearch store, which the operator's commands need and the embedded one cannot replace."""

from __future__ import annotations

from searchapp.errors import UsageError
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.wiring import Application


def elasticsearch_store(application: Application) -> ElasticsearchStore:
    """The application's store. Raises UsageError when the embedded one is configured."""
    store = application.store
    if not isinstance(store, ElasticsearchStore):
        raise UsageError(
            "No Elasticsearch is configured: the embedded store is in use.",
            "Set SEARCHAPP_ELASTICSEARCH_URL, for example to http://localhost:9200.",
        )
    return store
