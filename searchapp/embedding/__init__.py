"""Text to vectors: the ``Embedder`` contract, its providers, and the fingerprint that ties an index to a model."""

from searchapp.embedding.base import Embedder, Fingerprint
from searchapp.embedding.deferred import document_vectors, query_vector
from searchapp.embedding.following import embedder_for
from searchapp.embedding.offline import is_here
from searchapp.embedding.providers import build_embedder
from searchapp.embedding.shared import SharedEmbedder, spare_vectors

__all__ = [
    "Embedder",
    "Fingerprint",
    "SharedEmbedder",
    "build_embedder",
    "document_vectors",
    "embedder_for",
    "is_here",
    "query_vector",
    "spare_vectors",
]
