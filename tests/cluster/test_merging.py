"""``es forcemerge`` against a real Elasticsearch."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest
from typer.testing import CliRunner

from searchapp.cli.run import app
from searchapp.cluster import merging, reindex
from searchapp.cluster.merging import forcemerge, merge_index
from searchapp.cluster.reindex import Options
from searchapp.errors import ConflictError, ServiceTimeoutError, StorageError, UsageError
from searchapp.model import DocumentState
from searchapp.wiring import Application
from tests.cluster.conftest import Configured, document, ingest, other_text, store_of


@pytest.fixture(autouse=True)
def _waits_for_no_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a minute, which only one test needs."""
    monkeypatch.setattr(merging, "LEASE_SECONDS", 0.0)


def written_often(application: Application) -> None:
    """A few documents, replaced several times: several segments, and deleted chunks in them."""
    for number in range(4):
        ingest(application, *(other_text(document(name), f"Edition {number}.") for name in ("one", "two", "three")))


def test_what_was_deleted_goes_once_no_copy_needs_it(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    written_often(application)
    done = forcemerge(application, only_deletes=True)
    assert done.segments is None and done.before.deleted > 0 and done.after.deleted == 0


def test_segments_become_one(application: Application) -> None:
    written_often(application)
    seen: list[tuple[str, int, int]] = []
    done = forcemerge(application, show=lambda what, done, total: seen.append((what, done, total)))
    assert (done.segments, done.shards, done.after.segments) == (1, 1, 1) and done.before.segments > 1
    assert all(what == "merging" and 0 <= part <= total for what, part, total in seen)
    assert application.store.count() == sum(len(application.store.chunks(name)) for name in ("one", "two", "three"))


def test_a_large_shard_is_not_made_one_segment_unless_it_is_asked_for(
    application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    written_often(application)
    monkeypatch.setattr(merging, "MERGED_BYTES", 0)
    assert forcemerge(application).segments is None
    asked = forcemerge(application, segments=1)
    assert asked.segments == 1 and asked.after.segments == 1


def test_each_shard_keeps_its_own(configured: Configured) -> None:
    application = configured(index_shards=3)
    written_often(application)
    done = forcemerge(application)
    assert done.shards == 3 and done.after.segments == 3


def test_a_version_is_merged_before_it_is_searched(configured: Configured) -> None:
    written_often(configured())
    done = reindex(configured(), Options(shards=2, forcemerge=True))
    assert done.switched and done.merged is not None
    assert (done.merged.index, done.merged.after.segments) == (done.target, 2)
    assert reindex(configured(), Options(shards=1)).merged is None


def test_what_stands_in_the_way_is_said(configured: Configured, monkeypatch: pytest.MonkeyPatch) -> None:
    application = configured()
    with pytest.raises(UsageError, match="no index behind"):
        forcemerge(application)
    ingest(application, document("one"))
    with pytest.raises(UsageError, match="two ways"):
        forcemerge(application, segments=1, only_deletes=True)

    entry = application.store.entry("one")
    assert entry is not None
    now = dt.datetime.now(dt.UTC)
    running = dataclasses.replace(entry, state=DocumentState.RUNNING, owner="x", lease=now + dt.timedelta(hours=1))
    application.store.put_entries([running])
    with pytest.raises(ConflictError, match="1 documents are being written"):
        forcemerge(application)
    assert forcemerge(application, anyway=True).after.segments == 1
    # A process that died holds nothing any more.
    application.store.put_entries([dataclasses.replace(running, lease=now - dt.timedelta(hours=1))])
    assert forcemerge(application).after.segments == 1

    monkeypatch.setattr(merging, "_is_merging", lambda store, index: True)
    with pytest.raises(ConflictError, match="being merged already"):
        forcemerge(application)


def test_a_merge_that_fails_or_goes_on_is_said(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(application, document("one"))
    store = store_of(application)
    live = store.live()
    assert live is not None
    monkeypatch.setattr(merging, "WAIT_SECONDS", -1.0)
    reason = {"type": "io", "reason": "no space left on device"}
    for answer, error, words in (
        ({"completed": True, "error": reason}, StorageError, "no space left"),
        ({"completed": True, "response": {"_shards": {"failures": [{"reason": reason}]}}}, StorageError, "no space"),
        ({"completed": False}, ServiceTimeoutError, "still being merged"),
    ):
        monkeypatch.setattr(merging, "_tasks", lambda store, path, answer=answer: answer)
        with pytest.raises(error, match=words):
            merge_index(store, live.name)


def test_a_merge_whose_node_is_gone_is_said(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(application, document("one"))
    store = store_of(application)
    live = store.live()
    assert live is not None
    monkeypatch.setattr(type(store.client.indices), "forcemerge", lambda self, **how: {"task": "gone:1"})
    with pytest.raises(StorageError, match="is gone"):
        merge_index(store, live.name)


def test_an_operator_types_it(configured: Configured, monkeypatch: pytest.MonkeyPatch) -> None:
    application = configured()
    written_often(application)
    monkeypatch.setenv("SEARCHAPP_ELASTICSEARCH_URL", application.settings.elasticsearch_url)
    monkeypatch.setenv("SEARCHAPP_INDEX_PREFIX", application.settings.index_prefix)
    monkeypatch.setenv("SEARCHAPP_EMBEDDING_MODEL", "hashed:64")
    monkeypatch.setenv("SEARCHAPP_DATA_DIR", str(application.settings.data_dir))
    shown = CliRunner().invoke(app, ["es", "forcemerge"])
    assert shown.exit_code == 0, shown.output
    assert "at most 1 segment(s) a shard" in shown.stdout and "became 1" in shown.stdout
    told = json.loads(CliRunner().invoke(app, ["es", "forcemerge", "--only-deletes", "--json"]).stdout)
    assert told["segments"] is None and told["before"]["segments"] == told["after"]["segments"] == 1
