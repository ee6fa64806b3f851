"""A document that is deleted while it waits or is worked on stays deleted, and an undo still brings it back."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from searchapp.ingest import reading
from searchapp.ingest.leases import Leases
from searchapp.ingest.queue import run_batch
from searchapp.model import DocumentState, document_id
from searchapp.sources import Loader
from searchapp.wiring import Application
from tests.interleaving import after, before


@pytest.fixture
def queued(application: Application, tmp_path: Path) -> tuple[str, str]:
    """The id and source of a document that waits."""
    path = tmp_path / "note.md"
    path.write_text("# Note\n\nGloves of class D.\n", encoding="utf-8")
    entry = application.ingester.queue(str(path))
    return entry.id, entry.source


def work(application: Application, source: str) -> None:
    """What the web process and a worker behind Redis both do with a batch."""
    assert run_batch(application.ingester, [document_id(source)], threading.Event())


def assert_gone_and_brought_back(application: Application, document: str, source: str) -> None:
    assert application.store.entry(document) is None
    assert application.store.chunks(document) == ()
    assert application.trash.restore(document).state is DocumentState.QUEUED
    work(application, source)
    entry = application.store.entry(document)
    assert entry is not None and entry.state is DocumentState.INDEXED
    assert len(application.store.chunks(document)) == 1


@pytest.mark.parametrize("stage", ["parse", "embed_documents", "confirm", "write"])
def test_deleted_while_it_is_worked_on(
    application: Application, queued: tuple[str, str], monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    document, source = queued

    def delete() -> None:
        stored = application.store.entry(document)
        assert stored is not None and stored.state is DocumentState.RUNNING
        application.trash.delete(document)

    owners = {"parse": Loader, "embed_documents": application.embedder, "confirm": Leases, "write": application.store}
    before(monkeypatch, owners[stage], stage, delete)
    work(application, source)
    assert_gone_and_brought_back(application, document, source)


def test_deleted_while_it_is_downloaded(
    application: Application, queued: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document, source = queued
    before(monkeypatch, Loader, "read", lambda: application.trash.delete(document))
    work(application, source)
    assert_gone_and_brought_back(application, document, source)


def test_deleted_while_a_new_version_is_downloaded(
    application: Application, queued: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document, source = queued
    work(application, source)
    Path(source).write_text("# Note\n\nGloves of class E.\n", encoding="utf-8")
    before(monkeypatch, Loader, "read", lambda: application.trash.delete(document))
    assert list(application.ingester.ingest([source])) == []
    assert application.store.entry(document) is None
    assert application.store.chunks(document) == ()


def test_deleted_while_it_is_found_unchanged(
    application: Application, queued: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document, source = queued
    work(application, source)
    application.ingester.queue(source)
    before(monkeypatch, Loader, "read", lambda: application.trash.delete(document))
    work(application, source)
    assert application.store.entry(document) is None


def test_deleted_while_it_cannot_be_downloaded(
    application: Application, queued: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document, source = queued

    def delete() -> None:
        application.trash.delete(document)
        Path(source).unlink()

    before(monkeypatch, Loader, "read", delete)
    work(application, source)
    assert application.store.entry(document) is None


def test_deleted_while_the_batch_is_busy_with_what_comes_before(
    application: Application, queued: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, source = queued
    first = tmp_path / "first.md"
    first.write_text("# First\n", encoding="utf-8")
    application.ingester.queue(str(first))
    monkeypatch.setattr(reading, "GROUP_DOCUMENTS", 1)  # as after a site that is crawled
    before(monkeypatch, Loader, "parse", lambda: application.trash.delete(document))
    assert run_batch(application.ingester, [document_id(str(first)), document_id(source)], threading.Event())
    assert_gone_and_brought_back(application, document, source)


def test_deleted_while_it_is_queued_once_more(
    application: Application, queued: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document, source = queued
    work(application, source)
    after(monkeypatch, application.store, "known_entries", lambda: application.trash.delete(document))
    assert application.ingester.queue(source).content_hash == ""
    work(application, source)
    entry = application.store.entry(document)
    assert entry is not None and entry.chunks == len(application.store.chunks(document)) == 1


def test_deleted_while_it_is_tried_again(
    application: Application, queued: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document, source = queued
    Path(source).unlink()
    work(application, source)
    after(monkeypatch, application.store, "known_entries", lambda: application.trash.delete(document))
    assert application.ingester.reset_failures([document]) == []
    assert application.store.entry(document) is None


def test_brought_back_while_it_is_still_worked_on(
    application: Application, queued: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document, source = queued

    def change_of_mind() -> None:
        application.trash.delete(document)
        application.trash.restore(document)

    before(monkeypatch, application.embedder, "embed_documents", change_of_mind)
    work(application, source)
    entry = application.store.entry(document)
    assert entry is not None and entry.state is DocumentState.QUEUED  # who brought it back has it ingested
    work(application, source)
    entry = application.store.entry(document)
    assert entry is not None and entry.state is DocumentState.INDEXED


def test_deleted_while_it_is_found_unreadable(
    application: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torn = tmp_path / "torn.pdf"
    torn.write_bytes(b"%PDF-1.7 torn")
    entry = application.ingester.queue(str(torn))
    before(monkeypatch, Loader, "parse", lambda: application.trash.delete(entry.id))
    work(application, entry.source)
    assert application.store.entry(entry.id) is None
    assert application.trash.restore(entry.id).state is DocumentState.QUEUED


def test_deleted_while_it_waits(application: Application, queued: tuple[str, str]) -> None:
    document, source = queued
    application.trash.delete(document)
    work(application, source)
    assert_gone_and_brought_back(application, document, source)
