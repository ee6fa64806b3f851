"""A search of the chunks: both retrievers, facets over what they find, filters as conditions in LanceDB's SQL."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from searchapp.model import Filters
from searchapp.stores.analysis import asked_beside, han_words, phrase_tokens, without_han
from searchapp.stores.base import Match, RetrievalQuery, RetrievalResults
from searchapp.stores.facets import COLUMNS, MOST_COUNTED, count_facets
from searchapp.stores.filtering import wanted_fields
from searchapp.stores.lancedb import schema
from searchapp.stores.lancedb.indices import nearest, searched_text, with_stems, without_stop_words
from searchapp.telemetry.stages import Stage, stage
from searchapp.text.chinese import with_variants

READ_THROUGH = 20_000
"""Chunks that may be read for a completion, one by one: as many as take about a tenth of a second."""

SLIPS = 2
"""Letters in which a word may differ from what was typed; more find anything."""


def search_table(table: Any, query: RetrievalQuery, has_han: bool, lacking: Collection[str] = ()) -> RetrievalResults:
    """What ``query`` finds in the table of chunks; ``has_han``: they have their Chinese words in a column.

    ``lacking`` are columns of a table of before, of whose chunks none passes a filter by them.
    """
    if any(getattr(query.filters, name, ()) for name in lacking):
        return RetrievalResults((), ())
    columns = [name for name in _columns(query) if name not in lacking]
    keyword: list[schema.Row] = []
    semantic: list[schema.Row] = []
    if query.keywords is not None:
        with stage(Stage.KEYWORD):
            keyword = _keyword(table, query, query.keywords, has_han, columns)
    if query.vector is not None:
        with stage(Stage.VECTOR):
            filtered = bool(conditions(query))
            semantic = _limited(nearest(table, query.vector, columns, every=filtered), query)
    counted = [name for name in COLUMNS if name not in lacking]
    with stage(Stage.FACETS) if query.facets else contextlib.nullcontext():
        near = [row for row in semantic if 1.0 - float(row["_distance"]) >= query.least_cosine]
        matches = _all_matches(table, query, has_han, counted) if query.facets else []
        facets, matched = count_facets([*matches, *near]) if query.facets else ({}, 0)
    return RetrievalResults(
        keyword=tuple(schema.found_chunk(row, float(row.get("_score", 1.0))) for row in keyword),
        semantic=tuple(schema.found_chunk(row, 1.0 - float(row["_distance"])) for row in semantic),
        facets=facets,
        matched=matched,
    )


def _columns(query: RetrievalQuery) -> Sequence[str]:
    return schema.FOUND_COLUMNS if query.texts else schema.COUNTED_COLUMNS


def _keyword(
    table: Any, query: RetrievalQuery, keywords: str, has_han: bool, columns: Sequence[str]
) -> list[schema.Row]:
    if query.match is Match.BEGINNING:
        return _beginning(table, query, keywords)
    words = _words(query, keywords, has_han)
    if words is None:
        return []
    asked = table.search(words, query_type="fts")
    return _limited(asked.select([*columns, "_score"]), query)


def _all_matches(table: Any, query: RetrievalQuery, has_han: bool, columns: Sequence[str]) -> list[schema.Row]:
    words = None if query.keywords is None else _words(query, query.keywords, has_han)
    if words is None:
        return []
    asked = table.search(words, query_type="fts").select([*columns, "_score"])
    return _limited(asked, replace(query, depth=MOST_COUNTED))


def _beginning(table: Any, query: RetrievalQuery, beginning: str) -> list[schema.Row]:
    """Names first; in a large table the words of chunks are those that the text index finds, not all."""
    found = _limited(table.search(), query, _names(beginning))
    if len(found) < query.depth and table.count_rows() <= READ_THROUGH:
        found += _limited(table.search(), query, _holds(beginning))
    elif len(found) < query.depth:
        from lancedb.query import MatchQuery

        begun = MatchQuery(beginning, "content", fuzziness=SLIPS, prefix_length=len(beginning))
        found += _limited(table.search(begun, query_type="fts"), query)
    return list({row["id"]: row for row in found}.values())[: query.depth]


def _words(query: RetrievalQuery, keywords: str, has_han: bool) -> Any | None:
    """What the text indices are asked; None where nothing of the query ranks."""
    from lancedb.query import BooleanQuery, MatchQuery, Occur, PhraseQuery

    if query.match is Match.SIMILAR:
        telling = with_stems(without_stop_words(keywords))
        return MatchQuery(telling, "content", fuzziness=SLIPS, prefix_length=1) if telling else None
    if has_han:
        chinese = han_words(keywords)
        # Words of one character, and those that were cut otherwise, are found by their characters.
        parts = {"han": chinese, "han_characters": " ".join(chinese.replace(" ", ""))}
        others = without_han(keywords) if chinese else keywords
    else:
        parts, others = {}, with_variants(keywords)
    parts["content"] = searched_text(without_stop_words(others))
    wanted: list[Any] = [MatchQuery(words, column) for column, words in parts.items() if words]
    wanted += [MatchQuery(words, "content", boost=boost) for words, boost in asked_beside(keywords).items()]
    wanted += [PhraseQuery(phrase, "content") for phrase in query.exact]
    if len(wanted) < 2:
        return wanted[0] if wanted else None
    return BooleanQuery([(Occur.SHOULD, one) for one in wanted])


def _limited(asked: Any, query: RetrievalQuery, further: str = "") -> list[schema.Row]:
    condition = " AND ".join(part for part in (conditions(query), further) if part)
    if condition:
        asked = asked.where(condition, prefilter=True)
    rows: list[schema.Row] = asked.limit(query.depth).to_list()
    return rows


def conditions(query: RetrievalQuery) -> str | None:
    """The condition that a row of either retriever must meet: filters, required phrases, none of the excluded ones."""
    parts = [part for part in (where(query.filters),) if part]
    parts += [_has(phrase) for phrase in query.required]
    parts += [f"NOT {_has(phrase)}" for phrase in query.excluded]
    return " AND ".join(parts) or None


def conditions_with(filters: Filters, phrase: str, after: str) -> str:
    """The condition that a row of ``Store.documents_with`` must meet."""
    parts = [where(filters), _has(phrase) if phrase else None, f"document_id > {quoted(after)}" if after else None]
    return " AND ".join(part for part in parts if part) or "true"


def where(filters: Filters) -> str | None:
    """The condition that a chunk row must meet; None when there is none.

    Alternatives stand in lists. A chain of ORs nests one into the other, and LanceDB, which follows it by recursion,
    ended the process at a hundred thousand of them.
    """
    parts: list[str] = []
    if filters.types:
        parts.append(one_of("type", filters.types))
    if filters.languages:
        parts.append(one_of("language", filters.languages))
    if filters.document_ids:
        parts.append(one_of("document_id", filters.document_ids))
    if filters.excluded_document_ids:
        parts.append(f"NOT {one_of('document_id', filters.excluded_document_ids)}")
    if filters.headings:
        parts.append(f"array_has_any(headings, {_array(filters.headings)})")
    if filters.tags:
        parts.append(f"array_has_any(tags, {_array(filters.tags)})")
    if filters.collections:
        parts.append(f"array_has_any(collections, {_array(filters.collections)})")
    parts += [f"array_has_any(fields, {_array(texts)})" for texts in wanted_fields(filters)]
    if filters.paths:
        begins = ", ".join(f"starts_with(source, {quoted(path)})" for path in filters.paths)
        parts.append(f"array_has(make_array({begins}), true)")
    if filters.years:
        parts.append(f"date_part('year', modified) IN ({', '.join(str(year) for year in filters.years)})")
    if filters.after:
        parts.append(f"modified >= {_instant(filters.after)}")
    if filters.before:
        parts.append(f"modified < {_instant(filters.before)}")
    if filters.groups is not None:
        parts.append(readable_by(filters.groups))
    return " AND ".join(parts) or None


def readable_by(groups: Sequence[str]) -> str:
    """The condition for documents of one of the groups, or of none at all."""
    if not groups:
        return "groups IS NULL"
    return f"(groups IS NULL OR array_has_any(groups, {_array(groups)}))"


def _array(values: Iterable[str]) -> str:
    return f"make_array({', '.join(quoted(value) for value in values)})"


_CJK = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
_BEFORE, _AFTER = rf"(?:^|[^\w.]|[{_CJK}]|(?:^|\W)\.)", rf"(?:$|[^\w.]|[{_CJK}]|\.(?:$|\W))"


def _has(phrase: str) -> str:
    """Whether the row holds the phrase's words in a row, in any case, whatever marks stand between them."""
    return f"regexp_like(content, {quoted('(?i)' + _BEFORE + _in_a_row(phrase) + _AFTER)})"


def _names(beginning: str) -> str:
    """The condition that words of the title or of a heading begin so."""
    pattern = quoted(f"(?i){_BEFORE}{_in_a_row(beginning)}")
    return f"(regexp_like(title, {pattern}) OR regexp_like(array_to_string(headings, ' '), {pattern}))"


def _holds(beginning: str) -> str:
    """The condition that words of the chunk begin so."""
    return f"regexp_like(content, {quoted('(?i)' + _BEFORE + _in_a_row(beginning))})"


def _in_a_row(phrase: str) -> str:
    return r"\W*".join(re.escape(token) for token in phrase_tokens(phrase))


def one_of(column: str, values: Iterable[str]) -> str:
    """``column IN (...)`` with every value quoted."""
    return f"{column} IN ({', '.join(quoted(value) for value in values)})"


def quoted(value: str) -> str:
    """A string literal; the only special character in it is the quote itself."""
    return "'" + value.replace("'", "''") + "'"


def _instant(moment: dt.datetime) -> str:
    # strftime writes the year 800 with three digits on some systems, which LanceDB does not read.
    text = moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return f"arrow_cast('{text}Z', 'Timestamp(Millisecond, Some(\"UTC\"))')"
