"""Query to hits: both legs in one round trip, fused, filtered, highlighted, explained.

``query`` and ``filters`` read what the user typed; ``searcher`` runs the legs; ``fusion`` makes one ranking of two, to
which ``ranking`` adds what ``together`` and a ``reranker`` find in the best passages; ``arrangement`` sorts, groups and
folds it; ``highlights`` and ``meaning`` mark what matters; ``similar``, ``completion`` and ``spelling`` lead on from
there.
"""

from searchapp.search.filters import parse_filters
from searchapp.search.searcher import Searcher

__all__ = ["Searcher", "parse_filters"]
