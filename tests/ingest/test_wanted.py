"""What readers met by its words alone is known in every process where there is a Redis, and in this one where not."""

from __future__ import annotations

import logging
import uuid
from pathlib import Path

import pytest

from searchapp.ingest import wanted
from searchapp.ingest.wanted import MOST_WANTED, SharedWanted, Wanted
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.services import process


def test_processes_share_what_is_wanted(redis_url: str) -> None:
    name = f"test-{uuid.uuid4().hex[:8]}"
    web, worker = SharedWanted(redis_url, name), SharedWanted(redis_url, name)
    web.note(["a", "b"])
    web.note(["c", "a"])
    assert worker.latest_first() == web.latest_first() == ["a", "c", "b"]
    worker.forget(["a", "nothing"])
    worker.forget([])
    assert web.latest_first() == ["c", "b"]
    assert SharedWanted(redis_url, f"{name}-other").latest_first() == []
    web.note(map(str, range(MOST_WANTED + 5)))
    assert len(worker.latest_first()) == MOST_WANTED and worker.latest_first()[0] == str(MOST_WANTED + 4)
    worker.forget(worker.latest_first())
    assert web.latest_first() == []


def test_without_redis_each_process_knows_its_own(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    alone = SharedWanted(f"redis://:secret@127.0.0.1:{process.free_port()}/0", "test")
    with caplog.at_level(logging.WARNING):
        alone.note(["a", "b"])
        assert alone.latest_first() == ["b", "a"]
        alone.forget(["b"])
    assert alone.latest_first() == ["a"]
    assert len(caplog.records) == 1 and "secret" not in caplog.text  # it rests, instead of failing at each search
    monkeypatch.setattr(wanted, "REST_SECONDS", 0.0)
    assert alone.latest_first() == ["a"]


def test_the_setting_decides(tmp_path: Path) -> None:
    with_redis = load_settings(data_dir=tmp_path, redis_url="redis://127.0.0.1:6379/0")
    assert isinstance(Application(with_redis).wanted, SharedWanted)
    assert type(Application(load_settings(data_dir=tmp_path)).wanted) is Wanted
