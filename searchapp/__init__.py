"""searchapp: private semantic search with answers over your own documents, on Elasticsearch.

Read the package in the order in which a document travels: ``sources`` (bytes to text), ``chunking``
(text to chunks), ``embedding`` (chunks to vectors), ``stores`` (where both are kept), ``ingest`` (what
drives these four); then in the order in which a question travels: ``search`` (retrievers, fusion, hits) and
``answer`` (context, model, citations). ``wiring`` puts the pieces together for ``cli`` and ``web``.
"""

__version__ = "0.2.0"
