"""Settings to store: the only place that picks an engine. Each is imported when it is used."""

from __future__ import annotations

from searchapp.settings import Settings
from searchapp.stores.base import Store


def build_store(settings: Settings) -> Store:
    """Elasticsearch when SEARCHAPP_ELASTICSEARCH_URL is set, else LanceDB in the data folder."""
    if settings.elasticsearch_url:
        from searchapp.stores.elasticsearch import ElasticsearchStore

        return ElasticsearchStore(settings)
    from searchapp.stores.lancedb import LanceStore

    return LanceStore(settings.data_dir / "index" / settings.index_prefix)
