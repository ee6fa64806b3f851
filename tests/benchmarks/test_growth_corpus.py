"""Recall against exact search."""

from __future__ import annotations

import numpy as np

from benchmarks.growth_corpus import ExactNeighbours


def test_recall_compares_with_the_nearest_of_all_blocks() -> None:
    exact = ExactNeighbours(np.eye(3, dtype=np.float32)[:1], count=2)
    exact.see(("a", "b"), np.array([[0.1, 0, 0], [0.9, 0, 0]], dtype=np.float32))
    exact.see(("c", "d"), np.array([[0.5, 0, 0], [0.2, 0, 0]], dtype=np.float32))
    assert exact.recall([["b", "c"]]) == 1.0
    assert exact.recall([["b", "a"]]) == 0.5
