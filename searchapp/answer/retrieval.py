"""The chunks for a question, and whether they bear an answer; each value that it compares has chunks of its own."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, zip_longest
from typing import NamedTuple

from searchapp.answer.answerability import each_value, has_evidence
from searchapp.model import Hit, QueryRead, SearchRequest, SearchResults
from searchapp.search import Searcher
from searchapp.search.query import clean
from searchapp.tokens import Tokenizer

MOST_SEARCHES = 4
"""Values that are searched for by themselves, beside the whole question."""


class Found(NamedTuple):
    """What was found, whether it bears an answer, and as what the question was read where not as it was asked."""

    results: SearchResults
    bears: bool
    read_as: QueryRead | None = None


def with_evidence(searcher: Searcher, tokenizer: Tokenizer, request: SearchRequest, other: QueryRead | None) -> Found:
    """What is found for the question, or for its ``other`` reading where that alone has evidence.

    ``tokenizer`` is the embedding model's. Raises what searching raises.
    """
    found = _judged(retrieved(searcher, request), tokenizer)
    if found.bears or other is None:
        return found
    instead = _judged(retrieved(searcher, replace(request, query=other.query)), tokenizer)
    return instead._replace(read_as=other) if instead.bears else found


def _judged(results: SearchResults, tokenizer: Tokenizer) -> Found:
    return Found(results, has_evidence(results.query, results.hits, tokenizer.reading(results.query).known_share))


def retrieved(searcher: Searcher, request: SearchRequest) -> SearchResults:
    """What the searcher finds; where the question compares years or codes, also what it finds for each, in turns.

    Raises what searching raises.
    """
    results = searcher.search(request)
    values = each_value(results.query)
    if len(values) < 2 or results.query != clean(request.query):
        return results  # what was typed as an operator holds for the whole question only
    each = [searcher.search(replace(request, query=value)).hits for value in values[:MOST_SEARCHES]]
    found: dict[str, Hit] = {}
    for hit in chain.from_iterable(zip_longest(*each, results.hits)):
        if hit is not None:
            found.setdefault(hit.chunk_id, hit)
    best = list(found.values())[: request.size]
    return replace(results, hits=tuple(replace(hit, rank=rank) for rank, hit in enumerate(best, start=1)))
