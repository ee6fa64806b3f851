"""Settings to store: the only place that picks an engine. Each is imported when it is used."""

from __future__ import annotations

from searchapp.settings import Settings
from searchapp.stores.base import Reencoder, Store


def build_store(settings: Settings, reencode: Reencoder | None = None) -> Store:
    """Elasticsearch when SEARCHAPP_ELASTICSEARCH_URL is set, else LanceDB in the data folder.

    ``reencode`` carries writes into an index that is being moved to another model; only Elasticsearch can be.
    """
    if settings.elasticsearch_url:
        from searchapp.stores.elasticsearch import ElasticsearchStore

        return ElasticsearchStore(settings, reencode)
    from searchapp.stores.lancedb import LanceStore

    return LanceStore(settings.data_dir / "index" / settings.index_prefix)
