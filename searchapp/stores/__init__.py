"""Where chunks, vectors and the registry of documents are kept. Nothing outside this room knows which engine runs."""

from searchapp.stores.base import (
    LOST,
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
from searchapp.stores.ownership import Replacement
from searchapp.stores.paging import LAST_PAGE, Cursor, EntryPage, Place, page_of
from searchapp.stores.providers import build_store
from searchapp.stores.registry import EntryOrder, Registry, every

__all__ = [
    "LAST_PAGE",
    "LOST",
    "Chunking",
    "Cursor",
    "DocumentWrite",
    "EntryOrder",
    "EntryPage",
    "FacetCounts",
    "FoundChunk",
    "IndexSpec",
    "LegQuery",
    "LegResults",
    "Match",
    "Place",
    "Reencoder",
    "Registry",
    "Replacement",
    "Store",
    "Vectors",
    "build_store",
    "every",
    "model_in_use",
    "page_of",
]
