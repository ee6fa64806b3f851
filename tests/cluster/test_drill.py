"""``es snapshot drill`` and ``prune`` on a real fs repository."""

from __future__ import annotations

import uuid

import pytest

from searchapp.cluster import drill as drills
from searchapp.cluster import plan, snapshots
from searchapp.cluster.drill import drill
from searchapp.cluster.retention import Keep
from searchapp.cluster.turns import Turn, taking_turns
from searchapp.errors import ConflictError, NotFoundError, StorageError, UsageError
from searchapp.wiring import Application
from tests.cluster.conftest import document, ingest, store_of


@pytest.fixture
def running(with_repository: Application) -> Application:
    ingest(with_repository, document("one"), document("two", text="Lava."), document("three", text="阀门。"))
    return with_repository


def indices(application: Application) -> list[str]:
    return sorted(store_of(application).client.indices.get(index=f"{application.settings.index_prefix}-*"))


def test_a_whole_snapshot_passes_and_leaves_nothing(running: Application) -> None:
    before = indices(running)
    taken = snapshots.create(running)
    done = drill(running)
    assert done.passed and done.snapshot == taken.name
    assert (done.chunks, done.documents) == (taken.chunks, 3)
    assert done.searches.queries > 0 and not done.searches.judged and done.searches.share == 1.0
    assert [check.name for check in done.checks] == ["passages", "documents", "searches", "ranking"]
    assert indices(running) == before and plan(running).changes == ()
    assert not marks(running)


def test_what_changed_since_is_no_fault_of_the_snapshot(running: Application) -> None:
    snapshots.create(running)
    ingest(running, document("four"))
    assert running.store.delete_document("two")
    done = drill(running)
    assert done.passed and done.documents == 3 and done.searches.share == 1.0


def test_judged_queries_are_asked_first(running: Application) -> None:
    running.judgements.put("valve closes", "one", 1, "/docs/one.txt", "The one")
    running.judgements.put("nothing good", "one", 0, "/docs/one.txt", "The one")
    snapshots.create(running)
    done = drill(running)
    assert done.searches.judged and done.searches.queries == 1
    assert done.searches.ndcg_live == done.searches.ndcg_restored and done.searches.ndcg_live


def test_a_snapshot_that_lacks_chunks_fails(running: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """One whose counts are not those of its index: a repository that lost files cannot be had by the API."""
    import dataclasses

    snapshots.create(running)
    find = snapshots.find
    monkeypatch.setattr(drills, "find", lambda *asked: dataclasses.replace(find(*asked), chunks=99))
    done = drill(running)
    assert not done.passed and [check.name for check in done.checks if not check.passed] == ["passages"]
    assert "of 99" in done.checks[0].found


def test_it_works_where_the_live_index_is_lost(running: Application) -> None:
    snapshots.create(running)
    store = store_of(running)
    store.client.indices.delete(index=f"{store.names.version(1)},{store.names.documents}")
    store.look_again()
    done = drill(running)
    assert done.passed and done.searches.share is None and done.searches.answered > 0


def test_what_a_killed_drill_left_goes_with_the_next(running: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    before = indices(running)
    snapshots.create(running)
    prefix = running.settings.index_prefix
    store = store_of(running)
    for name in ("drill-0123abcd-chunks-000001", "drill-0123abcd-documents", "drill-holiday-chunks-000001"):
        store.client.indices.create(index=f"{prefix}-{name}")
    done = drill(running)
    assert done.cleaned == (f"{prefix}-drill-0123abcd-chunks-000001", f"{prefix}-drill-0123abcd-documents")
    assert indices(running) == sorted([*before, f"{prefix}-drill-holiday-chunks-000001"])  # somebody else's
    store.client.indices.delete(index=f"{prefix}-drill-holiday-chunks-000001")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(drills, "compare", stop)
    with pytest.raises(KeyboardInterrupt):
        drill(running)
    assert indices(running) == before and not marks(running)


def test_one_drill_at_a_time_and_none_without_a_snapshot(running: Application) -> None:
    with taking_turns(store_of(running), Turn.DRILLING), pytest.raises(ConflictError) as caught:
        drill(running)
    assert caught.value.reason == "being_drilled"
    with pytest.raises(NotFoundError, match="no whole snapshot"):
        drill(running)


def marks(application: Application) -> list[str]:
    pattern = f"{application.settings.index_prefix}-drilling-*"
    client = store_of(application).client.options(ignore_status=404)
    return [one["name"] for one in client.cluster.get_component_template(name=pattern).get("component_templates", [])]


def test_pruning_keeps_the_newest_of_a_day(running: Application) -> None:
    with pytest.raises(UsageError) as caught:
        snapshots.thin_out(running, Keep())
    assert caught.value.reason == "retention_keeps_nothing"
    first = snapshots.create(running)
    second = snapshots.create(running)
    if first.started.date() != second.started.date():
        pytest.skip("midnight, UTC, was in between")
    told = snapshots.thin_out(running, Keep(daily=7), dry_run=True)
    assert (told.kept, told.removed) == ((second.name,), (first.name,))
    assert len(snapshots.listed(running)) == 2
    snapshots.thin_out(running, Keep(daily=7))
    assert [one.name for one in snapshots.listed(running)] == [second.name]
    assert drill(running).passed


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"readonly": True}, "snapshot_repository_readonly"),
        ({"max_number_of_snapshots": 1}, "snapshot_repository_full"),
    ],
)
def test_a_repository_that_takes_no_more_is_told(
    running: Application, settings: dict[str, object], reason: str
) -> None:
    taken = snapshots.create(running)
    client, name = store_of(running).client, f"{running.settings.index_prefix}-snapshots"
    found = client.snapshot.get_repository(name=name)[name]
    body = {"type": found["type"], "settings": {**found["settings"], **settings}}
    client.snapshot.create_repository(name=name, repository=body)
    with pytest.raises(StorageError) as caught:
        snapshots.create(running)
    assert caught.value.reason == reason and caught.value.remedy
    if "readonly" in settings:
        with pytest.raises(StorageError):
            snapshots.delete(running, taken.name)
        assert drill(running).passed  # reading is enough
    client.snapshot.create_repository(name=name, repository={"type": found["type"], "settings": found["settings"]})


def test_a_snapshot_of_a_server_policy_has_no_counts(running: Application) -> None:
    store = store_of(running)
    snapshots.create(running)  # registers the repository
    prefix = running.settings.index_prefix
    name = f"{prefix}-policy-{uuid.uuid4().hex[:6]}"
    store.client.snapshot.create(
        repository=f"{prefix}-snapshots", snapshot=name, indices=f"{prefix}-chunks,{prefix}-documents",
        include_global_state=False, metadata={"taken_by": "searchapp"}, wait_for_completion=True,
    )  # fmt: skip
    assert snapshots.listed(running)[0].chunks is None
    done = drill(running)
    assert done.snapshot == name and done.passed and done.chunks == running.store.count()
