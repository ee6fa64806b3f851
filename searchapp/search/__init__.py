"""Query to hits: both retrievers in one round trip, fused, filtered, highlighted, explained.

``query`` and ``filters`` read what the user typed; ``searcher`` runs the retrievers, also for more like a chunk, and
``nearness`` says what of them counts as found; ``fusion`` makes one ranking of two, with what sentences and a
``reranker`` tell of the best chunks; ``grouping`` sorts, groups and folds it (``duplicates`` says what is the same),
and ``results`` makes a page of it; ``highlights`` marks what matters; ``suggest`` completes what is typed, and
``spelling`` says what a misspelt word may stand for.
"""

from searchapp.search.filters import parse_filters
from searchapp.search.searcher import Searcher

__all__ = ["Searcher", "parse_filters"]
