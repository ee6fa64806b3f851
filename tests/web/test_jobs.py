"""The background thread: it drains, survives, waits for services, and resumes."""

import datetime as dt
import io
import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from searchapp.errors import ModelMismatchError, ServiceUnavailableError
from searchapp.ingest.retry import Notify
from searchapp.messages import Message, read_in
from searchapp.model import DocumentEntry, DocumentState, IngestOutcome, Pause
from searchapp.settings import Settings
from searchapp.web import jobs as jobs_module
from searchapp.web.jobs import Jobs
from searchapp.wiring import Application
from tests.sources.site import serving
from tests.waiting import eventually
from tests.web.stand_in import StandIn, entry


@pytest.fixture
def begun() -> Callable[[], list[threading.Thread]]:
    """The threads of this test: a server of an earlier one may still be at its last document."""
    others = frozenset(threading.enumerate())
    return lambda: [
        one for one in threading.enumerate() if one not in others and one.name.startswith("searchapp-ingest")
    ]


def test_no_thread_before_there_is_work(begun: Callable[[], list[threading.Thread]], jobs: Jobs) -> None:
    assert begun() == []


def test_what_waits_together_is_ingested_together(app: StandIn, jobs: Jobs) -> None:
    app.ingester.gate.clear()
    for n in range(4):
        jobs.submit(app.ingester.queue(f"https://example.org/{n}").id)
    app.ingester.gate.set()
    jobs.wait()
    assert list(chain(*app.ingester.batches)) == [f"id-{n}" for n in range(4)]
    assert len(app.ingester.batches) <= 2  # the first, and those that came in the meantime
    assert {one.state for one in app.store.known.values()} == {DocumentState.INDEXED}


def test_a_failed_batch_does_not_end_the_thread(app: StandIn, jobs: Jobs) -> None:
    app.ingester.errors = [ModelMismatchError("passed_on", text="Another model.", remedy="Reindex.")]
    jobs.submit(app.ingester.queue("https://example.org/1").id)
    jobs.wait()
    assert isinstance(jobs.problem, ModelMismatchError)
    jobs.submit(app.ingester.queue("https://example.org/2").id)
    jobs.wait()
    assert jobs.problem is None
    assert app.ingester.batches == [["id-0"], ["id-0", "id-1"]]


def test_a_pause_lets_the_batch_in_hand_end_and_begins_no_other(
    app: StandIn, jobs: Jobs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(jobs_module, "LOOK_SECONDS", 0.02)
    app.ingester.gate.clear()
    jobs.submit(app.ingester.queue("https://example.org/1").id)
    while not app.ingester.batches:
        time.sleep(0.01)
    app.store.put_pause(Pause(dt.datetime(2026, 5, 1, 12, 30, tzinfo=dt.UTC), "ada"))
    jobs.submit(app.ingester.queue("https://example.org/2").id)
    app.ingester.gate.set()
    jobs.wait()
    assert [one.state for one in app.store.known.values()] == [DocumentState.INDEXED, DocumentState.QUEUED]
    assert jobs.problem is not None and jobs.problem.code == "paused"
    assert "paused since 2026-05-01 12:30 UTC" in jobs.problem.message
    restarted = Jobs(app)  # type: ignore[arg-type]
    restarted.resume()
    restarted.wait()
    restarted.stop()
    assert app.ingester.batches == [["id-0"]]
    app.store.put_pause(None)
    while len(app.ingester.batches) < 2:  # by itself, the next time it looks
        time.sleep(0.01)
    jobs.wait()
    assert jobs.problem is None
    assert [text for text in caplog.messages if "paused" in text or "goes on" in text][-1] == "The queue goes on."


def test_a_defect_does_not_end_the_thread_either(app: StandIn, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(app.ingester, "ingest", lambda batch, **_: 1 / 0)
        jobs.submit(app.ingester.queue("https://example.org/1").id)
        jobs.wait()
    assert jobs.problem is not None and jobs.problem.code == "internal"
    jobs.submit(app.ingester.queue("https://example.org/2").id)
    jobs.wait()
    assert app.ingester.batches[-1] == ["id-0", "id-1"]


def test_a_service_that_stays_away_is_asked_again_by_itself(
    app: StandIn, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "FIRST_RETRY_SECONDS", 0.01)
    app.ingester.errors = [ServiceUnavailableError("plain", text="Elasticsearch does not answer.")] * 3
    jobs.submit(app.ingester.queue("https://example.org/1").id)
    eventually(lambda: app.store.known["id-0"].state is DocumentState.INDEXED)
    assert len(app.ingester.batches) == 4


def test_what_a_run_waits_for_is_told(app: StandIn, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    ingest = app.ingester.ingest

    def waiting(batch: list[str], *, notify: Notify, **more: Any) -> Iterator[IngestOutcome]:
        for sentence in (Message("waiting_for_processes", n=2), None):
            notify(sentence)
            for language in ("en", "zh"):
                with read_in(language):
                    shown.append(jobs.problem.message if jobs.problem else "")
        return ingest(batch, notify=notify, **more)

    monkeypatch.setattr(app.ingester, "ingest", waiting)
    jobs.submit(app.ingester.queue("https://example.org/1").id)
    jobs.wait()
    told = Message("waiting_for_processes", n=2)
    assert shown == [told.text("en"), told.text("zh"), "", ""] and shown[0] != shown[1]


def test_resuming_takes_up_what_is_queued_and_what_a_dead_process_held(app: StandIn, jobs: Jobs) -> None:
    hour = dt.timedelta(hours=1)
    now = dt.datetime.now(dt.UTC)
    app.store.put(entry("a", "/srv/upload.md", state=DocumentState.QUEUED))
    app.store.put(entry("b", "https://example.org/", state=DocumentState.RUNNING, owner="dead", lease=now - hour))
    app.store.put(entry("c", "/srv/busy.md", state=DocumentState.RUNNING, owner="alive", lease=now + hour))
    app.store.put(entry("d", "https://example.org/done", state=DocumentState.INDEXED))
    jobs.resume()
    jobs.wait()
    assert sorted(chain(*app.ingester.batches)) == ["a", "b"]


def test_what_another_process_queues_is_noticed(app: StandIn, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "LOOK_SECONDS", 0.05)
    jobs.resume()
    jobs.wait()
    app.ingester.queue("/srv/by-command.md")
    eventually(lambda: app.store.known["id-0"].state is DocumentState.INDEXED)


def test_an_upload_waits_neither_for_a_site_that_is_crawled_nor_for_a_slow_page(tmp_path: Path) -> None:
    """Over the real parts, as it is about what two runs at once do to each other."""
    application = Application(
        Settings(data_dir=tmp_path, embedding_model="hashed:64", allowed_networks="127.0.0.0/8", crawl_delay_seconds=0)
    )
    jobs = Jobs(application)
    with serving() as site:
        site.page("/", "/a", "/b")
        site.page("/a")
        site.page("/b")
        gate = site.gates["/b"] = threading.Event()
        crawled = application.ingester.queue(site.base + "/", depth=1)
        jobs.submit(crawled.id)
        eventually(lambda: "/b" in site.asked)
        upload = application.ingester.queue(application.originals.save_upload("a.md", io.BytesIO(b"# Upload\n\nText.")))
        jobs.submit(upload.id)
        eventually(lambda: state_of(application, upload) is DocumentState.INDEXED)
        assert state_of(application, crawled) is DocumentState.RUNNING
        slow = site.gates["/slow"] = threading.Event()
        site.page("/slow")
        page = application.ingester.queue(site.base + "/slow")
        jobs.submit(page.id)
        eventually(lambda: "/slow" in site.asked)
        second = application.ingester.queue(application.originals.save_upload("b.md", io.BytesIO(b"# Second\n\nText.")))
        jobs.submit(second.id)
        eventually(lambda: state_of(application, second) is DocumentState.INDEXED)
        assert state_of(application, page) is not DocumentState.INDEXED
        slow.set()
        eventually(lambda: state_of(application, page) is DocumentState.INDEXED)
        gate.set()
        jobs.wait()
    assert jobs.problem is None
    assert application.store.state_counts() == {DocumentState.INDEXED: 6}
    jobs.stop()


def state_of(application: Application, one: DocumentEntry) -> DocumentState | None:
    entry = application.store.entry(one.id)
    return entry.state if entry else None


def test_a_site_that_cannot_be_crawled_now_is_told(app: StandIn, jobs: Jobs) -> None:
    app.ingester.errors = [ModelMismatchError("passed_on", text="Another model.", remedy="Reindex.")]
    jobs.submit(app.ingester.queue("https://example.org/", depth=2).id)
    jobs.wait()
    assert isinstance(jobs.problem, ModelMismatchError)


def test_with_redis_the_workers_are_told_and_no_thread_starts(
    app: StandIn, begun: Callable[[], list[threading.Thread]], jobs: Jobs
) -> None:
    sent: list[list[str]] = []
    app.queue = SimpleNamespace(submit=sent.append)
    jobs.resume()
    jobs.submit(app.ingester.queue("https://example.org/1").id)
    assert sent == [["id-0"]] and app.ingester.batches == []
    assert begun() == []


def test_a_redis_that_is_away_is_told_and_the_document_stays_queued(app: StandIn, jobs: Jobs) -> None:
    def away(sources: list[str]) -> None:
        raise ServiceUnavailableError("plain", text="Redis does not answer.")

    app.queue = SimpleNamespace(submit=away)
    jobs.submit(app.ingester.queue("https://example.org/1").id)
    assert jobs.problem is not None and "Redis" in jobs.problem.message
    assert app.store.known["id-0"].state is DocumentState.QUEUED


def test_stopping_does_not_wait_for_what_has_not_begun(
    app: StandIn, begun: Callable[[], list[threading.Thread]], jobs: Jobs
) -> None:
    app.ingester.gate.clear()
    for n in range(3):
        jobs.submit(app.ingester.queue(f"https://example.org/{n}").id)
    jobs.stop(timeout=0.05)
    app.ingester.gate.set()
    jobs.stop(timeout=5)
    assert begun() == []
