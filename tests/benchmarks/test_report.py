"""The pure parts of the benchmarks' report, and recall against exact search."""

from __future__ import annotations

import numpy as np

from benchmarks import report
from benchmarks.growth_corpus import ExactNeighbours


def test_a_benchmark_without_figures_is_not_measured() -> None:
    assert report.page("a {{edit}} b", {}) == f"a {report.NOT_MEASURED} b"


def test_a_target_stands_beside_its_figure() -> None:
    one = {"first_seconds": [10.0, 10.0], "edit_seconds": [0.1, 0.5]}
    told = {"pages": 300, "store": "lancedb", "target": 0.02, "formats": {"md": one}}
    assert "| 3.0% | 1.0% | at most 2%: missed |" in report.edit(told)


def test_hybrid_search_stands_beside_haystack() -> None:
    told = {
        **dict.fromkeys(("dataset", "dtype", "elasticsearch"), ""),
        **{"passages": 9927, "queries": 300, "rounds": 2, "cores": 2, "target": 0.5, "share": 0.45, "met": True},
        "versions": {"searchapp": "1", "haystack": "3"},
        "p50_ms": {"searchapp": [20.0, 20.0], "haystack": [40.0, 50.0]},
    }
    page = report.search(told)
    assert "| searchapp 1 | 20.0 | 20.0 | 0.45 | 0.40 |" in page
    assert "At most 0.5 of Haystack's hybrid pipeline: 0.45, met." in page


def test_recall_compares_with_the_nearest_of_all_blocks() -> None:
    exact = ExactNeighbours(np.eye(3, dtype=np.float32)[:1], count=2)
    exact.see(("a", "b"), np.array([[0.1, 0, 0], [0.9, 0, 0]], dtype=np.float32))
    exact.see(("c", "d"), np.array([[0.5, 0, 0], [0.2, 0, 0]], dtype=np.float32))
    assert exact.recall([["b", "c"]]) == 1.0
    assert exact.recall([["b", "a"]]) == 0.5
