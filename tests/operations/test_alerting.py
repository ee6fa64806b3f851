"""What is looked at: each thing that may be wrong is seen, in words that hold no path, and what cannot be is left."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from searchapp.alerts import Code, Condition
from searchapp.doctor import diagnose
from searchapp.errors import ServiceRefusedError, ServiceUnavailableError
from searchapp.findings import Finding, Severity
from searchapp.messages import Message
from searchapp.model import DocumentEntry, DocumentState, Pause
from searchapp.operations import alerting, runner_of, teller_of
from searchapp.operations.alerting import OfWorkers, look
from searchapp.schedules import Every, Run, RunOutcome, Schedule, ScheduleKind, Wanted, read_wanted
from searchapp.schedules.turns import Turns
from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.alerts.receiver import Receiver, answering, receiving
from tests.waiting import eventually

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


@pytest.fixture
def application(tmp_path: Path) -> Application:
    settings = Settings(data_dir=tmp_path / "data", embedding_model="hashed:64", ollama_url="http://127.0.0.1:9")
    return Application(settings)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


def seen(application: Application, *, serves: bool = True) -> list[Condition]:
    return list(look(application, serves=serves).found.values())


def ran(
    application: Application, kind: ScheduleKind, target: str, outcome: RunOutcome,
    figures: Mapping[str, int | float] | None = None, least: float = 0.0,
) -> Schedule:  # fmt: skip
    """A schedule whose latest run ended so."""
    one = application.schedules.add(Wanted(kind, target, Every.DAY, least=least), "ada")
    turns = Turns(application.schedules)
    taken = turns.take("me", lambda lease: True, schedule=one.id)
    assert taken is not None
    message = Message("schedule_drift", n=2, names=["template searchapp"]).encoded()
    turns.end(taken[0], Run(NOW, NOW, outcome, message, figures or {}), dt.timedelta())
    return one


def test_an_installation_that_is_well_has_nothing_to_tell(application: Application) -> None:
    found = look(application, serves=True)
    assert not found.found
    clustered = {Code.CLUSTER_RED, Code.INDEX_READ_ONLY, Code.DISK_LOW}
    assert found.looked == set(Code) - clustered - {Code.TEST}
    assert Code.DATA_FOLDER_LOW not in look(application, serves=False).looked  # a worker's folder is another's


def test_what_runs_of_schedules_failed_at_and_found(application: Application, tmp_path: Path) -> None:
    failed = ran(application, ScheduleKind.FOLDER, str(tmp_path / "papers"), RunOutcome.FAILED)
    drifted = ran(application, ScheduleKind.DRIFT, "", RunOutcome.WARNED, {"changes": 2, "edited": 1})
    low = ran(application, ScheduleKind.JUDGED, "thumbs", RunOutcome.WARNED, {"ndcg@10": 0.6, "queries": 9}, 0.7)
    found = ran(application, ScheduleKind.DOCTOR, "", RunOutcome.WARNED, {"errors": 1, "warnings": 0})
    ran(application, ScheduleKind.FOLDER, str(tmp_path / "other"), RunOutcome.WARNED, {"failed": 1})
    ran(application, ScheduleKind.SNAPSHOT, "", RunOutcome.DONE)
    told = {(one.code, one.subject): one for one in seen(application)}
    assert set(told) == {
        ("schedule_fails", failed.id),
        ("cluster_drifts", drifted.id),
        ("quality_low", low.id),
        ("doctor_warns", found.id),
    }
    assert told["quality_low", low.id].message == "Judged queries reach an nDCG@10 of 0.600, less than 0.7."
    assert told["cluster_drifts", drifted.id].message.endswith("in 2 places.")
    assert told["doctor_warns", found.id].severity is Severity.ERROR
    assert all(one.remedy and str(tmp_path) not in one.message + one.remedy for one in told.values())
    for one in application.schedules.all():
        application.schedules.change(one.id, paused=True)
    assert seen(application) == []


def test_a_document_that_waits_for_long(application: Application) -> None:
    just_now = dt.datetime.now(dt.UTC)
    long_ago = just_now - dt.timedelta(hours=3)
    entries = [
        DocumentEntry(f"d{number}", f"/srv/d{number}.txt", "d", "text", DocumentState.QUEUED, queued=at, updated=at)
        for number, at in enumerate((just_now, long_ago))
    ]
    application.store.prepare(application.embedder.fingerprint)
    application.store.put_entries(entries)
    (one,) = seen(application)
    assert (one.code, one.severity) == ("queue_slow", Severity.WARNING) and "searchapp serve" in one.remedy
    assert one.message == "The oldest of 2 queued documents waits for more than 60 minutes."
    patient = Application(application.settings.model_copy(update={"queue_alert_minutes": 240.0}))
    assert seen(patient) == []
    application.store.put_pause(Pause(NOW, "ada"))
    assert seen(application) == []


def test_a_data_folder_without_space(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("searchapp.operations.alerting.LITTLE", 1 << 62)
    (one,) = seen(application)
    assert one.code == "data_folder_low" and str(application.settings.data_dir) not in one.message
    assert seen(application, serves=False) == []


def test_a_store_that_is_away_is_all_that_is_known(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise ServiceUnavailableError("redis_away", place="http://user:secret@10.0.0.1:9200")

    monkeypatch.setattr(application.store, "check", away)
    found = look(application, serves=True)
    assert found.looked == {Code.STORE_AWAY}
    (one,) = found.found.values()
    assert one.message == "The store cannot be used (redis_away)." and "10.0.0.1" not in one.remedy


def test_what_a_key_may_not_look_at_is_left(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(application: Application) -> list[Condition]:
        raise ServiceRefusedError("redis_away", place="here")

    monkeypatch.setattr(alerting, "queue", refused)
    assert Code.QUEUE_SLOW not in look(application, serves=True).looked


def test_it_is_said_in_the_operators_language(application: Application) -> None:
    ran(application, ScheduleKind.DRIFT, "", RunOutcome.WARNED, {"changes": 2})
    chinese = Application(application.settings.model_copy(update={"webhook_language": "zh"}))
    assert seen(chinese)[0].message == "集群与 es/ 及设置有 2 处不同。"


def test_a_schedule_that_fails_is_told_and_its_mending_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("searchapp.alerts.teller.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("searchapp.alerts.teller.SEND_SECONDS", 0.05)
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.md").write_text("# Gloves\n\nOperators wear gloves.")
    with receiving() as receiver:
        application = Application(
            Settings(data_dir=tmp_path / "data", embedding_model="hashed:64", webhook_urls=receiver.url)
        )
        book = application.schedules
        one = book.add(
            read_wanted(Wanted(ScheduleKind.FOLDER, str(folder), Every.DAY), application.settings, None), "a"
        )
        teller = teller_of(application, serves=True)
        teller.start()
        try:
            runner_of(application).run(one.id)
            folder.rename(folder.with_name("elsewhere"))
            runner_of(application).run(one.id)
            eventually(lambda: receiver.got)
            folder.with_name("elsewhere").rename(folder)
            runner_of(application).run(one.id)
            eventually(lambda: len(receiver.got) == 2)
        finally:
            teller.stop()
        assert [(sent.json["phase"], sent.json["subject"]) for sent in receiver.got] == [
            ("begun", one.id),
            ("ended", one.id),
        ]
        assert all(word not in sent.body.decode() for sent in receiver.got for word in ("papers", "Gloves", "gloves"))


def test_of_several_workers_one_tells_that_the_store_is_away(tmp_path: Path, redis_url: str) -> None:
    def worker(url: str) -> OfWorkers:
        queue = Application(Settings(data_dir=tmp_path, redis_url=url, index_prefix=prefix)).queue
        assert queue is not None
        return OfWorkers(queue)

    prefix = f"test-{uuid.uuid4().hex[:8]}"
    one, other = worker(redis_url), worker(redis_url)
    assert [one.take(), other.take(), one.take(), other.take()] == [True, False, True, False]
    other.give_back()
    assert not other.take()
    one.give_back()
    assert other.take() and not one.take()
    assert worker("redis://127.0.0.1:9/0").take()
    other.give_back()


def webhooks(application: Application) -> list[Finding]:
    return [one for one in diagnose(application, quick=True) if one.check == "webhooks"]


def test_the_doctor_tells_of_webhooks(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    assert webhooks(Application(Settings(data_dir=tmp_path, embedding_model="hashed:64"))) == []
    application = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64", webhook_urls=receiver.url))
    (fine,) = webhooks(application)
    assert fine.severity is Severity.OK and "/hook" not in fine.message
    ran(application, ScheduleKind.DRIFT, "", RunOutcome.WARNED, {"changes": 2})
    receiver.then = [answering(410)]
    teller = teller_of(application, serves=True)
    for _ in range(2):
        teller.look()
    teller.send()
    teller.stop()
    (failing,) = webhooks(application)
    assert failing.severity is Severity.WARNING and "answered 410. 0 wait, 1 was given up." in failing.message
    assert "/hook" not in failing.message and failing.remedy == "searchapp alerts test tries it."


def test_a_cluster_is_looked_at_and_noted_in_its_registry(
    elasticsearch_url: str, tmp_path: Path, receiver: Receiver
) -> None:
    application = Application(
        Settings(
            elasticsearch_url=elasticsearch_url, index_prefix=f"test-{uuid.uuid4().hex[:8]}", data_dir=tmp_path,
            embedding_model="hashed:64", webhook_urls=receiver.url,
        )
    )  # fmt: skip
    note = tmp_path / "note.md"
    note.write_text("# Gloves\n\nOperators wear gloves.")
    try:
        assert set(Code) - look(application, serves=True).looked == {Code.TEST}
        list(application.ingester.ingest([str(note)]))
        one = ran(application, ScheduleKind.DRIFT, "", RunOutcome.WARNED, {"changes": 2})
        tellers = [teller_of(application, serves=True), teller_of(Application(application.settings), serves=False)]
        for _ in range(3):
            for teller in tellers:
                teller.look()
                teller.send()
        for teller in tellers:
            teller.stop()
        drifts = [sent.json for sent in receiver.got if sent.json["code"] == "cluster_drifts"]
        assert [(sent["phase"], sent["subject"]) for sent in drifts] == [("begun", one.id)]
        assert application.store.entries().total == 1  # what is kept is no document
    finally:
        application.store.drop()
