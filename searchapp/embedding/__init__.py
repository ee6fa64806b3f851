"""Text to vectors: the ``Embedder`` contract, its providers, and the fingerprint that ties an index to a model."""

from searchapp.embedding.base import Embedder, Fingerprint, document_vectors, query_vector
from searchapp.embedding.index_model import embedder_for, embedder_of
from searchapp.embedding.models import build_embedder
from searchapp.embedding.runtime.preparing import is_here
from searchapp.embedding.shared import SharedEmbedder, low_priority_vectors
from searchapp.embedding.similarity import SAME_SCALE, Scale, scale_of

__all__ = [
    "SAME_SCALE",
    "Embedder",
    "Fingerprint",
    "Scale",
    "SharedEmbedder",
    "build_embedder",
    "document_vectors",
    "embedder_for",
    "embedder_of",
    "is_here",
    "low_priority_vectors",
    "query_vector",
    "scale_of",
]
