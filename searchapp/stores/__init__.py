"""Where chunks, vectors and the registry of documents are kept. Nothing outside this room knows which engine runs."""

from searchapp.stores.base import (
    Chunking,
    DocumentWrite,
    FacetCounts,
    FoundChunk,
    IndexSpec,
    LegQuery,
    LegResults,
    Match,
    Reencoder,
    Store,
    Vectors,
)
from searchapp.stores.guard import model_in_use
from searchapp.stores.providers import build_store
from searchapp.stores.registry import EntryOrder, EntryPage, Registry

__all__ = [
    "Chunking",
    "DocumentWrite",
    "EntryOrder",
    "EntryPage",
    "FacetCounts",
    "FoundChunk",
    "IndexSpec",
    "LegQuery",
    "LegResults",
    "Match",
    "Reencoder",
    "Registry",
    "Store",
    "Vectors",
    "build_store",
    "model_in_use",
]
