"""The Elasticsearch store: templates from es/, one alias over versioned indices, a registry index.

``connection`` makes the client and turns its exceptions into ours; ``templates`` reads es/, ``installation`` puts it;
``queries`` and ``documents`` are pure functions from our nouns to Elasticsearch's JSON and back; ``bulk`` reads every
item of a bulk answer; ``writing`` and ``searching`` work on one version of the index. Four classes put them together,
each on top of the one before: ``index`` knows the versions, ``registry`` and ``conditional`` the entries, ``store`` the
passages.
"""

from searchapp.stores.elasticsearch.store import ElasticsearchStore

__all__ = ["ElasticsearchStore"]
