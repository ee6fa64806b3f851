"""Chance and change are distinguished."""

from __future__ import annotations

from searchapp.evaluation.figures import p_value


def test_the_randomisation_test_knows_chance_from_change() -> None:
    # Of n differences of one sign, all 2^n exchanges of signs are as likely, and two are as extreme.
    assert p_value([0.0] * 5, [1.0] * 5) == 2 / 2**5
    assert p_value([0.5, 0.1], [0.5, 0.1]) == 1.0
    assert p_value([0.0, 1.0], [1.0, 0.0]) == 1.0
    before = [index % 7 / 7 for index in range(200)]
    assert p_value(before, [value + 0.01 for value in before]) < 0.001
    shaken = [value + (0.1 if index % 2 else -0.1) for index, value in enumerate(before)]
    assert p_value(before, shaken) > 0.5
