"""Where chunks, vectors and the registry of documents are kept. Nothing outside this room knows which engine runs."""

from searchapp.stores.base import DocumentWrite, EntryPage, FoundChunk, LegQuery, LegResults, Store
from searchapp.stores.guard import require_same_model
from searchapp.stores.providers import build_store

__all__ = [
    "DocumentWrite",
    "EntryPage",
    "FoundChunk",
    "LegQuery",
    "LegResults",
    "Store",
    "build_store",
    "require_same_model",
]
