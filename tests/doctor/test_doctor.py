"""``searchapp doctor`` over the embedded store, with and without the services around it."""

from __future__ import annotations

import datetime as dt
import uuid
from pathlib import Path

import pytest

from searchapp.doctor import diagnose
from searchapp.findings import Finding, Severity
from searchapp.messages import read_in
from searchapp.model import Document, DocumentEntry, DocumentState, Pause, Section, SourceType
from searchapp.settings import load_settings
from searchapp.wiring import Application
from tests.services.ollama import Ollama

NOWHERE = "http://127.0.0.1:9"


def application(folder: Path, **settings: object) -> Application:
    chosen = {"data_dir": folder, "embedding_model": "hashed:64", "ollama_url": NOWHERE, **settings}
    return Application(load_settings(**chosen))


def found(running: Application, check: str) -> list[Finding]:
    return [finding for finding in diagnose(running) if finding.check == check]


def filled(folder: Path) -> Application:
    running = application(folder)
    text = "A valve closes at seven bar."
    document = Document("a", "/docs/a.txt", "a", SourceType.TEXT, text, (Section(0, len(text), ()),), content_hash="1")
    assert [outcome.error for outcome in running.ingester.ingest_documents([document])] == [""]
    return running


def entry(name: str, state: DocumentState, **facts: object) -> DocumentEntry:
    return DocumentEntry(name, f"/docs/{name}.txt", name, "text", state, **facts)  # type: ignore[arg-type]


def test_an_empty_installation_without_services_has_no_error(tmp_path: Path) -> None:
    everything = list(diagnose(application(tmp_path)))
    assert not [finding for finding in everything if finding.severity is Severity.ERROR]
    (ollama,) = [finding for finding in everything if finding.check == "language model"]
    assert ollama.severity is Severity.WARNING and "quotations" in ollama.message and "ollama serve" in ollama.remedy
    for finding in everything:
        assert finding.remedy or finding.severity in (Severity.OK, Severity.INFO)


def test_what_the_embedded_store_holds(tmp_path: Path) -> None:
    everything = {finding.check: finding for finding in diagnose(filled(tmp_path))}
    assert "1 passages" in everything["store"].message
    assert everything["model"].severity is everything["documents"].severity is Severity.OK
    assert "documents" not in {finding.check for finding in diagnose(application(tmp_path), quick=True)}


def test_a_paused_queue_is_told(tmp_path: Path) -> None:
    running = filled(tmp_path)
    running.store.put_entries([entry("b", DocumentState.QUEUED)])
    running.store.put_pause(Pause(dt.datetime(2026, 5, 1, 12, 30, tzinfo=dt.UTC), "ada"))
    paused, counted = found(running, "queue")
    assert paused.severity is Severity.WARNING and paused.remedy == "searchapp queue resume ends that."
    assert paused.message == "The queue is paused since 2026-05-01 12:30 UTC by ada: nothing new is begun."
    assert (paused.code, counted.code) == ("queue_paused_by", "queue_length")
    assert counted.severity is Severity.OK  # that nobody reads is no wonder
    with read_in("zh"):
        paused, _ = found(running, "queue")
    assert paused.message == "ada 于 2026-05-01 12:30 UTC 暂停了队列：不再开始新的文档。"
    assert paused.remedy == "searchapp queue resume 可恢复。"


def test_another_model_is_an_error(tmp_path: Path) -> None:
    filled(tmp_path)
    (finding,) = found(application(tmp_path, embedding_model="hashed:128"), "model")
    assert finding.severity is Severity.ERROR and "SEARCHAPP_EMBEDDING_MODEL=hashed:64" in finding.remedy


def test_orphans_and_hollow_entries_of_the_embedded_store(tmp_path: Path) -> None:
    running = filled(tmp_path)
    running.store.forget(["a"])
    running.store.put_entries([entry("b", DocumentState.INDEXED, chunks=3, content_hash="x")])
    orphan, hollow = found(running, "documents")
    assert orphan.remedy == "searchapp documents delete --yes a"
    assert hollow.remedy == "searchapp documents retry b" and "/docs/b.txt" in hollow.message
    running.trash.delete("a")
    running.trash.delete("b")
    assert [finding.severity for finding in found(running, "documents")] == [Severity.OK]


def test_the_queue(tmp_path: Path) -> None:
    running = filled(tmp_path)
    past = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    running.store.put_entries(
        [
            entry("b", DocumentState.QUEUED),
            entry("c", DocumentState.RUNNING, owner="gone", lease=past),
            entry("d", DocumentState.FAILED, error="It is broken."),
        ]
    )
    depth, left, failed = found(running, "queue")
    assert "1 documents queued, 1 in work" in depth.message
    assert left.severity is Severity.WARNING and "/docs/c.txt" in left.message
    assert "documents retry --all" in failed.remedy


def test_the_workers_queue(tmp_path: Path, redis_url: str) -> None:
    running = application(tmp_path, redis_url=redis_url, index_prefix=f"test-{uuid.uuid4().hex[:8]}")
    (finding,) = found(running, "Redis")
    assert finding.severity is Severity.OK and "0 batches" in finding.message
    assert running.queue is not None
    running.queue.submit(["/docs/a.txt"])
    (finding,) = found(running, "Redis")
    assert "1 batches" in finding.message and "searchapp worker" in finding.remedy
    running.queue.celery.connection_for_write().default_channel.queue_purge(running.queue.name)
    (finding,) = found(application(tmp_path, redis_url="redis://127.0.0.1:9/0"), "Redis")
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("settings", "severity", "words"),
    [
        ({"llm_model": "smollm2"}, Severity.OK, "8,192 tokens"),
        ({"llm_model": "smollm2", "llm_context_tokens": 32768}, Severity.WARNING, "32,768 are asked for"),
        ({"llm_model": "absent"}, Severity.WARNING, "no model 'absent'. smollm2:latest answers in its place."),
    ],
)
def test_ollama(tmp_path: Path, ollama: Ollama, settings: dict[str, object], severity: Severity, words: str) -> None:
    version, model = found(application(tmp_path, ollama_url=ollama.url, **settings), "language model")
    assert version.message.startswith("Version ")
    assert model.severity is severity and words in model.message
    if severity is Severity.WARNING:
        assert "SEARCHAPP_LLM" in model.remedy


def test_an_embedding_model_that_is_not_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    running = application(tmp_path, embedding_model="sentence-transformers:nobody/nothing")
    (finding,) = found(running, "embedding model")
    assert finding.severity is Severity.WARNING and "not on this machine" in finding.message
    assert found(running, "store")  # the others look nevertheless


def test_a_server_that_does_not_answer_is_told_once(tmp_path: Path) -> None:
    everything = list(diagnose(application(tmp_path, elasticsearch_url=NOWHERE)))
    errors = [finding for finding in everything if finding.severity is Severity.ERROR]
    assert [finding.check for finding in errors] == ["server"] and "does not answer" in errors[0].message


def test_a_data_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (finding,) = found(application(tmp_path / "file" / "below"), "data folder")
    assert finding.severity is Severity.ERROR and "SEARCHAPP_DATA_DIR" in finding.remedy


def test_what_the_model_of_an_index_does_not_find_is_told(tmp_path: Path) -> None:
    running = application(tmp_path, embedding_model="sentence-transformers:all-MiniLM-L6-v2")
    loaded, lacks = found(running, "embedding model")
    assert loaded.severity is Severity.OK and lacks.severity is Severity.INFO
    assert "all-MiniLM-L6-v2, was trained on English: Chinese, Japanese and Korean are found by their" in lacks.message
    assert "searchapp[multilingual]" in lacks.remedy and "searchapp models move" in lacks.remedy


def test_of_the_default_model_nothing_is_lacking(tmp_path: Path, multilingual: None) -> None:
    default = "sentence-transformers:multilingual-e5-small"
    assert [one.severity for one in found(application(tmp_path, embedding_model=default), "embedding model")] == [
        Severity.OK
    ]
