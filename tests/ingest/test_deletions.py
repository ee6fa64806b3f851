"""A document that is deleted while it waits or is worked on stays deleted, and an undo still brings it back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from searchapp.ingest.batches import run_batch
from searchapp.model import DocumentState
from searchapp.sources import Loader
from searchapp.wiring import Application


@pytest.fixture
def queued(application: Application, tmp_path: Path) -> tuple[str, str]:
    """The id and source of a document that waits."""
    path = tmp_path / "note.md"
    path.write_text("# Note\n\nGloves of class D.\n", encoding="utf-8")
    entry = application.ingester.queue(str(path))
    return entry.id, entry.source


def work(application: Application, source: str) -> None:
    """What the web process and a worker behind Redis both do with a batch."""
    assert run_batch(application.ingester, [source], threading.Event())


def during(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, action: Callable[[], object]) -> None:
    """Have ``action`` happen once, just before ``owner.name`` is called."""
    original = getattr(owner, name)
    done = threading.Event()

    def called(*args: object, **kwargs: object) -> object:
        if not done.is_set():
            done.set()
            action()
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, name, called)


def assert_gone_and_brought_back(application: Application, document: str, source: str) -> None:
    assert application.store.entry(document) is None
    assert application.store.chunks(document) == ()
    assert application.trash.restore(document).state is DocumentState.QUEUED
    work(application, source)
    entry = application.store.entry(document)
    assert entry is not None and entry.state is DocumentState.INDEXED
    assert len(application.store.chunks(document)) == 1


@pytest.mark.parametrize("stage", ["parse", "embed_documents", "confirm"])
def test_deleted_while_it_is_worked_on(
    application: Application, queued: tuple[str, str], monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    document, source = queued

    def delete() -> None:
        stored = application.store.entry(document)
        assert stored is not None and stored.state is DocumentState.RUNNING
        application.trash.delete(document)

    from searchapp.ingest.claims import Claims

    owner = {"parse": Loader, "embed_documents": application.embedder, "confirm": Claims}[stage]
    during(monkeypatch, owner, stage, delete)
    work(application, source)
    assert_gone_and_brought_back(application, document, source)


def test_brought_back_while_it_is_still_worked_on(
    application: Application, queued: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document, source = queued

    def change_of_mind() -> None:
        application.trash.delete(document)
        application.trash.restore(document)

    during(monkeypatch, application.embedder, "embed_documents", change_of_mind)
    work(application, source)
    entry = application.store.entry(document)
    assert entry is not None and entry.state is DocumentState.QUEUED  # whoever brought it back has it ingested
    work(application, source)
    entry = application.store.entry(document)
    assert entry is not None and entry.state is DocumentState.INDEXED


def test_deleted_while_it_is_found_unreadable(
    application: Application, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torn = tmp_path / "torn.pdf"
    torn.write_bytes(b"%PDF-1.7 torn")
    entry = application.ingester.queue(str(torn))
    during(monkeypatch, Loader, "parse", lambda: application.trash.delete(entry.id))
    work(application, entry.source)
    assert application.store.entry(entry.id) is None
    assert application.trash.restore(entry.id).state is DocumentState.QUEUED


def test_deleted_while_it_waits(application: Application, queued: tuple[str, str]) -> None:
    document, source = queued
    application.trash.delete(document)
    work(application, source)
    assert_gone_and_brought_back(application, document, source)
