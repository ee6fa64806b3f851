"""What schedules do, each by the code of its command: folders read, snapshots kept, checks that say what they found."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.cluster import restoring, snapshots
from searchapp.errors import NotFoundError, UsageError
from searchapp.judged_runs import changed
from searchapp.messages import shown
from searchapp.operations import runner_of
from searchapp.operations.scheduled import judged, read
from searchapp.schedules import Broken, Every, Keep, Run, RunOutcome, Schedule, ScheduleKind, Wanted, read_wanted
from searchapp.settings import Settings, load_settings
from searchapp.wiring import Application
from tests.cluster.conftest import forget_snapshots

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def application(tmp_path: Path) -> Application:
    settings = Settings(data_dir=tmp_path / "data", embedding_model="hashed:64", ollama_url="http://127.0.0.1:9")
    return Application(settings)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "papers"
    place.mkdir()
    (place / "one.md").write_text("# One\n\nThe first paper is about gloves.")
    (place / "two.md").write_text("# Two\n\nThe second paper is about ropes.")
    return place


def schedule(kind: ScheduleKind, target: str = "", **more: object) -> Schedule:
    return Schedule("id", kind, target, Every.DAY, "ada", NOW, **more)  # type: ignore[arg-type]


def added(application: Application, kind: ScheduleKind, target: str = "", **more: object) -> Schedule:
    wanted = Wanted(kind, target, Every.HOUR, **more)  # type: ignore[arg-type]
    return application.schedules.add(read_wanted(wanted, application.settings, None), "ada")


def ran(application: Application, one: Schedule) -> Run:
    return runner_of(application).run(one.id)


def test_a_folder_is_followed(application: Application, folder: Path) -> None:
    one = added(application, ScheduleKind.FOLDER, str(folder), groups=("law",))
    first = ran(application, one)
    assert (first.outcome, first.figures) == (
        RunOutcome.DONE,
        {"indexed": 2, "unchanged": 0, "deleted": 0, "failed": 0},
    )
    (folder / "one.md").unlink()
    (folder / "three.md").write_text("# Three\n\nThe third paper.")
    (folder / "four.pdf").write_bytes(b"no such thing")
    second = ran(application, one)
    assert second.outcome is RunOutcome.WARNED
    assert second.figures == {"indexed": 1, "unchanged": 1, "deleted": 1, "failed": 1}
    assert shown(second.message) == "1 new or changed, 1 unchanged, 1 removed, 1 failed."
    assert {entry.groups for entry in application.store.sources(str(folder))} == {("law",)}


def test_a_folder_that_is_away_is_not_taken_for_an_empty_one(application: Application, folder: Path) -> None:
    one = added(application, ScheduleKind.FOLDER, str(folder))
    ran(application, one)
    folder.rename(folder.with_name("elsewhere"))
    done = ran(application, one)
    assert done.outcome is RunOutcome.FAILED and "is no folder that is there" in shown(done.message)
    folder.mkdir()  # mounted, and empty by mistake
    assert ran(application, one).outcome is RunOutcome.FAILED
    assert len(list(application.store.sources(str(folder)))) == 2


def test_reading_ends_after_the_document_at_hand(application: Application, folder: Path) -> None:
    stopping = threading.Event()
    stopping.set()
    with pytest.raises(Broken):
        read(application, schedule(ScheduleKind.FOLDER, str(folder)), stopping)


def test_judged_queries_are_measured_from_a_file_and_from_thumbs(
    application: Application, folder: Path, tmp_path: Path
) -> None:
    list(application.ingester.ingest([str(folder)]))
    path = tmp_path / "judged.jsonl"
    path.write_text('{"query": "gloves", "relevant": ["one.md"]}\n{"query": "ropes", "relevant": ["one.md"]}\n')
    one = added(application, ScheduleKind.JUDGED, str(path), least=0.9)
    low = ran(application, one)
    assert low.outcome is RunOutcome.WARNED and low.figures["queries"] == 2
    assert 0 < low.figures["ndcg@10"] < 0.9 and "That is below 0.9" in shown(low.message)
    with pytest.raises(NotFoundError):
        judged(application, schedule(ScheduleKind.JUDGED, "thumbs"), threading.Event())
    document = next(entry for entry in application.store.sources("") if entry.title == "Two")
    application.judgements.put("ropes", document.id, 1, document.source, document.title)
    good = judged(application, schedule(ScheduleKind.JUDGED, "thumbs", least=0.9), threading.Event())
    assert (good.outcome, good.figures["ndcg@10"]) == (RunOutcome.DONE, 1.0)
    first, second = application.judged_runs.all()
    assert (first.target, first.ndcg_at_10, first.queries, first.least) == (str(path), low.figures["ndcg@10"], 2, 0.9)
    assert (second.target, second.ndcg_at_10, second.recall_at_100, second.unknown) == ("thumbs", 1.0, 1.0, 0)
    assert first.index == "passages" and first.model.startswith("hashed:64 ") and len(first.settings) == 8
    path.write_bytes(b"\xff\xfe\x00\x01")
    broken = ran(application, one)
    assert broken.outcome is RunOutcome.FAILED and "judged.jsonl" in shown(broken.message)
    assert len(application.judged_runs.all()) == 2  # what could not be measured has no place in the history


def test_the_doctor_says_what_it_finds_and_does_not_find_itself(application: Application) -> None:
    one = added(application, ScheduleKind.DOCTOR)
    for _ in range(2):
        found = ran(application, one)  # the second finds a schedule that warned: itself
        assert found.outcome is RunOutcome.WARNED and found.figures == {"errors": 0, "warnings": 1}
        assert "language model" in shown(found.message)


def test_what_makes_no_sense_is_refused(application: Application, folder: Path, tmp_path: Path) -> None:
    file = folder / "one.md"
    for kind, target, more in (
        (ScheduleKind.SNAPSHOT, "", {}),  # without Elasticsearch
        (ScheduleKind.DRIFT, "", {}),
        (ScheduleKind.DOCTOR, str(folder), {}),
        (ScheduleKind.FOLDER, str(folder), {"depth": 2}),
        (ScheduleKind.FOLDER, str(folder), {"least": 0.5}),
        (ScheduleKind.FOLDER, str(folder), {"keep": Keep(7)}),
        (ScheduleKind.FOLDER, str(file), {}),
        (ScheduleKind.FOLDER, "https://example.org/", {}),
        (ScheduleKind.SITE, str(folder), {}),
        (ScheduleKind.JUDGED, str(tmp_path / "typo.jsonl"), {}),
        (ScheduleKind.JUDGED, str(file), {"groups": ("law",)}),
    ):
        with pytest.raises(UsageError):
            added(application, kind, target, **more)  # type: ignore[arg-type]
    assert application.schedules.all() == ()


def test_only_what_lies_in_allowed_folders_is_followed(application: Application, tmp_path: Path) -> None:
    inside, outside = tmp_path / "allowed" / "papers", tmp_path / "outside"
    inside.mkdir(parents=True)
    outside.mkdir()
    (outside / "judged.tsv").write_text("a\tb\t1\n")
    (inside / "link").symlink_to(outside)
    allowed = [tmp_path / "allowed"]

    def taken(kind: ScheduleKind, target: str) -> str:
        return read_wanted(Wanted(kind, target, Every.DAY), application.settings, allowed).target

    assert taken(ScheduleKind.FOLDER, str(inside)) == str(inside)
    assert taken(ScheduleKind.FOLDER, str(allowed[0])) == str(allowed[0])
    assert taken(ScheduleKind.SITE, "HTTPS://Example.org/docs#x") == "https://example.org/docs"
    for kind, refused in (
        (ScheduleKind.FOLDER, str(outside)),
        (ScheduleKind.FOLDER, str(inside / "link")),
        (ScheduleKind.FOLDER, f"{inside}/../../outside"),
        (ScheduleKind.FOLDER, "allowed"),
        (ScheduleKind.FOLDER, "/"),
        (ScheduleKind.FOLDER, f"{tmp_path}/allowed2"),
        (ScheduleKind.JUDGED, str(outside / "judged.tsv")),
        (ScheduleKind.JUDGED, str(inside / "link" / "judged.tsv")),
    ):
        with pytest.raises(UsageError, match="may not be followed"):
            taken(kind, refused)


@pytest.fixture
def clustered(elasticsearch_url: str, tmp_path: Path, folder: Path) -> Iterator[Application]:
    prefix = f"test-{uuid.uuid4().hex[:8]}"
    application = Application(
        load_settings(
            elasticsearch_url=elasticsearch_url,
            index_prefix=prefix,
            embedding_model="hashed:64",
            data_dir=tmp_path / "data",
            snapshot_repository=f"fs:{prefix}",
        )
    )
    list(application.ingester.ingest([str(folder)]))
    yield application
    forget_snapshots(application)
    application.store.drop()


def test_snapshots_are_taken_and_old_ones_of_schedules_removed(clustered: Application) -> None:
    by_hand = snapshots.create(clustered)
    one = added(clustered, ScheduleKind.SNAPSHOT, keep=Keep(daily=1))
    first = ran(clustered, one)
    assert first.outcome is RunOutcome.DONE and (first.figures["documents"], first.figures["removed"]) == (2, 0)
    second = ran(clustered, one)
    assert second.outcome is RunOutcome.DONE and second.figures["removed"] == 1, shown(second.message)
    kept = snapshots.listed(clustered)
    assert [taken.scheduled for taken in kept] == [True, False] and kept[1].name == by_hand.name
    # What schedules are now is no affair of a snapshot of then; a lost registry takes its own.
    restoring.restore(clustered, by_hand.name)
    assert [known.id for known in clustered.schedules.all()] == [one.id]
    clustered.store.client.indices.delete(index=clustered.store.names.documents)  # type: ignore[attr-defined]
    restoring.restore(clustered, kept[0].name)
    assert [known.id for known in clustered.schedules.all()] == [one.id]


def test_drift_is_told_and_not_mended(clustered: Application) -> None:
    one = added(clustered, ScheduleKind.DRIFT)
    before = ran(clustered, one)
    store = clustered.store
    store.client.indices.put_settings(  # type: ignore[attr-defined]
        index=store.names.documents,  # type: ignore[attr-defined]
        settings={"index.refresh_interval": "77s"},
    )
    after = ran(clustered, one)
    assert after.outcome is RunOutcome.WARNED and after.figures["changes"] == before.figures["changes"] + 1
    assert store.names.documents in shown(after.message)  # type: ignore[attr-defined]
    assert ran(clustered, one).figures == after.figures


def test_the_history_of_judged_queries_names_the_version_and_outlives_a_restore(
    clustered: Application, tmp_path: Path
) -> None:
    path = tmp_path / "judged.jsonl"
    path.write_text('{"query": "gloves", "relevant": ["one.md"]}\n')
    one = added(clustered, ScheduleKind.JUDGED, str(path))
    assert ran(clustered, one).outcome is RunOutcome.DONE
    (first,) = clustered.judged_runs.all()
    assert first.index == clustered.store.live().name  # type: ignore[attr-defined]
    assert first.model.startswith("hashed:64 ")
    taken = snapshots.create(clustered)
    assert ran(clustered, one).outcome is RunOutcome.DONE
    restoring.restore(clustered, taken.name)
    again = clustered.judged_runs.all()
    assert again[0] == first and len(again) == 2  # what was measured since is not forgotten
    assert ran(clustered, one).outcome is RunOutcome.DONE
    assert changed(clustered.judged_runs.all()) == [(), (), ("index",)]
