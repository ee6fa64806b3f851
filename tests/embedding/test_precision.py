"""The precision is the faster one, told by times and not by the processor's flags."""

from __future__ import annotations

import pytest
import torch

from searchapp.embedding import precision


@pytest.mark.parametrize(
    ("known", "single", "half", "chosen"),
    [(True, 2.0, 1.0, True), (True, 1.1, 1.0, False), (True, 1.0, 1.3, False), (False, 2.0, 1.0, False)],
)
def test_bfloat16_is_chosen_where_it_is_known_and_clearly_faster(
    monkeypatch: pytest.MonkeyPatch, known: bool, single: float, half: float, chosen: bool
) -> None:
    monkeypatch.setattr(precision, "_has_bfloat16", lambda: known)
    seconds = {torch.float32: single, torch.bfloat16: half}
    monkeypatch.setattr(precision, "_least_seconds", lambda dtype: seconds[dtype])
    assert precision.bfloat16_is_faster.__wrapped__() is chosen


def test_a_step_is_timed_in_both_precisions() -> None:
    assert all(precision._least_seconds(dtype) > 0 for dtype in (torch.float32, torch.bfloat16))
