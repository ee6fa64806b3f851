"""Snapshots in a real fs repository: lost, and found again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from pathlib import Path

import pytest

from searchapp.cluster import repository, restoring, snapshots
from searchapp.cluster.checks.indices import check_aliases
from searchapp.errors import NotFoundError, StorageError, UsageError
from searchapp.findings import Severity
from searchapp.model import Pause, SearchRequest
from searchapp.wiring import Application

TEXTS = {
    "volcano.md": "# Volcanoes\n\nLava flows down the mountain and cools to basalt.",
    "river.md": "# Rivers\n\nA river carries sand to its delta, where it settles.",
    "铁路.md": "# 铁路\n\n高速列车从北京开往上海，全程四个多小时。",
}


@pytest.fixture
def running(with_repository: Application, tmp_path: Path) -> Application:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    list(with_repository.ingester.ingest([str(tmp_path / name) for name in TEXTS]))
    return with_repository


def answers(application: Application) -> list[tuple[str, float]]:
    queries = ("lava basalt", "river delta", "高速列车")
    return [
        (hit.chunk_id, round(hit.score, 6))
        for query in queries
        for hit in application.searcher.search(SearchRequest(query)).hits
    ]


def test_a_deleted_index_comes_back_with_the_same_results(running: Application) -> None:
    before, entries = answers(running), running.store.entries().entries
    assert before
    seen: list[str] = []
    taken = snapshots.create(running, lambda what, done, total: seen.append(what))
    assert (taken.state, taken.documents) == ("SUCCESS", 3) and taken.chunks == running.store.count() and seen
    assert taken.model.startswith("hashed:64")
    assert [one.name for one in snapshots.listed(running)] == [taken.name]

    names, client = running.store.names, running.store.client
    client.indices.delete(index=names.version(1))
    client.indices.delete(index=names.documents)
    assert not client.indices.exists(index=names.version(1))
    (lost,) = check_aliases(running)
    assert lost.severity is Severity.ERROR and taken.name in lost.message and "restore latest" in lost.remedy
    restored = restoring.restore(running, taken.name)
    assert (restored.previous, restored.switched, restored.chunks) == ("", True, taken.chunks)
    assert answers(running) == before
    assert running.store.entries().entries == entries
    assert sorted(client.indices.get(index=f"{names.prefix}-*")) == [restored.index, names.documents]


def test_going_back_to_a_snapshot_keeps_the_index_that_was_live(running: Application, tmp_path: Path) -> None:
    before, names = answers(running), running.store.names
    taken = snapshots.create(running)
    pause = Pause(dt.datetime(2026, 5, 1, tzinfo=dt.UTC), "ada")
    running.store.put_pause(pause)
    (tmp_path / "later.md").write_text("# Later\n\nLava again, and a river of it.", encoding="utf-8")
    list(running.ingester.ingest([str(tmp_path / "later.md")]))
    river = next(entry for entry in running.store.entries().entries if entry.source.endswith("river.md"))
    running.trash.delete(river.id)
    assert answers(running) != before

    beside = restoring.restore(running, taken.name, switch=False)
    assert not beside.switched and answers(running) != before
    restored = restoring.restore(running, taken.name)
    assert (restored.previous, restored.index) == (names.version(1), names.version(3))
    assert answers(running) == before
    assert {Path(entry.source).name for entry in running.store.entries().entries} == set(TEXTS)
    (name, alias), *others = running.store.client.indices.get_alias(name=names.chunks).items()
    assert name == restored.index and not others and alias["aliases"][names.chunks]["is_write_index"]
    assert running.store.pause() == pause  # it is of now, not of then


def test_what_cannot_be_done_changes_nothing(running: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    taken, before = snapshots.create(running), answers(running)
    with pytest.raises(NotFoundError, match="no snapshot absent"):
        restoring.restore(running, "absent")
    find = snapshots.find

    def tampered(*asked: object) -> snapshots.Snapshot:
        return dataclasses.replace(find(*asked), chunks=99)

    monkeypatch.setattr(restoring, "find", tampered)
    with pytest.raises(StorageError, match="instead of 99"):
        restoring.restore(running, taken.name)
    assert answers(running) == before
    assert len(running.store.client.indices.get(index=f"{running.store.names.prefix}-*")) == 2
    monkeypatch.undo()
    snapshots.delete(running, taken.name)
    assert snapshots.listed(running) == ()


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("", "No snapshot repository is set"),
        ("fs:/somewhere/else", "cannot be used"),
        ("s3:bucket/backups", "cannot be used"),  # the minimal distribution has no such module
    ],
)
def test_a_repository_that_cannot_be_used_is_named(running: Application, location: str, message: str) -> None:
    settings = running.settings.model_copy(update={"snapshot_repository": location})
    with pytest.raises(UsageError, match=message) as caught:
        snapshots.create(Application(settings))
    assert "path.repo" in caught.value.remedy or "keystore" in caught.value.remedy or "SNAPSHOT" in caught.value.remedy


def test_s3_settings_are_what_the_server_documents(running: Application) -> None:
    sent: list[dict[str, object]] = []
    store = Application(running.settings.model_copy(update={"snapshot_repository": "s3:bucket/a/path"})).store
    store.client.snapshot.create_repository = lambda **body: sent.append(body)
    assert repository.registered(store) == f"{running.store.names.prefix}-snapshots"
    assert json.loads(json.dumps(sent[0]["repository"])) == {
        "type": "s3",
        "settings": {"bucket": "bucket", "base_path": "a/path", "compress": "true"},
    }


def test_the_latest_is_the_newest_whole_one(running: Application) -> None:
    with pytest.raises(NotFoundError, match="no whole snapshot yet"):
        restoring.restore(running, snapshots.LATEST)
    snapshots.create(running)
    assert running.store.delete_document(running.store.entries().entries[0].id)
    newest = snapshots.create(running)
    assert restoring.restore(running, snapshots.LATEST).snapshot == newest.name
    assert len(running.store.entries().entries) == len(TEXTS) - 1
