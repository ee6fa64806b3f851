"""What docs/quality-answers.md is given: the reported half, the parts in order, and verdicts."""

from __future__ import annotations

from typing import Any

from benchmarks.answers import tables


def checked(odd: bool, balanced: float) -> dict[str, Any]:
    return {
        **{"way": "counterfeits, quoted", "odd": odd, "sentences": 100},
        **{"right": 1.0, "wrong": 0.8, "balanced": balanced},
    }


def decided(part: str, answerable: float, refused: float, **more: float) -> dict[str, Any]:
    return {"part": part, "questions": 50, "right": {"answerable": answerable, "another question's": refused, **more}}


def test_the_reported_half_is_judged_and_the_other_one_stands_beside_it() -> None:
    text, met = tables.checker({"en_fact": [checked(False, 0.85), checked(True, 0.9)]})
    assert "| en_fact | counterfeits, quoted | 100 | 1.000 | 0.800 | 0.900 | 0.850 |" in text
    assert text.count("counterfeits, quoted") == 1
    assert text.endswith("Lowest balanced accuracy: 0.900; at least 0.9: **met**.")
    assert met


def test_one_row_below_the_target_misses_it() -> None:
    text, met = tables.checker(
        {"en_fact": [checked(False, 1), checked(True, 1)], "zh_int": [checked(False, 1), checked(True, 0.89)]}
    )
    assert text.endswith("Lowest balanced accuracy: 0.890; at least 0.9: **missed**.")
    assert not met


def test_hold_outs_come_first_and_rgb_alone_has_the_target() -> None:
    figures = {
        "en_fact": [decided("seen", 0.9, 1, **{"hard negatives": 0.1})],
        "zh_refine 3": [decided("hold-out", 1, 0.98)],
        "SciFact": [decided("chosen", 0.8, 1), decided("hold-out", 0.9, 1)],
    }
    text, met = tables.gate(figures)
    rows = [line for line in text.splitlines() if line.startswith("| ")][1:]
    assert rows == [
        "| zh_refine 3 | hold-out | 50 | 1.000 | 0.980 |  |  | **met** |",
        "| SciFact | hold-out | 50 | 0.900 | 1.000 |  |  |  |",
        "| SciFact | chosen | 50 | 0.800 | 1.000 |  |  |  |",
        "| en_fact | seen | 50 | 0.900 | 1.000 |  | 0.100 | **missed** |",
    ]
    assert text.endswith("passages: 0.980; at least 0.95: **met**.")
    assert met


def test_without_a_hold_out_nothing_is_judged() -> None:
    text, met = tables.gate({"en_fact": [decided("seen", 0.9, 1)]})
    assert text.endswith("not measured.")
    assert met


def test_a_page_wants_every_set() -> None:
    assert tables.missing({"a": []}, ("a", "b")) == ["b"]
