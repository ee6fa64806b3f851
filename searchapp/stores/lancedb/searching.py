"""A search of the passages: both legs, and the facets over what they find."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

from searchapp.stores.base import LegQuery, LegResults, Match
from searchapp.stores.lancedb import schema
from searchapp.stores.lancedb.counting import COLUMNS, MOST_COUNTED, counted
from searchapp.stores.lancedb.filters import conditions, named, told
from searchapp.stores.lancedb.nearest import nearest
from searchapp.stores.lancedb.searched import searched_text, with_stems
from searchapp.telemetry.stages import Stage, stage
from searchapp.text.han import han_words, without_han
from searchapp.text.variants import with_variants

READ_THROUGH = 20_000
"""Passages that may be read for a completion, one by one: as many as take about a tenth of a second."""

SLIPS = 2
"""Letters in which a word may differ from what was typed; more find anything."""


def search_table(table: Any, query: LegQuery, has_han: bool) -> LegResults:
    """What ``query`` finds in the table of passages; ``has_han``: they have their Chinese words in a column."""
    keyword: list[schema.Row] = []
    semantic: list[schema.Row] = []
    if query.keywords is not None:
        with stage(Stage.KEYWORD):
            keyword = _keyword(table, query, query.keywords, has_han)
    if query.vector is not None:
        with stage(Stage.VECTOR):
            filtered = bool(conditions(query))
            semantic = _limited(nearest(table, query.vector, schema.FOUND_COLUMNS, every=filtered), query)
    with stage(Stage.FACETS) if query.facets else contextlib.nullcontext():
        facets, matched = counted([*_all_matches(table, query, has_han), *semantic]) if query.facets else ({}, 0)
    return LegResults(
        keyword=tuple(schema.found_chunk(row, float(row.get("_score", 1.0))) for row in keyword),
        semantic=tuple(schema.found_chunk(row, 1.0 - float(row["_distance"])) for row in semantic),
        facets=facets,
        matched=matched,
    )


def _keyword(table: Any, query: LegQuery, keywords: str, has_han: bool) -> list[schema.Row]:
    if query.match is Match.BEGINNING:
        return _beginning(table, query, keywords)
    asked = table.search(_words(query, keywords, has_han), query_type="fts")
    return _limited(asked.select([*schema.FOUND_COLUMNS, "_score"]), query)


def _all_matches(table: Any, query: LegQuery, has_han: bool) -> list[schema.Row]:
    if query.keywords is None:
        return []
    asked = table.search(_words(query, query.keywords, has_han), query_type="fts").select([*COLUMNS, "_score"])
    return _limited(asked, replace(query, depth=MOST_COUNTED))


def _beginning(table: Any, query: LegQuery, beginning: str) -> list[schema.Row]:
    """Names first; in a large table the words of passages are those that the text index finds, not all."""
    found = _limited(table.search(), query, named(beginning))
    if len(found) < query.depth and table.count_rows() <= READ_THROUGH:
        found += _limited(table.search(), query, told(beginning))
    elif len(found) < query.depth:
        from lancedb.query import MatchQuery

        begun = MatchQuery(beginning, "content", fuzziness=SLIPS, prefix_length=len(beginning))
        found += _limited(table.search(begun, query_type="fts"), query)
    return list({row["id"]: row for row in found}.values())[: query.depth]


def _words(query: LegQuery, keywords: str, has_han: bool) -> Any:
    from lancedb.query import BooleanQuery, MatchQuery, Occur, PhraseQuery

    if query.match is Match.SIMILAR:
        return MatchQuery(with_stems(keywords), "content", fuzziness=SLIPS, prefix_length=1)
    if has_han:
        chinese = han_words(keywords)
        # Words of one character, and those that were cut otherwise, are found by their characters.
        parts = {"han": chinese, "han_characters": " ".join(chinese.replace(" ", ""))}
        others = without_han(keywords) if chinese else keywords
    else:
        parts, others = {}, with_variants(keywords)
    parts["content"] = searched_text(others)
    wanted: list[Any] = [MatchQuery(words, column) for column, words in parts.items() if words]
    wanted += [PhraseQuery(phrase, "content") for phrase in query.exact]
    return BooleanQuery([(Occur.SHOULD, one) for one in wanted]) if len(wanted) > 1 else wanted[0]


def _limited(asked: Any, query: LegQuery, further: str = "") -> list[schema.Row]:
    condition = " AND ".join(part for part in (conditions(query), further) if part)
    if condition:
        asked = asked.where(condition, prefilter=True)
    rows: list[schema.Row] = asked.limit(query.depth).to_list()
    return rows
