"""A search of one version of the index: legs and facets travel in one ``_msearch``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from searchapp.errors import IndexSwitchedError
from searchapp.settings import Settings
from searchapp.stores.base import LegQuery, LegResults
from searchapp.stores.elasticsearch import documents, queries
from searchapp.stores.elasticsearch.versions import Version
from searchapp.telemetry.stages import Stage, stage_took

Json = dict[str, Any]

STAGES = {"keyword": Stage.KEYWORD, "semantic": Stage.VECTOR, "facets": Stage.FACETS}


def search_version(client: Elasticsearch, version: Version, query: LegQuery, settings: Settings) -> LegResults:
    """What ``query`` finds in ``version``, whose model made its vector.

    Raises IndexSwitchedError when the version is gone, and the client's own errors.
    """
    bodies = _bodies(query, version, settings)
    header = {"index": version.name, "allow_partial_search_results": False}
    answers = client.msearch(searches=[line for body in bodies.values() for line in (header, body)])
    legs: dict[str, list[Json]] = {"keyword": [], "semantic": []}
    counted: Json = {}
    for leg, answer in zip(bodies, answers["responses"], strict=True):
        if answer.get("error", {}).get("type") == "index_not_found_exception":
            raise switched_away(version)
        if "error" in answer:
            raise ApiError("search failed", replace(answers.meta, status=answer["status"]), answer)
        # All travelled together, so each one's time is what the server says of it.
        stage_took(STAGES[leg], answer["took"] / 1000)
        if leg == "facets":
            counted = answer
        else:
            legs[leg] = documents.newest_versions(answer["hits"]["hits"])
    return LegResults(
        keyword=tuple(documents.found_chunk(hit, hit["_score"]) for hit in legs["keyword"]),
        # Elasticsearch scores cosine similarity as (1 + cosine) / 2.
        semantic=tuple(documents.found_chunk(hit, 2 * hit["_score"] - 1) for hit in legs["semantic"]),
        facets=queries.facet_counts(counted["aggregations"]) if counted else {},
        matched=counted["hits"]["total"]["value"] if counted else 0,
    )


def switched_away(version: Version) -> IndexSwitchedError:
    """The error of a search that ``version`` can no longer answer."""
    return IndexSwitchedError(f"Searches were moved away from {version.name} in mid-search.", "Search again.")


def _bodies(query: LegQuery, version: Version, settings: Settings) -> dict[str, Json]:
    oversample, candidates = settings.oversample, settings.candidates
    bodies: dict[str, Json] = {}
    if query.keywords is not None:
        bodies["keyword"] = queries.keyword_body(query, version.has_han)
    if query.vector is not None:
        bodies["semantic"] = queries.semantic_body(query, query.vector, oversample, candidates)
    if query.facets:
        bodies["facets"] = queries.facets_body(query, oversample, candidates, version.has_han)
    return bodies
