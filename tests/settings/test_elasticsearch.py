"""What may be said of Elasticsearch: several addresses, and a second ranking or none."""

from __future__ import annotations

import base64

import pytest

from searchapp.errors import UsageError
from searchapp.settings import IndexOptions, load_settings
from searchapp.stores.elasticsearch.connection import connect


def test_several_addresses_lose_spaces_and_slashes() -> None:
    assert load_settings(elasticsearch_url="http://a:9200/, https://b:9200,").elasticsearch_url == (
        "http://a:9200,https://b:9200"
    )


def test_each_of_several_addresses_is_looked_at() -> None:
    with pytest.raises(UsageError, match="must start with http"):
        load_settings(elasticsearch_url="http://a:9200,b:9200")


def test_a_second_ranking_reads_at_least_what_is_wanted() -> None:
    assert load_settings(oversample=0).oversample == 0
    with pytest.raises(UsageError, match="must be 0, or between 1 and 10"):
        load_settings(oversample=0.5)


def test_index_options_say_whether_there_is_a_graph_and_whether_vectors_are_shortened() -> None:
    told = {option.value: (option.is_graph, option.is_quantised) for option in IndexOptions}
    assert told["hnsw"] == (True, False)
    assert told["bbq_hnsw"] == (True, True)
    assert told["flat"] == (False, False)
    assert told["int8_flat"] == (False, True)


def cloud_id(*parts: str) -> str:
    return "my:deployment:" + base64.b64encode("$".join(parts).encode()).decode()


@pytest.mark.parametrize(
    ("parts", "address"),
    [
        (("us-east-1.aws.found.io", "abc", "kib"), "https://abc.us-east-1.aws.found.io:443"),
        (("us-east-1.aws.found.io:9243", "abc", "kib"), "https://abc.us-east-1.aws.found.io:9243"),
        (("us-east-1.aws.found.io", "abc:9244", ""), "https://abc.us-east-1.aws.found.io:9244"),
        (("ece.example:9243", "abc"), "https://abc.ece.example:9243"),
    ],
)
def test_a_cloud_id_is_an_address(parts: tuple[str, ...], address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(elasticsearch_cloud_id=cloud_id(*parts)).elasticsearch_url == address
    monkeypatch.setenv("SEARCHAPP_ELASTICSEARCH_CLOUD_ID", cloud_id(*parts))
    settings = load_settings(elasticsearch_api_key="key")
    assert settings.elasticsearch_url == address and connect(settings).transport.node_pool.get().base_url == address


@pytest.mark.parametrize(
    "wrong", ["x", "name:", "name:!!", cloud_id("host"), cloud_id("", "es"), cloud_id("h", ""), "n:é"]
)
def test_what_is_no_cloud_id_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match="must be the Cloud ID"):
        load_settings(elasticsearch_cloud_id=wrong)


def test_an_address_and_a_cloud_id_are_one_too_many() -> None:
    with pytest.raises(UsageError, match="set one of them"):
        load_settings(elasticsearch_url="http://a:9200", elasticsearch_cloud_id=cloud_id("h", "es"))
