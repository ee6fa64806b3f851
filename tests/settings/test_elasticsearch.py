"""What may be said of Elasticsearch: several addresses, and a second ranking or none."""

from __future__ import annotations

import pytest

from searchapp.errors import UsageError
from searchapp.settings import IndexOptions, load_settings


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
