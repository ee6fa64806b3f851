"""The Elasticsearch store: templates from es/, one alias over versioned indices, a registry index.

``connection`` owns the client and turns its exceptions into ours; ``templates`` reads es/, ``installation`` puts it;
``queries`` and ``documents`` are pure functions from our nouns to Elasticsearch's JSON and back; ``bulk`` reads every
item of a bulk answer; ``store`` puts them together.
"""

from searchapp.stores.elasticsearch.store import ElasticsearchStore

__all__ = ["ElasticsearchStore"]
