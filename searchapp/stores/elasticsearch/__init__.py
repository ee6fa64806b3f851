"""The Elasticsearch store: templates from es/, one alias over versioned indices, a registry index.

``connection`` makes the client and turns its exceptions into ours; ``templates`` reads es/, ``installation`` puts it,
``changes`` says how an index differs from it; ``queries`` and ``documents`` are pure functions from our nouns to
Elasticsearch's JSON and back; ``bulk`` reads every item of a bulk answer. ``store`` is composed of ``index`` (which
``versions`` there are), ``registry`` with its ``listing`` (the entries) and ``chunks``.
"""

from searchapp.stores.elasticsearch.store import ElasticsearchStore

__all__ = ["ElasticsearchStore"]
