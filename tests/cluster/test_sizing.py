"""The sizes follow Elastic's formulas, and the page about scaling says the same."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from searchapp.cluster.shards import GIB
from searchapp.cluster.sizing import Load, graph_neighbours, read_number, size, vector_bytes
from searchapp.errors import UsageError
from searchapp.settings import IndexOptions, load_settings
from searchapp.stores.elasticsearch.templates import es_folder

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        # Elastic's own example: (1,000,000 * 4 * 16) + (1,000,000 * 4 * 1024) = 4,160,000,000 bytes
        (IndexOptions.HNSW, 4160),
        (IndexOptions.INT8_HNSW, 1028 + 64),
        (IndexOptions.INT4_HNSW, 516 + 64),
        (IndexOptions.BBQ_HNSW, 142 + 64),
        (IndexOptions.FLAT, 4096),
        (IndexOptions.INT8_FLAT, 1028),
        (IndexOptions.INT4_FLAT, 516),
        (IndexOptions.BBQ_FLAT, 142),
    ],
)
def test_a_vector_takes_what_the_published_formula_says(options: IndexOptions, expected: int) -> None:
    assert vector_bytes(options, dims=1024, m=16) == expected


def test_replicas_multiply_memory_and_disk_but_not_shards() -> None:
    (none,) = size(Load(10_000_000, 384, replicas=0), [IndexOptions.INT8_HNSW])
    (two,) = size(Load(10_000_000, 384, replicas=2), [IndexOptions.INT8_HNSW])
    assert two.memory_all == 3 * none.memory_all == 3 * 10_000_000 * 452
    assert two.disk_all == 3 * none.disk == 3 * 10_000_000 * (452 + 4 * 384 + 1400)
    assert two.shards == none.shards == 1
    assert (none.nodes, two.nodes) == (1, 3)


def test_a_shard_holds_at_most_50_gb_and_200_million_passages() -> None:
    (by_bytes,) = size(Load(100_000_000, 384), [IndexOptions.HNSW])
    assert by_bytes.shards == -(-by_bytes.disk // (50 * GIB)) == 6
    (by_number,) = size(Load(1_000_000_000, 8, text_bytes=0), [IndexOptions.BBQ_FLAT])
    assert by_number.shards == 5


def test_the_heap_is_half_of_a_node_and_31_gb_at_most() -> None:
    assert [Load(1, 1, node_memory_gib=memory).cache_bytes / GIB for memory in (8, 62, 128)] == [4, 31, 97]


def test_impossible_loads_are_refused() -> None:
    for load in ({"chunks": 0, "dims": 384}, {"chunks": 1, "dims": 0}, {"chunks": 1, "dims": 1, "replicas": -1}):
        with pytest.raises(UsageError):
            Load(**load)


def test_numbers_may_be_written_as_people_do() -> None:
    written = ["250000", "250_000", "250,000", "250k", "0.25M", " .00025B "]
    assert {read_number(text) for text in written} == {250_000}
    for text in ("", "many", "k", "1T", "nan", "infB"):
        with pytest.raises(UsageError, match="no number"):
            read_number(text)


def test_the_graph_is_that_of_the_mappings(tmp_path: Path) -> None:
    assert graph_neighbours(load_settings()) == 16
    shutil.copytree(es_folder(), tmp_path / "es")
    path = tmp_path / "es" / "mappings" / "searchapp-chunks-fields.json"
    path.write_text(path.read_text().replace('"m": 16', '"m": 32'))
    assert graph_neighbours(load_settings(es_dir=tmp_path / "es")) == 32


def test_the_page_about_scaling_has_the_same_figures() -> None:
    page = (ROOT / "docs" / "scaling.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| (.*) \|$", page, re.MULTILINE)
    names = [IndexOptions(name) for name, _ in rows if name in list(IndexOptions)]
    assert len(names) == 5
    for one in size(Load(10**9, 384), names):
        shown = [float(cell.replace(",", "")) for cell in dict(rows)[one.options].split(" | ")]
        exact = [one.memory_a_chunk, one.memory_all / GIB, one.disk_all / GIB, one.shards, one.nodes]
        assert shown == pytest.approx([*exact, one.disk_a_node / GIB], abs=0.5), one.options
