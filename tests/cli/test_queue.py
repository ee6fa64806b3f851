"""``searchapp queue`` over the real stores and a real Redis."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.cli.conftest import Type
from tests.services import process


@pytest.fixture
def run(typed: Type) -> Type:
    Path("note.md").write_text("# Note\n\nNine bar.\n", encoding="utf-8")
    assert typed("ingest", "note.md", "--queue").code == 0
    return typed


def test_it_is_paused_and_resumed(run: Type) -> None:
    assert "The queue is not paused.\n1 documents queued, 0 in work" in run("queue", "status").out
    paused = run("queue", "pause")
    assert paused.code == 0 and "by the command line: nothing new is begun." in paused.out
    again = json.loads(run("queue", "pause", "--json").out)
    assert again["paused"] == json.loads(run("queue", "status", "--json").out)["paused"]
    assert again["states"] == {"queued": 1} and again["batches"] is None
    assert "The queue is paused, and nothing of it is begun" in run("ingest", "note.md", "--queue").out
    assert "1 indexed" in run("ingest", "note.md").out  # what is asked for itself is read
    assert run("queue", "resume").out.startswith("The queue is not paused.")
    assert run("queue", "resume").code == 0


def test_redis_is_counted_and_may_be_away(run: Type, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEARCHAPP_REDIS_URL", redis_url)
    if not load_settings().elasticsearch_url:
        monkeypatch.setenv("SEARCHAPP_INDEX_PREFIX", "queue-" + Path.cwd().name[-40:].replace("_", "-").lower())
    queue = Application(load_settings()).queue
    assert queue is not None
    queue.submit(["note.md"])
    assert "1 batches wait in Redis, 0 documents are in workers' hands." in run("queue", "pause").out
    queue.celery.control.purge()
    monkeypatch.setenv("SEARCHAPP_REDIS_URL", f"redis://127.0.0.1:{process.free_port()}/0")
    away = run("queue", "status")
    assert away.code == 0 and "The queue is paused since" in away.out and "does not answer" in away.out
    assert run("queue", "resume").code == 0


def test_before_there_is_an_index(typed: Type) -> None:
    paused = typed("queue", "pause")
    if load_settings().elasticsearch_url:
        assert paused.code == 2 and "There is no index yet" in paused.err
    else:
        assert paused.code == 0 and "paused since" in paused.out
    assert typed("queue", "resume").code == 0
