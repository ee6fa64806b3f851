"""The chunks for a question: of values that it compares, each has chunks of its own among them."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, zip_longest

from searchapp.answer.answerability import each_value
from searchapp.model import Hit, SearchRequest, SearchResults
from searchapp.search import Searcher

MOST_SEARCHES = 4
"""Values that are searched for by themselves, beside the whole question."""


def retrieved(searcher: Searcher, request: SearchRequest) -> SearchResults:
    """What the searcher finds; where the question compares years or codes, also what it finds for each, in turns.

    Raises what searching raises.
    """
    results = searcher.search(request)
    values = each_value(results.query)
    if len(values) < 2:
        return results
    # Filters that were typed stand in the request's query only; they are asked for with each value.
    typed = request.query.replace(results.query, "") if results.query in request.query else ""
    each = [
        searcher.search(replace(request, query=f"{value} {typed}".strip())).hits for value in values[:MOST_SEARCHES]
    ]
    found: dict[str, Hit] = {}
    for hit in chain.from_iterable(zip_longest(*each, results.hits)):
        if hit is not None:
            found.setdefault(hit.chunk_id, hit)
    best = list(found.values())[: request.size]
    return replace(results, hits=tuple(replace(hit, rank=rank) for rank, hit in enumerate(best, start=1)))
