from __future__ import annotations

import pytest

from searchapp.search.fusion import reciprocal_rank_fusion, weighted_sum

KEYWORD = [("a", 12.0), ("b", 6.0), ("c", 2.0)]
SEMANTIC = [("c", 0.9), ("a", 0.5), ("d", 0.1)]


def test_reciprocal_rank_fusion_sums_reciprocal_ranks() -> None:
    fused = reciprocal_rank_fusion([KEYWORD, SEMANTIC])
    assert fused["a"] == pytest.approx(1 / 61 + 1 / 62)
    assert fused["c"] == pytest.approx(1 / 63 + 1 / 61)
    assert list(fused) == ["a", "c", "b", "d"]


def test_weighted_sum_counts_from_the_least_that_a_leg_can_give() -> None:
    fused = weighted_sum(KEYWORD, SEMANTIC, 0.75, 3)
    words = {"a": 12 / 12, "b": 6 / 12, "c": 2 / 12, "d": 2 / 12}
    meaning = {"c": 1.9 / 1.9, "a": 1.5 / 1.9, "d": 1.1 / 1.9, "b": 1.1 / 1.9}
    assert fused == pytest.approx({key: 0.25 * words[key] + 0.75 * meaning[key] for key in words})
    assert list(fused) == ["a", "c", "b", "d"]


def test_a_passage_that_a_whole_leg_leaves_out_gets_nothing_from_it() -> None:
    only = [("a", 6.5)]
    near = [("b", 0.40), ("a", 0.25), ("c", 0.06)]
    assert next(iter(weighted_sum(only, near, 0.2, depth=100))) == "a"
    # A leg that was cut off may know it all the same, as no better than its last.
    assert next(iter(weighted_sum(only, near, 0.2, depth=1))) == "b"


def test_a_leg_that_finds_everything_alike_hardly_moves_the_ranking() -> None:
    alike = [("x", 0.041), ("y", 0.040), ("a", 0.039)]
    assert next(iter(weighted_sum(KEYWORD, alike, 0.5, 3))) == "a"


def test_an_empty_leg_counts_not_at_all() -> None:
    assert list(weighted_sum([], SEMANTIC, 0.5, 3)) == ["c", "a", "d"]
    assert list(weighted_sum(KEYWORD, [], 0.5, 3)) == ["a", "b", "c"]
    assert weighted_sum([], [], 0.5, 3) == reciprocal_rank_fusion([[], []]) == {}


def test_a_best_score_of_nothing_is_no_division_by_zero() -> None:
    assert weighted_sum([("a", 0.0)], [("b", -1.0)], 0.5, 1) == pytest.approx({"a": 1.0, "b": 1.0})


def test_ties_are_broken_the_same_way_every_time() -> None:
    assert list(reciprocal_rank_fusion([[("b", 1.0)], [("a", 1.0)]])) == ["a", "b"]
