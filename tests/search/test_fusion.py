from __future__ import annotations

import pytest

from searchapp.search.fusion import normalised, reciprocal_rank_fusion, weighted_sum

KEYWORD = [("a", 12.0), ("b", 6.0), ("c", 2.0)]
SEMANTIC = [("c", 0.9), ("a", 0.5), ("d", 0.1)]


def test_reciprocal_rank_fusion_sums_reciprocal_ranks() -> None:
    fused = reciprocal_rank_fusion([KEYWORD, SEMANTIC])
    assert fused["a"] == pytest.approx(1 / 61 + 1 / 62)
    assert fused["c"] == pytest.approx(1 / 63 + 1 / 61)
    assert list(fused) == ["a", "c", "b", "d"]


def test_weighted_sum_normalises_each_leg() -> None:
    fused = weighted_sum([KEYWORD, SEMANTIC], [0.25, 0.75])
    assert fused == pytest.approx({"a": 0.25 + 0.75 * 0.5, "c": 0.75, "b": 0.25 * 0.4, "d": 0.0})
    assert list(fused) == ["c", "a", "b", "d"]


def test_equal_scores_count_fully_and_empty_legs_not_at_all() -> None:
    assert normalised([("a", 3.0), ("b", 3.0)]) == {"a": 1.0, "b": 1.0}
    assert weighted_sum([[], SEMANTIC], [0.5, 0.5])["c"] == 0.5
    assert reciprocal_rank_fusion([[], []]) == {}


def test_ties_are_broken_the_same_way_every_time() -> None:
    assert list(reciprocal_rank_fusion([[("b", 1.0)], [("a", 1.0)]])) == ["a", "b"]
