"""The passages of the rehearsal, and what it says of its figures; the nodes themselves: tests/cluster/test_nodes.py."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.growth_corpus import ExactNeighbours
from benchmarks.nodes import main
from benchmarks.nodes_corpus import BLOCK, PASSAGES, TOPICS, TopicVectors, blocks, question, topics
from benchmarks.nodes_report import BEGIN, END, passed, table, written
from searchapp.embedding.hashed import HashedEmbedder
from searchapp.settings import load_settings

TIMES = {"p50_ms": 1.0, "p99_ms": 2.0}
MEASURED = {"chunks": 9_000, "keyword": TIMES, "semantic": TIMES, "hybrid": TIMES, "recall_at_10": 0.98}
FIGURES: dict[str, Any] = {
    "chunks": 10_000,
    "shards": 3,
    "heap": "1g",
    "writers": 2,
    "copying_seconds": 2.0,
    "model": "hashed:64",
    "elasticsearch": "9.5.3",
    "chunks_a_second": 500,
    "merge": {"seconds": 3.0, "before": 9, "after": 3},
    "bytes_a_chunk": 2_000,
    "at_rest": MEASURED,
    "killed": {
        "yellow_seconds": 4.0,
        "green_seconds": 70.0,
        "chunks_a_second": 300,
        "writes_tried_again": 2,
        "documents_refused_at_first": 0,
        "searches": 100,
        "searches_tried_again": 3,
        "searches_failed": 0,
        "met": {"index_part_away": 3},
        "longest_wait_seconds": 3.1,
        "hybrid": TIMES,
        "chunks_there": 10_000,
        "whole_documents_there": 10_000 // PASSAGES,
        "after": {**MEASURED, "chunks": 10_000},
    },
}


@pytest.fixture(scope="module")
def vectors() -> TopicVectors:
    return TopicVectors(HashedEmbedder("64", load_settings()))


def test_blocks_are_the_same_every_time_and_whole_documents(vectors: TopicVectors) -> None:
    (second,) = blocks(BLOCK, 2 * BLOCK, vectors)
    *_, again = blocks(0, 2 * BLOCK, vectors)
    assert second.ids == again.ids and np.array_equal(second.vectors, again.vectors)
    assert len(second.ids) == len(set(second.ids)) == BLOCK
    assert all(len(write.chunks) == PASSAGES for write in second.writes)
    assert {write.entry.language for write in second.writes} == {"en", "zh"}
    assert np.allclose(np.linalg.norm(second.vectors, axis=1), 1.0, atol=1e-5)
    for write in second.writes:
        assert [one.chunk.position for one in write.chunks] == list(range(PASSAGES))
        assert len({one.chunk.text for one in write.chunks}) == PASSAGES


def test_topics_are_all_taken_and_each_has_a_question_of_its_own() -> None:
    drawn = topics(np.arange(0, 400 * TOPICS, PASSAGES))
    assert drawn.min() >= 0 and set(drawn.tolist()) == set(range(TOPICS))
    assert len({question(topic) for topic in range(TOPICS)}) == TOPICS


def test_the_nearest_passages_are_of_the_topic_that_is_asked_of(vectors: TopicVectors) -> None:
    queries = vectors.questions(20)
    exact = ExactNeighbours(np.array([query.vector for query in queries]))
    numbers: dict[str, int] = {}
    for number, block in enumerate(blocks(0, 40 * BLOCK, vectors)):
        exact.see(block.ids, block.vectors)
        numbers |= {id_: number * BLOCK + place for place, id_ in enumerate(block.ids)}
    asked = [next(topic for topic in range(TOPICS) if question(topic) == query.text) for query in queries]
    best = [int(topics(np.array([numbers[row[0]]]))[0]) for row in exact._ids.tolist()]
    assert sum(one == other for one, other in zip(asked, best, strict=True)) >= 18


def test_figures_pass_only_where_nothing_was_lost() -> None:
    assert passed(FIGURES)
    for name, value in (("chunks_there", 9_999), ("whole_documents_there", 499), ("searches_failed", 1)):
        wrong = copy.deepcopy(FIGURES)
        wrong["killed"][name] = value
        assert not passed(wrong), name


def test_the_table_tells_all_of_it() -> None:
    shown = table(FIGURES)
    for part in ("10,000 passages", "500", "0.98", "70.0", "10,000 of 10,000", "3 of 100", "index_part_away"):
        assert part in shown, part


def test_the_table_takes_the_place_of_the_one_before() -> None:
    page = f"Before.\n\n{BEGIN}\nold\n{END}\n\nAfter.\n"
    new = written(page, FIGURES)
    assert new.startswith("Before.") and new.endswith("After.\n") and "old" not in new and table(FIGURES) in new
    assert written(new, FIGURES) == new
    with pytest.raises(ValueError, match="has no"):
        written(f"{BEGIN} without an end", FIGURES)


def test_the_page_shows_the_figures_that_are_kept() -> None:
    root = Path(__file__).parents[2]
    kept = json.loads((root / "benchmarks" / "figures" / "nodes.json").read_text(encoding="utf-8"))
    page = (root / "docs" / "scaling.md").read_text(encoding="utf-8")
    assert written(page, kept) == page and passed(kept)


@pytest.mark.parametrize("chunks", ["0", "4999", "-5000", "5001"])
def test_a_number_that_is_no_whole_one_of_blocks_is_refused(chunks: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--chunks", chunks])
    assert ended.value.code == 2
