"""A failure costs neither what was measured before it nor what comes after it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from benchmarks.keeping import gathered


def breaking() -> Iterator[tuple[str, Any]]:
    yield "10000", {"p50": 1}
    raise RuntimeError("the server is gone")


def whole() -> Iterator[tuple[str, Any]]:
    yield "10000", {"p50": 2}
    yield "100000", {"p50": 3}


def test_all_that_was_measured_is_kept_after_each_step(capsys: pytest.CaptureFixture[str]) -> None:
    kept: list[Any] = []
    found, failed = gathered({"a": breaking, "b": whole}, lambda *both: kept.append(deepcopy(both)))
    assert found == {"a": {"10000": {"p50": 1}}, "b": {"10000": {"p50": 2}, "100000": {"p50": 3}}}
    assert failed == {"a": "RuntimeError: the server is gone"}
    assert [sum(map(len, figures.values())) for figures, _ in kept] == [1, 1, 2, 3]
    assert kept[1][1] == failed
    assert "the server is gone" in capsys.readouterr().err


def test_a_part_that_does_not_even_begin_is_told() -> None:
    def absent() -> Iterator[tuple[str, Any]]:
        raise OSError("no such program")

    found, failed = gathered({"a": absent, "b": whole}, lambda *_: None)
    assert failed == {"a": "OSError: no such program"}
    assert found["a"] == {}
    assert set(found["b"]) == {"10000", "100000"}


def test_ctrl_c_ends_all() -> None:
    def stopped() -> Iterator[tuple[str, Any]]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gathered({"a": stopped, "b": whole}, lambda *_: None)
