"""Search bodies, and what came back for them, as pure functions; the store only sends them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from searchapp.model import Filters, Vector
from searchapp.stores.analysis import asked_beside, han_words, without_han
from searchapp.stores.base import FACET_VALUES, Match, RetrievalQuery, RetrievalResults
from searchapp.stores.elasticsearch.documents import UNEMBEDDED, found_chunk, newest_versions
from searchapp.stores.filtering import wanted_fields
from searchapp.text.chinese import with_variants
from searchapp.text.words import CJK

Json = dict[str, Any]

_CJK_RUN = re.compile(f"[{CJK}]+")

MAX_CANDIDATES = 10_000
"""Elasticsearch's own limit for num_candidates."""

EXACT_BOOST = 2.0
"""How much more an exact phrase counts than the same words apart."""

FOUND_FIELDS = [
    "document_id", "version", "written", "text", "title", "source", "type", "language", "headings", "page", "start",
    "end", "modified", "tags", "collections", "fields", UNEMBEDDED,
]  # fmt: skip
"""What a search brings of a chunk; each further field costs time for every hit."""

COUNTED_FIELDS = [
    name for name in FOUND_FIELDS if name not in ("text", "headings", "tags", "collections", "fields", UNEMBEDDED)
]

CHUNK_FIELDS = [*FOUND_FIELDS, "position", "hash"]


def search_bodies(query: RetrievalQuery, *, han: bool, oversample: float, candidates: float) -> dict[str, Json]:
    """What is asked at once, by name: ``keyword``, ``semantic``, ``facets``. ``han``: the index has that field."""
    bodies: dict[str, Json] = {}
    if query.keywords is not None:
        bodies["keyword"] = keyword_body(query, han)
    if query.vector is not None:
        bodies["semantic"] = semantic_body(query, query.vector, oversample, candidates)
    if query.facets:
        bodies["facets"] = facets_body(query, oversample, candidates, han)
    return bodies


def retrieval_results(answers: Mapping[str, Json]) -> RetrievalResults:
    """What came back for ``search_bodies``, by the same names."""
    keyword, semantic = (
        newest_versions(answers[retriever]["hits"]["hits"]) if retriever in answers else []
        for retriever in ("keyword", "semantic")
    )
    facets = answers.get("facets")
    return RetrievalResults(
        keyword=tuple(found_chunk(hit, hit["_score"]) for hit in keyword),
        # Elasticsearch scores cosine similarity as (1 + cosine) / 2.
        semantic=tuple(found_chunk(hit, 2 * hit["_score"] - 1) for hit in semantic),
        facets=facet_counts(facets["aggregations"]) if facets else {},
        matched=facets["hits"]["total"]["value"] if facets else 0,
    )


def keyword_body(query: RetrievalQuery, han: bool = True) -> Json:
    """BM25 over title, headings and text together; exact phrases weigh more. ``han``: the index has the field."""
    return {
        "query": {"bool": {"must": [_words(query, han)], "filter": conditions(query)}},
        "size": query.depth,
        "_source": FOUND_FIELDS if query.texts else COUNTED_FIELDS,
        "track_total_hits": False,
    }


def _words(query: RetrievalQuery, han: bool) -> Json:
    if query.match is Match.BEGINNING:
        # "exact" has words as they are typed; those of titles come first.
        begun = {"match_phrase_prefix": {"content.exact": {"query": query.keywords}}}
        return {"bool": {"must": [begun], "should": [{"match_phrase_prefix": {"title": {"query": query.keywords}}}]}}
    if query.match is Match.SIMILAR:
        return {"match": {"content.exact": {"query": query.keywords, "fuzziness": "AUTO", "prefix_length": 1}}}
    typed = query.keywords or ""
    chinese = han_words(typed) if han else ""
    others = without_han(typed) if chinese else typed if han else with_variants(typed)
    # Words of one character, and those that were cut otherwise, are found by their characters.
    should: list[Json] = [{"match": {field: {"query": chinese}}} for field in ("han", "han.characters") if chinese]
    if others:
        should.append({"match": {"content": {"query": others}}})
    if characters := _CJK_RUN.findall(others):
        should.append({"match": {"content.exact": {"query": " ".join(characters)}}})
    should += [{"match": {"content": {"query": words, "boost": boost}}} for words, boost in asked_beside(typed).items()]
    should += [{"match_phrase": {"content.exact": {"query": phrase, "boost": EXACT_BOOST}}} for phrase in query.exact]
    return _any(should)


def semantic_body(query: RetrievalQuery, vector: Vector, oversample: float = 0.0, candidates: float = 2.0) -> Json:
    """Approximate nearest neighbours; the filters stand inside ``knn``, so that they apply before, not after.

    As a query ``knn`` finds what it finds beside one, also over several shards, and saves the server a phase.
    Quantised vectors bring ``oversample`` times as many, which are ranked again by the whole vectors; 0 leaves that
    out. Elasticsearch ignores it where vectors are not quantised. ``candidates`` times as many are looked at in each
    shard. A vector of no dimensions is made by the server.
    """
    return {
        "query": {"knn": _nearest(query, vector, oversample, candidates)},
        "size": query.depth,
        "_source": FOUND_FIELDS if query.texts else COUNTED_FIELDS,
        "track_total_hits": False,
    }


def _nearest(query: RetrievalQuery, vector: Vector, oversample: float, candidates: float) -> Json:
    return {
        "field": "embedding",
        **_asked(query, vector),
        "k": query.depth,
        "num_candidates": min(MAX_CANDIDATES, max(100, round(query.depth * candidates))),
        "rescore_vector": {"oversample": oversample},
        "filter": conditions(query),
    }


def facets_body(query: RetrievalQuery, oversample: float = 0.0, candidates: float = 2.0, han: bool = True) -> Json:
    """Counts over what either retriever finds: Elasticsearch aggregates the union of ``query`` and ``knn``."""
    body: Json = {"size": 0, "track_total_hits": True, "aggs": FACETS}
    if query.keywords is not None:
        body["query"] = keyword_body(query, han)["query"]
    if query.vector is not None:
        body["knn"] = {**_nearest(query, query.vector, oversample, candidates), "similarity": query.least_cosine}
    return body


def _commonest(field: str) -> Json:
    return {"terms": {"field": field, "size": FACET_VALUES}}


FACETS: Json = {
    "type": _commonest("type"),
    "language": _commonest("language"),
    "path": _commonest("folder"),
    "year": {
        "date_histogram": {"field": "modified", "calendar_interval": "year", "format": "yyyy", "min_doc_count": 1}
    },
    "heading": _commonest("headings.whole"),
    "tag": _commonest("tags"),
    "collection": _commonest("collections"),
    "field": _commonest("fields"),
}
"""An index of before a field was there counts nothing of it until its documents are written again."""


def facet_counts(aggregations: Json) -> dict[str, dict[str, int]]:
    """The counts that came back for ``facets_body``, by facet and value."""
    return {
        name: {
            str(value): bucket["doc_count"]
            for bucket in aggregations[name]["buckets"]
            if (value := bucket.get("key_as_string", bucket["key"]))
        }
        for name in FACETS
    }


def _asked(query: RetrievalQuery, vector: Vector) -> Json:
    if vector.size or query.model is None:
        return {"query_vector": [float(value) for value in vector]}
    return {"query_vector_builder": {"text_embedding": {"model_id": query.model.model, "model_text": query.text}}}


def conditions(query: RetrievalQuery) -> list[Json]:
    """What a chunk of either retriever must fulfil: the filters, the required phrases, none of the excluded ones."""
    clauses = filter_clauses(query.filters) + [_phrase(phrase) for phrase in query.required]
    if query.excluded:
        clauses.append({"bool": {"must_not": [_phrase(phrase) for phrase in query.excluded]}})
    return clauses


def _phrase(phrase: str) -> Json:
    return {"match_phrase": {"content.exact": {"query": phrase}}}


def filter_clauses(filters: Filters) -> list[Json]:
    """The filters as clauses that must all hold; an empty list filters nothing."""
    clauses: list[Json] = []
    for field, values in (
        ("type", filters.types),
        ("language", filters.languages),
        ("headings.whole", filters.headings),
        ("document_id", filters.document_ids),
        ("tags", filters.tags),
        ("collections", filters.collections),
        *(("fields", texts) for texts in wanted_fields(filters)),
    ):
        if values:
            clauses.append({"terms": {field: list(values)}})
    if filters.paths:
        clauses.append(_any([{"prefix": {"source": path}} for path in filters.paths]))
    if filters.years:
        clauses.append(_any([_modified(f"{year:04d}-01-01", f"{year + 1:04d}-01-01") for year in filters.years]))
    if filters.after or filters.before:
        clauses.append(
            _modified(
                filters.after.isoformat() if filters.after else None,
                filters.before.isoformat() if filters.before else None,
            )
        )
    if filters.excluded_document_ids:
        clauses.append({"bool": {"must_not": [{"terms": {"document_id": list(filters.excluded_document_ids)}}]}})
    if filters.groups is not None:
        clauses.append(readable_by(filters.groups))
    return clauses


def readable_by(groups: Sequence[str]) -> Json:
    """The clause for documents of one of the groups, or of none at all."""
    open_to_all = {"bool": {"must_not": [{"exists": {"field": "groups"}}]}}
    return {"bool": {"should": [{"terms": {"groups": list(groups)}}, open_to_all], "minimum_should_match": 1}}


def _any(clauses: list[Json]) -> Json:
    return {"bool": {"should": clauses, "minimum_should_match": 1}}


def _modified(since: str | None, until: str | None) -> Json:
    return {"range": {"modified": {key: day for key, day in (("gte", since), ("lt", until)) if day}}}


def chunks_of(
    document_id: str, fields: list[str] | bool, after: int = -1, until: int | None = None, size: int = 1000
) -> Json:
    """A document's chunks in reading order, those after position ``after`` and (unless None) before ``until``."""
    positions = {"gt": after} if until is None else {"gt": after, "lt": until}
    return {
        "query": {"bool": {"filter": [{"term": {"document_id": document_id}}, {"range": {"position": positions}}]}},
        "sort": [{"position": "asc"}],
        "size": size,
        "_source": fields,
        "track_total_hits": False,
    }


def documents_with(filters: Filters, phrase: str, after: str, size: int) -> Json:
    """The ids of documents with a chunk that passes the filters and has the phrase, in order, those behind one."""
    ids: Json = {"size": size, "sources": [{"document_id": {"terms": {"field": "document_id"}}}]}
    return {
        "query": {"bool": {"filter": filter_clauses(filters) + ([_phrase(phrase)] if phrase else [])}},
        "size": 0,
        "track_total_hits": False,
        "aggregations": {"found": {"composite": ids | ({"after": {"document_id": after}} if after else {})}},
    }


def vectors_of(hashes: list[str]) -> Json:
    """One chunk for each hash, with its vector asked for as a field: from 9.2 hits no longer carry it in _source."""
    return {
        "query": {"bool": {"filter": [{"terms": {"hash": hashes}}, {"exists": {"field": "embedding"}}]}},
        "collapse": {"field": "hash"},
        "size": len(hashes),
        "_source": ["hash"],
        "fields": ["embedding"],
        "track_total_hits": False,
    }
