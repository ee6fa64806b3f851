"""Workers as processes of their own, over a real Redis and a real Elasticsearch."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from searchapp.errors import ServiceRefusedError, ServiceUnavailableError, UsageError
from searchapp.ingest import RedisQueue
from searchapp.ingest.lifecycle import now
from searchapp.ingest.queue_pause import PAUSE_LOOK_SECONDS
from searchapp.ingest.worker import Worker
from searchapp.model import DocumentState, Pause
from searchapp.schedules import Every, RunOutcome, ScheduleKind, Wanted
from searchapp.schedules.running import LOOK_SECONDS
from searchapp.settings import Settings
from searchapp.telemetry import logs
from searchapp.wiring import Application
from tests.ingest import chaos
from tests.ingest.chaos import searchapp
from tests.ingest.proxy import Proxy
from tests.services import process, redis
from tests.waiting import eventually

DOCUMENTS = 60


@pytest.fixture
def settings(tmp_path: Path, elasticsearch_url: str, redis_url: str) -> Iterator[Settings]:
    settings = chaos.settings_for(
        tmp_path / "data", elasticsearch_url, f"worker-{uuid.uuid4().hex[:8]}", redis_url=redis_url
    )
    yield settings
    Application(settings).store.drop()


@pytest.fixture
def library(tmp_path: Path) -> Path:
    chaos.write_corpus(tmp_path / "library", DOCUMENTS, 0)
    return tmp_path / "library"


@pytest.fixture
def start(settings: Settings) -> Iterator[chaos.Starter]:
    """Starts ``searchapp`` with the settings; what still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **more: str) -> subprocess.Popen[str]:
        running.append(searchapp(settings, *arguments, **more))
        return running[-1]

    yield start
    for one in running:
        chaos.kill(one)


def indexed(application: Application) -> int:
    counts = application.store.state_counts()
    return counts.get(DocumentState.INDEXED, 0) + counts.get(DocumentState.UNCHANGED, 0)


def embedded(application: Application) -> int:
    """Those that are indexed, where no vector is missing any more."""
    done = indexed(application)  # first: what is written after it was counted may wait for vectors
    return 0 if application.store.backlog().chunks else done


def run(settings: Settings, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        chaos.command(*arguments),
        env=chaos.environment(settings, **more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def logged_ids(settings: Settings) -> set[tuple[str | None, str | None]]:
    """The ids of request and document that stand together on a line of the log."""
    lines = [json.loads(line) for line in chaos.log(settings).splitlines() if line.startswith("{")]
    return {(line.get("request_id"), line.get("document_id")) for line in lines}


@pytest.mark.slow
def test_a_worker_ingests_what_was_queued_shows_its_metrics_and_stops_when_asked(
    settings: Settings, library: Path, start: chaos.Starter
) -> None:
    queued = run(settings, "ingest", str(library), str(library / "absent.pdf"), "--queue", "--json")
    assert queued.returncode == 3
    lines = [json.loads(line) for line in queued.stdout.splitlines()]
    assert lines[-1] == {"summary": {"documents": DOCUMENTS + 1, "queued": DOCUMENTS, "failed": 1}}
    assert {line["state"] for line in lines[:-1]} == {"queued", "failed"}
    port = process.free_port()
    worker = start("worker", "--metrics-port", str(port), SEARCHAPP_LOG_FORMAT="json")
    application = Application(settings)
    eventually(lambda: indexed(application) == DOCUMENTS)
    late = library / "late.md"
    late.write_text("# Late\n\nQueued by somebody's request.\n", encoding="utf-8")
    entry = application.ingester.queue(str(late))
    with logs.bound(request_id="req-42"):
        application.queue.submit([entry.id])
    eventually(lambda: ("req-42", entry.id) in logged_ids(settings))
    page = f"http://127.0.0.1:{port}/metrics"
    eventually(
        lambda: f'searchapp_ingest_documents_total{{outcome="indexed"}} {DOCUMENTS + 1}.0' in httpx.get(page).text
    )
    assert "searchapp_worker_heartbeat_timestamp_seconds" in httpx.get(page).text
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0


@pytest.mark.slow
def test_two_workers_and_a_document_submitted_many_times_make_one_copy(
    settings: Settings, library: Path, start: chaos.Starter
) -> None:
    wanted = chaos.undisturbed(settings, library)
    application = Application(settings)
    workers = [start("worker"), start("worker", "--concurrency", "2")]
    sources = sorted(str(path) for path in library.iterdir())
    assert application.queue is not None
    for _ in range(3):
        entries = list(application.ingester.queue_all(sources))
        application.queue.submit([entry.id for entry in entries])
        application.queue.submit([entries[0].id] * 3)
    beside = start("ingest", str(library))
    assert beside.wait(120) == 0
    eventually(lambda: embedded(application) == DOCUMENTS and application.queue.length() == 0)
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    assert [worker.wait(60) for worker in workers] == [0, 0]
    chaos.assert_equal(chaos.chunks_of(settings), wanted)
    chaos.assert_settled(application)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_stopped_gives_back_what_it_has_not_done(
    settings: Settings, library: Path, start: chaos.Starter, how: signal.Signals
) -> None:
    wanted = chaos.undisturbed(settings, library)
    application = Application(settings)
    proxy = Proxy(settings.elasticsearch_url)
    worker = start("worker", SEARCHAPP_ELASTICSEARCH_URL=proxy.url)
    proxy.when("_bulk", 3, lambda: worker.send_signal(how))
    application.queue.submit([entry.id for entry in application.ingester.queue_all([str(library)])])
    assert worker.wait(120) == 0
    assert proxy.fired.is_set()
    counts = application.store.state_counts()
    assert counts.get(DocumentState.RUNNING, 0) == 0
    assert sum(counts.values()) == DOCUMENTS and counts.get(DocumentState.QUEUED, 0) > 0
    start("worker")
    eventually(lambda: embedded(application) == DOCUMENTS)
    chaos.assert_equal(chaos.chunks_of(settings), wanted)


@pytest.mark.slow
def test_a_worker_stops_also_while_elasticsearch_is_away(
    settings: Settings, library: Path, start: chaos.Starter
) -> None:
    application = Application(settings)
    proxy = Proxy(settings.elasticsearch_url)
    worker = start("worker", SEARCHAPP_ELASTICSEARCH_URL=proxy.url)
    proxy.when("_bulk", 2, proxy.go_away)
    application.queue.submit([entry.id for entry in application.ingester.queue_all([str(library)])])
    assert proxy.fired.wait(120)
    eventually(lambda: "Waiting: " in chaos.log(settings))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0


@pytest.mark.slow
def test_redis_may_stop_and_come_back(tmp_path: Path, library: Path, settings: Settings, start: chaos.Starter) -> None:
    """Once while a batch is in hand, so that its acknowledgement fails, and while the worker rests; in the end it stops all the same."""
    server = redis.start()
    with_own = with_redis(settings, server.url)
    own = {"SEARCHAPP_REDIS_URL": server.url}
    application = Application(settings)
    proxy = Proxy(settings.elasticsearch_url)
    worker = start("worker", SEARCHAPP_ELASTICSEARCH_URL=proxy.url, **own)
    port = int(server.url.rpartition(":")[2].partition("/")[0])
    assert run(with_own, "ingest", str(library / "document-000.md"), "--queue").returncode == 0
    eventually(lambda: indexed(application) == 1)
    proxy.when("_bulk", 1, server.stop)
    assert run(with_own, "ingest", str(library / "document-001.md"), "--queue").returncode == 0
    eventually(lambda: indexed(application) == 2 and proxy.fired.is_set())
    server = redis.start(port)  # it has forgotten everything
    assert run(with_own, "ingest", str(library / "document-002.md"), "--queue").returncode == 0
    eventually(lambda: indexed(application) == 3)
    server.stop()
    told = run(with_own, "ingest", str(library), "--queue")
    assert told.returncode == 0 and f"{DOCUMENTS} queued" in told.stdout
    assert "Redis at 127.0.0.1" in told.stderr and "does not answer" in told.stderr
    again = redis.start(port)
    eventually(lambda: indexed(application) == DOCUMENTS)
    again.stop()
    eventually(lambda: "Cannot connect to" in chaos.log(settings).rpartition("succeeded in")[2])
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0


def said(settings: Settings, sentence: str) -> int:
    return chaos.log(settings).count(sentence)


@pytest.mark.slow
def test_a_pause_outlives_workers_and_redis(
    tmp_path: Path, settings: Settings, library: Path, start: chaos.Starter
) -> None:
    server = redis.start()
    port = int(server.url.rpartition(":")[2].partition("/")[0])
    own, with_own = {"SEARCHAPP_REDIS_URL": server.url}, with_redis(settings, server.url)
    application = Application(with_own)
    worker = start("worker", **own)
    assert run(with_own, "ingest", str(library / "document-000.md"), "--queue").returncode == 0
    eventually(lambda: indexed(application) == 1)
    assert "paused since" in run(with_own, "queue", "pause").stdout
    eventually(lambda: said(settings, "The queue is paused since") == 1)
    assert run(with_own, "ingest", str(library), "--queue").returncode == 0
    waits = application.store.state_counts()[DocumentState.QUEUED]
    assert waits == DOCUMENTS and application.queue is not None
    time.sleep(2 * PAUSE_LOOK_SECONDS)  # nothing tells that nothing happens
    assert application.queue.length() == 2 and application.queue.held() == set()

    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    worker = start("worker", **own)  # it finds the queue paused
    eventually(lambda: said(settings, "The queue is paused since") == 2)
    server.stop()
    server = redis.start(port)  # it has forgotten everything
    eventually(lambda: application.queue.length() > 0)  # a worker sent again what waits
    time.sleep(2 * PAUSE_LOOK_SECONDS)
    assert application.store.state_counts()[DocumentState.QUEUED] == waits

    assert "not paused" in run(with_own, "queue", "resume").stdout
    eventually(lambda: indexed(application) == DOCUMENTS)
    assert said(settings, "The queue goes on.") == 1
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    server.stop()


@pytest.mark.slow
def test_what_is_in_hand_when_the_queue_is_paused_is_finished(
    settings: Settings, library: Path, start: chaos.Starter
) -> None:
    wanted = chaos.undisturbed(settings, library)
    application = Application(settings)
    assert application.queue is not None
    proxy = Proxy(settings.elasticsearch_url)
    proxy.when("_bulk", 1, lambda: application.store.put_pause(Pause(now(), "ada")))
    worker = start("worker", SEARCHAPP_ELASTICSEARCH_URL=proxy.url)
    application.queue.submit([entry.id for entry in application.ingester.queue_all([str(library)])])
    eventually(lambda: said(settings, "The queue is paused since") == 1 and application.queue.held() == set())
    time.sleep(2 * PAUSE_LOOK_SECONDS)
    counts = application.store.state_counts()
    assert counts == {DocumentState.INDEXED: 32, DocumentState.QUEUED: DOCUMENTS - 32}
    assert application.queue.length() == 1
    application.store.put_pause(None)
    eventually(lambda: embedded(application) == DOCUMENTS)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    chaos.assert_equal(chaos.chunks_of(settings), wanted)


def test_without_redis_the_worker_says_what_to_do(settings: Settings) -> None:
    unset = run(settings, "worker", SEARCHAPP_REDIS_URL="")
    assert unset.returncode == 2 and "SEARCHAPP_REDIS_URL is not set" in unset.stderr


def test_a_redis_that_is_not_there_is_named_without_its_password(settings: Settings) -> None:
    port = process.free_port()
    absent = RedisQueue(with_redis(settings, f"redis://:secret@127.0.0.1:{port}/0"))
    for call in (absent.check, lambda: absent.submit(["a"]), absent.length):
        with pytest.raises(ServiceUnavailableError, match=f"Redis at 127.0.0.1:{port} does not answer") as caught:
            call()
        assert "secret" not in str(caught.value)


def test_a_wrong_password_of_redis_is_named_and_not_shown(settings: Settings) -> None:
    server = redis.start(password="right")
    queue = RedisQueue(with_redis(settings, server.url.replace("right", "mistaken")))
    for call in (queue.check, lambda: queue.submit(["a"])):
        with pytest.raises(ServiceRefusedError, match="refuses the name or password") as caught:
            call()
        assert "mistaken" not in str(caught.value)
    server.stop()


def test_a_port_of_the_metrics_that_is_taken_is_named(settings: Settings) -> None:
    application = Application(settings)
    assert application.queue
    with socket.socket() as taken:
        taken.bind(("", 0))
        taken.listen()
        port = taken.getsockname()[1]
        parts = (application.store, application.ingester, application.queue)
        with pytest.raises(UsageError, match=f"port {port} of the metrics is taken"):
            Worker(*parts, concurrency=1, metrics_host="127.0.0.1", metrics_port=port, lease_seconds=2).run()


def with_redis(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"redis_url": SecretStr(url)})


@pytest.mark.slow
def test_workers_run_what_is_scheduled_and_the_page_does_not(
    settings: Settings, library: Path, start: chaos.Starter
) -> None:
    application = Application(settings)
    application.store.prepare(application.embedder.fingerprint)
    page = start("serve", "--port", str(process.free_port()))
    one = application.schedules.add(Wanted(ScheduleKind.FOLDER, str(library), Every.DAY), "ada")
    workers = [start("worker", "--metrics-port", "0") for _ in range(2)]
    ran = eventually(lambda: application.schedules.get(one.id).last)
    assert ran.outcome is RunOutcome.DONE and ran.figures["indexed"] == DOCUMENTS
    assert application.schedules.runs(one.id) == (ran,)
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
    assert [worker.wait(60) for worker in workers] == [0, 0]
    application.schedules.call(one.id)
    time.sleep(LOOK_SECONDS * 2)  # a page that ran it would have begun by now
    after = application.schedules.get(one.id)
    assert after.called and not after.running and page.poll() is None
