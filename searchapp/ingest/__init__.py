"""One pipeline from sources to the store: load, chunk, embed, write."""

from searchapp.ingest.originals import Originals
from searchapp.ingest.pipeline import Ingester

__all__ = ["Ingester", "Originals"]
