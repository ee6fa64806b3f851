"""The background thread: it drains, survives, waits for services, and resumes."""

import threading
from itertools import chain

import pytest

from searchapp.errors import ModelMismatchError, ServiceUnavailableError
from searchapp.model import DocumentState
from searchapp.web import jobs as jobs_module
from searchapp.web.jobs import Jobs
from tests.web.stand_in import StandIn, entry


def test_no_thread_before_there_is_work(jobs: Jobs) -> None:
    assert "searchapp-ingest" not in {thread.name for thread in threading.enumerate()}


def test_what_waits_together_is_ingested_together(app: StandIn, jobs: Jobs) -> None:
    app.ingester.gate.clear()
    for n in range(4):
        jobs.submit(app.ingester.queue(f"https://example.org/{n}").source)
    app.ingester.gate.set()
    jobs.wait()
    assert list(chain(*app.ingester.batches)) == [f"https://example.org/{n}" for n in range(4)]
    assert len(app.ingester.batches) <= 2  # the first, and those that came in the meantime
    assert {one.state for one in app.store.known.values()} == {DocumentState.INDEXED}


def test_a_failed_batch_does_not_end_the_thread(app: StandIn, jobs: Jobs) -> None:
    app.ingester.errors = [ModelMismatchError("Another model.", "Reindex.")]
    jobs.submit("https://example.org/1")
    jobs.wait()
    assert isinstance(jobs.problem, ModelMismatchError)
    app.ingester.queue("https://example.org/2")
    jobs.submit("https://example.org/2")
    jobs.wait()
    assert jobs.problem is None
    assert app.ingester.batches == [["https://example.org/1"], ["https://example.org/2"]]


def test_a_defect_does_not_end_the_thread_either(app: StandIn, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(app.ingester, "ingest", lambda batch: 1 / 0)
        jobs.submit("https://example.org/1")
        jobs.wait()
    assert jobs.problem is not None and jobs.problem.code == "internal"
    jobs.submit("https://example.org/2")
    jobs.wait()
    assert app.ingester.batches == [["https://example.org/2"]]


def test_a_service_that_is_away_is_waited_for(app: StandIn, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "FIRST_RETRY_SECONDS", 0.01)
    app.ingester.errors = [ServiceUnavailableError("Elasticsearch does not answer.")] * 3
    jobs.submit(app.ingester.queue("https://example.org/1").source)
    jobs.wait()
    assert len(app.ingester.batches) == 4
    assert app.store.known["id-0"].state is DocumentState.INDEXED


def test_resuming_takes_up_uploads_and_pages_but_not_the_files_of_a_running_command(app: StandIn, jobs: Jobs) -> None:
    upload = str(app.settings.data_dir.absolute() / "uploads" / "x.md")
    app.store.put(entry("a", upload, state=DocumentState.QUEUED))
    app.store.put(entry("b", "https://example.org/", state=DocumentState.RUNNING))
    app.store.put(entry("c", "/srv/by-command.md", state=DocumentState.QUEUED))
    app.store.put(entry("d", "https://example.org/done", state=DocumentState.INDEXED))
    assert jobs.resume() == 2
    jobs.wait()
    assert sorted(chain(*app.ingester.batches)) == sorted([upload, "https://example.org/"])


def test_stopping_does_not_wait_for_what_has_not_begun(app: StandIn, jobs: Jobs) -> None:
    app.ingester.gate.clear()
    for n in range(3):
        jobs.submit(f"https://example.org/{n}")
    jobs.stop(timeout=0.05)
    app.ingester.gate.set()
    jobs.stop(timeout=5)
    assert "searchapp-ingest" not in {thread.name for thread in threading.enumerate()}
