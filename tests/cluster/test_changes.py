"""Which changes an index takes in place: our answer beside that of a real Elasticsearch."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import BadRequestError, Elasticsearch

from searchapp.cluster.changes import Effect, field_effects, mapping_differences, setting_differences
from searchapp.settings import IndexOptions
from searchapp.stores.elasticsearch.templates import normal_field

Json = dict[str, Any]


@pytest.fixture(scope="module")
def client(elasticsearch_url: str) -> Elasticsearch:
    return Elasticsearch(elasticsearch_url)


@pytest.fixture
def index(client: Elasticsearch) -> Iterator[str]:
    name = f"test-{uuid.uuid4().hex[:8]}-changes"
    yield name
    client.options(ignore_status=404).indices.delete(index=name)


def taken(client: Elasticsearch, index: str, before: Json, after: Json) -> bool:
    client.options(ignore_status=404).indices.delete(index=index)
    properties = {"field": before, "other": {"type": "text"}}
    client.indices.create(index=index, settings={"number_of_replicas": 0}, mappings={"properties": properties})
    try:
        client.indices.put_mapping(index=index, properties={"field": after})
    except BadRequestError:
        return False
    return True


def vector(options: Json) -> Json:
    return {"type": "dense_vector", "dims": 64, "index": True, "similarity": "cosine", "index_options": options}


def graph(kind: IndexOptions, m: int = 16) -> Json:
    return {"type": str(kind), **({"m": m, "ef_construction": 100} if kind.is_graph else {})}


@pytest.mark.parametrize("before", list(IndexOptions))
def test_index_options_change_as_elasticsearch_lets_them(
    client: Elasticsearch, index: str, before: IndexOptions
) -> None:
    for after in IndexOptions:
        ours = field_effects(normal_field(vector(graph(after))), normal_field(vector(graph(before))))
        expected = [] if before is after else [Effect.NEW_SEGMENTS]
        if not taken(client, index, vector(graph(before)), vector(graph(after))):
            expected = [Effect.NEW_INDEX]
        assert ours == expected, (before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"type": "hnsw", "m": 16}, {"type": "hnsw", "m": 24}),
        ({"type": "hnsw", "m": 16}, {"type": "hnsw", "m": 8}),
        ({"type": "hnsw", "m": 16}, {"type": "int8_hnsw", "m": 8}),
        ({"type": "int8_hnsw", "ef_construction": 100}, {"type": "int8_hnsw", "ef_construction": 200}),
    ],
)
def test_a_graph_may_grow(client: Elasticsearch, index: str, before: Json, after: Json) -> None:
    (effect,) = field_effects(vector(after), vector(before))
    assert (effect is Effect.NEW_SEGMENTS) == taken(client, index, vector(before), vector(after))


PLAIN: dict[str, Json] = {
    "keyword": {"type": "keyword", "ignore_above": 10},
    "text": {"type": "text"},
    "integer": {"type": "integer"},
    "date": {"type": "date"},
}


@pytest.mark.parametrize(
    ("kind", "parameters", "effect"),
    [
        ("integer", {"coerce": False}, Effect.IN_PLACE),
        ("integer", {"ignore_malformed": True}, Effect.IN_PLACE),
        ("integer", {"meta": {"unit": "bar"}}, Effect.IN_PLACE),
        ("text", {"search_analyzer": "standard", "analyzer": "default"}, Effect.IN_PLACE),
        ("text", {"fielddata": True}, Effect.IN_PLACE),
        ("keyword", {"eager_global_ordinals": True}, Effect.IN_PLACE),
        ("keyword", {"split_queries_on_whitespace": True}, Effect.IN_PLACE),
        ("keyword", {"ignore_above": 20}, Effect.NEW_SEGMENTS),
        ("keyword", {"copy_to": "other"}, Effect.NEW_SEGMENTS),
        ("text", {"fields": {"raw": {"type": "keyword"}}}, Effect.NEW_SEGMENTS),
        ("text", {"norms": False}, Effect.NEW_SEGMENTS),
        ("keyword", {"doc_values": False}, Effect.NEW_INDEX),
        ("keyword", {"normalizer": "lowercase"}, Effect.NEW_INDEX),
        ("text", {"analyzer": "simple"}, Effect.NEW_INDEX),
        ("text", {"index": False}, Effect.NEW_INDEX),
        ("text", {"store": True}, Effect.NEW_INDEX),
        ("text", {"similarity": "boolean"}, Effect.NEW_INDEX),
        ("text", {"index_options": "docs"}, Effect.NEW_INDEX),
        ("text", {"term_vector": "yes"}, Effect.NEW_INDEX),
        ("integer", {"type": "long"}, Effect.NEW_INDEX),
        ("integer", {"null_value": 0}, Effect.NEW_INDEX),
        ("date", {"format": "epoch_millis"}, Effect.NEW_INDEX),
    ],
)
def test_parameters_change_as_elasticsearch_lets_them(
    client: Elasticsearch, index: str, kind: str, parameters: Json, effect: Effect
) -> None:
    before, after = PLAIN[kind], {**PLAIN[kind], **parameters}
    assert taken(client, index, before, after) == (effect is not Effect.NEW_INDEX)
    if "search_analyzer" not in parameters:  # which needs an analyzer beside it that the server takes for the default
        assert field_effects(normal_field(after), normal_field(before)) == [effect]


@pytest.mark.parametrize("parameter", ["dims", "similarity"])
def test_dimensions_and_similarity_need_a_new_index(client: Elasticsearch, index: str, parameter: str) -> None:
    before = vector({"type": "hnsw"})
    after = {**before, parameter: {"dims": 128, "similarity": "l2_norm"}[parameter]}
    assert field_effects(after, before) == [Effect.NEW_INDEX]
    assert not taken(client, index, before, after)


@pytest.mark.parametrize(
    ("ours", "effect"),
    [
        ({"number_of_shards": 3}, Effect.NEW_INDEX),
        ({"codec": "best_compression"}, Effect.NEW_INDEX),
        ({"analysis": {"analyzer": {"mine": {"type": "standard"}}}}, Effect.NEW_INDEX),
        ({"number_of_replicas": 2}, Effect.IN_PLACE),
        ({"auto_expand_replicas": "0-1"}, Effect.IN_PLACE),
        ({"index": {"refresh_interval": "30s"}}, Effect.IN_PLACE),
        ({"max_result_window": 20000}, Effect.IN_PLACE),
    ],
)
def test_settings_change_as_elasticsearch_lets_them(
    client: Elasticsearch, index: str, ours: Json, effect: Effect
) -> None:
    client.indices.create(index=index, settings={"number_of_replicas": 0})
    there = client.indices.get_settings(index=index)[index]["settings"]
    assert [difference.effect for difference in setting_differences(ours, there)] == [effect]
    try:
        client.indices.put_settings(index=index, settings=ours)
    except BadRequestError:
        assert effect is Effect.NEW_INDEX
    else:
        assert effect is Effect.IN_PLACE
        there = client.indices.get_settings(index=index)[index]["settings"]
        assert not list(setting_differences(ours, there))


def test_what_is_the_same_is_no_difference() -> None:
    ours = {"dynamic": "strict", "properties": {"a": {"type": "text", "copy_to": "b", "index": True}}}
    theirs = {"dynamic": "strict", "_meta": {"x": 1}, "properties": {"a": {"type": "text", "copy_to": ["b"]}}}
    assert not list(mapping_differences(ours, theirs))
    assert not list(mapping_differences({"properties": {}}, {"properties": {"gone": {"type": "text"}}}))
    assert not list(setting_differences({"number_of_shards": 1}, {"index": {"number_of_shards": "1", "uuid": "x"}}))
