"""How far a benchmark is stands on stderr, and not once a document."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from benchmarks import progress


def test_a_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    moments = iter([0.0, 1.0, 10.0, 10.0, 11.0, 25.0, 25.0])  # a line that is shown asks twice
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    with progress.shown("model on store") as show:
        show("documents", 1, 0)
        show("documents", 1000, 0)
        show("searching", 1, 300)
        show("searching", 2, 300)
    out, err = capsys.readouterr()
    assert not out
    assert err.splitlines() == [
        "model on store ...",
        "model on store: documents 1,000",
        "model on store: searching 2 of 300",
        "model on store: done",
    ]


def test_what_fails_is_not_told_to_be_done(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="gone"), progress.shown("model on store"):
        raise OSError("gone")
    assert "done" not in capsys.readouterr().err
