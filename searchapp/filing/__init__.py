"""Collections and tags by hand: who may give documents which, and what a change of a collection does to those in it.

``stores/filing.py`` says what follows for a document; the stores write it.
"""

from searchapp.filing.collections import Collections, CollectionShown
from searchapp.filing.documents import Filed, Tags
from searchapp.filing.folders import uploads_below
from searchapp.filing.names import MOST_DOCUMENTS
from searchapp.filing.tree import Level, list_collection, list_level

__all__ = [
    "MOST_DOCUMENTS",
    "CollectionShown",
    "Collections",
    "Filed",
    "Level",
    "Tags",
    "list_collection",
    "list_level",
    "uploads_below",
]
