"""Query to hits: both legs in one round trip, fused, filtered, highlighted, explained.

``query`` reads what the user typed; ``searcher`` runs the legs; ``fusion`` makes one ranking of two; ``highlights``
marks what matched; ``filters`` parses ``field=value``.
"""

from searchapp.search.filters import parse_filters
from searchapp.search.searcher import Searcher

__all__ = ["Searcher", "parse_filters"]
