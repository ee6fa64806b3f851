"""searchapp: private semantic search with answers over your own documents, on Elasticsearch.

Read the package in the order in which a document travels: ``sources`` (bytes to text), ``chunking``
(text to chunks), ``embedding`` (chunks to vectors), ``stores`` (where both are kept), ``ingest`` (what
drives these four); then in the order in which a question travels: ``search`` (retrievers, fusion, hits) and
``answer`` (context, model, citations). ``wiring`` puts the pieces together for ``cli`` and ``web``.

Programs begin with ``Index``: docs/python.md.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from searchapp.errors import SearchAppError
    from searchapp.index import Index
    from searchapp.model import Answer, DocumentEntry, Filters, Hit, IngestOutcome, SearchResults, Turn

__version__ = "0.2.0"

__all__ = [
    "Answer",
    "DocumentEntry",
    "Filters",
    "Hit",
    "Index",
    "IngestOutcome",
    "SearchAppError",
    "SearchResults",
    "Turn",
    "__version__",
]

_HOMES = {"Index": "searchapp.index", "SearchAppError": "searchapp.errors"}


def __getattr__(name: str) -> object:
    """The names of ``__all__``, imported when they are first used: a command starts without them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "searchapp.model")), name)
