"""One pipeline from sources to the store: load, chunk, embed, write."""

from searchapp.ingest.originals import Originals
from searchapp.ingest.pipeline import Ingester
from searchapp.ingest.reencode import Reencode

__all__ = ["Ingester", "Originals", "Reencode"]
