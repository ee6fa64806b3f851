"""An embedded index moves to another model and back, whatever happens meanwhile."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from searchapp.errors import ConflictError, IndexSwitchedError, ModelMismatchError, StorageError, UsageError
from searchapp.model import SearchMode, SearchRequest
from searchapp.settings import load_settings
from searchapp.stores import RetrievalQuery
from searchapp.stores.lancedb import LanceStore, copying, moving
from searchapp.wiring import Application
from tests.cluster.conftest import document, ingest, other_text
from tests.ingest.test_hardship import fill

Configured = Callable[..., Application]

OLD, NEW = "hashed:64", "hashed:128"


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SEARCHAPP_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def configured(tmp_path: Path) -> Configured:
    """Makes applications on one data folder, each with settings and connections of its own, as processes have."""

    def make(model: str = OLD, **settings: object) -> Application:
        return Application(load_settings(data_dir=tmp_path / "data", embedding_model=model, **settings))

    return make


def store_of(application: Application) -> LanceStore:
    assert isinstance(application.store, LanceStore)
    return application.store


def move(
    application: Application, show: Callable[[str, int, int], None] = lambda what, done, total: None
) -> moving.Moved:
    return moving.move(store_of(application), application.embedder.fingerprint, show)


def hits(application: Application, query: str, mode: SearchMode = SearchMode.HYBRID) -> list[str]:
    return [hit.document_id for hit in application.searcher.search(SearchRequest(query, mode)).hits]


def content(application: Application) -> dict[str, tuple[str, bytes]]:
    """Text and vector of every chunk, by id."""
    rows = store_of(application).versions.live().to_arrow().to_pylist()
    return {row["id"]: (row["text"], np.asarray(row["vector"], np.float32).tobytes()) for row in rows}


def ingested_anew(folder: Path, model: str, *documents: object) -> dict[str, tuple[str, bytes]]:
    """What an index holds that was never moved."""
    fresh = Application(load_settings(data_dir=folder, embedding_model=model))
    ingest(fresh, *documents)
    return content(fresh)


def tables(application: Application) -> int:
    return len(list(store_of(application).folder.glob("chunks*.lance")))


def test_to_another_model_and_back(configured: Configured, tmp_path: Path) -> None:
    old, new = configured(), configured(NEW)
    documents = [document(f"doc{number}") for number in range(7)]
    ingest(old, *documents)
    assert hits(old, "doc3 valve", SearchMode.SEMANTIC)
    with pytest.raises(ModelMismatchError, match="models move"):
        hits(new, "doc3")
    done = move(new)
    assert (done.documents, done.reused, done.resumed) == (7, 0, False) and done.embedded > 0
    assert content(new) == ingested_anew(tmp_path / "fresh", NEW, *documents)
    # Processes that were there before and new ones find everything, each query embedded with the index's model.
    for application in (old, new, configured()):
        assert application.store.fingerprint().model == "128"
        assert hits(application, "valve paragraph", SearchMode.SEMANTIC)
        assert hits(application, "The end of doc5")[0] == "doc5"
    with pytest.raises(ModelMismatchError):
        hits(configured("hashed:32"), "doc3")

    # Whichever model a process is configured with, what it writes is of the index's.
    late, later = document("late", text="A zeppelin lands."), document("later", text="A glider lands.")
    ingest(old, late)
    ingest(new, later)
    assert content(old) == ingested_anew(tmp_path / "fresh", NEW, late, later)

    back = moving.move_back(store_of(configured()))
    assert back.target.model == "64" and back.documents == 9
    assert content(old) == ingested_anew(tmp_path / "fresh-old", OLD, *documents, late, later)
    for application in (old, new, configured(), configured(NEW)):
        assert hits(application, "zeppelin")[0] == "late" and hits(application, "glider")[0] == "later"
    forth = moving.move_back(store_of(old))
    assert (forth.target.model, forth.embedded, tables(old)) == ("128", 0, 2)

    assert [model.model for model in moving.discard(store_of(old))] == ["64"]
    assert tables(old) == 1 and moving.discard(store_of(old)) == ()
    with pytest.raises(UsageError, match="no version to go back to"):
        moving.move_back(store_of(old))
    assert hits(configured(), "zeppelin")[0] == "late"
    assert move(old).reused == 0  # the vectors went with the version


def test_the_next_move_removes_the_version_before_the_last(configured: Configured) -> None:
    ingest(configured(), document("a"))
    move(configured(NEW))
    move(configured("hashed:32"))
    assert tables(configured()) == 2
    assert moving.move_back(store_of(configured())).target.model == "128"
    for model in (OLD, NEW, "hashed:32"):  # each was the index's model once
        assert hits(configured(model), "valve", SearchMode.SEMANTIC)
    again = move(configured("hashed:32"))
    assert again.resumed and again.embedded == 0  # the kept one is brought up to date


def test_what_is_written_changed_and_deleted_meanwhile_is_right_afterwards(
    configured: Configured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "WINDOW_DOCUMENTS", 2)
    monkeypatch.setattr(moving, "FEW_CHUNKS", 0)
    documents = {f"doc{number}": document(f"doc{number}", paragraphs=3) for number in range(8)}
    old = configured()
    ingest(old, *documents.values())
    writers = {"old": configured(), "new": configured(NEW)}
    happened: list[str] = []

    def meanwhile(what: str, done: int, total: int) -> None:
        happened.append(what)
        if what == "copying" and done == 4:
            for name in ("doc0", "doc6"):  # one that was copied, and one that was not
                documents[name] = other_text(documents[name], "Rewritten.")
            ingest(old, documents["doc0"], documents["doc6"])
            for name in ("doc1", "doc7"):
                assert old.store.delete_document(name)
                del documents[name]
            documents["added"] = document("added", paragraphs=2)
            ingest(writers["old"], documents["added"])
        if what == "indexing":  # when all was copied
            documents["doc2"] = other_text(documents["doc2"], "Rewritten late.")
            ingest(writers["old"], documents["doc2"])

    done = move(configured(NEW), meanwhile)
    assert {"copying", "indexing"} <= set(happened) and done.documents == len(documents) == 7
    assert content(old) == ingested_anew(tmp_path / "fresh", NEW, *documents.values())
    assert content(writers["new"]) == content(old)


def test_a_document_that_changes_while_its_window_is_embedded_is_copied_again(
    configured: Configured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = configured(), configured(NEW)
    documents = [document("a"), document("b"), document("c")]
    ingest(old, *documents)
    changed = other_text(documents[0], "Rewritten.")
    encode = store_of(new).reencode
    calls = []

    def slowly(*arguments: object) -> object:
        calls.append(1)
        writes = encode(*arguments)
        if len(calls) == 1:
            ingest(old, changed)
            old.store.delete_document("b")
        return writes

    monkeypatch.setattr(store_of(new), "reencode", slowly)
    monkeypatch.setattr(moving, "FEW_CHUNKS", 0)
    move(new)
    assert len(calls) > 1
    assert content(old) == ingested_anew(tmp_path / "fresh", NEW, changed, documents[2])


def test_the_registry_counts_the_new_chunks(configured: Configured) -> None:
    old, new = configured(), configured(NEW, chunk_tokens=64)
    ingest(old, document("long", paragraphs=30), document("short", paragraphs=1))
    before = old.store.entry("long")
    move(new)
    for name in ("long", "short"):
        assert old.store.entry(name).chunks == len(old.store.chunks(name))
    assert old.store.entry("long").chunks > before.chunks
    moving.move_back(store_of(old))
    assert old.store.entry("long") == before


def test_a_query_that_was_embedded_before_the_switch_is_embedded_again(
    configured: Configured, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = configured()
    ingest(old, document("a"))
    fingerprint, vector = old.embedder.fingerprint, old.embedder.embed_query("valve")
    search, asked = old.store.search, []

    def moved_first(query: RetrievalQuery) -> object:
        asked.append(query.model)
        if len(asked) == 1:
            move(configured(NEW))
        return search(query)

    monkeypatch.setattr(old.store, "search", moved_first)
    assert set(hits(old, "valve", SearchMode.SEMANTIC)) == {"a"}
    assert [model.model for model in asked[:2]] == ["64", "128"]
    with pytest.raises(IndexSwitchedError):
        search(RetrievalQuery(None, vector, 10, model=fingerprint))


def test_what_is_deleted_is_in_no_version(configured: Configured) -> None:
    old = configured()
    ingest(old, document("a"), document("secret"))
    move(configured(NEW))
    with pytest.raises(KeyboardInterrupt):
        move(configured("hashed:32"), stopped_at("indexing"))
    assert tables(old) == 3
    assert old.store.delete_document("secret")
    assert all(set(copying.held(table)) <= {"a"} for table in store_of(old).versions.all())
    moving.move_back(store_of(old))
    assert set(old.store.held()) == {"a"}


def stopped_at(stage: str, after: int = 0) -> Callable[[str, int, int], None]:
    """Ctrl-C when so much of the stage is done."""

    def show(what: str, done: int, total: int) -> None:
        if what == stage and done >= after:
            raise KeyboardInterrupt

    return show


def test_ctrl_c_leaves_the_old_version_and_the_next_move_goes_on(
    configured: Configured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "WINDOW_DOCUMENTS", 2)
    documents = [document(f"doc{number}") for number in range(8)]
    ingest(configured(), *documents)
    with pytest.raises(KeyboardInterrupt):
        move(configured(NEW), stopped_at("copying", 4))
    before = configured()
    assert before.store.fingerprint().model == "64" and hits(before, "The end of doc5")[0] == "doc5"
    done = move(configured(NEW))
    whole = len(ingested_anew(tmp_path / "fresh", NEW, *documents))
    assert done.resumed and 0 < done.embedded < whole and done.chunks == whole
    # What a move to another model left is removed by the next one.
    with pytest.raises(KeyboardInterrupt):
        move(configured("hashed:32"), stopped_at("copying", 4))
    assert not move(configured("hashed:16")).resumed and tables(before) == 2


def test_what_cannot_be_moved_is_refused_in_a_sentence(configured: Configured) -> None:
    with pytest.raises(UsageError, match="no index"):
        move(configured())
    ingest(configured(), document("a"))
    with pytest.raises(UsageError, match="already"):
        move(configured())
    with pytest.raises(UsageError, match="no version to go back to"):
        moving.move_back(store_of(configured()))

    def second(what: str, done: int, total: int) -> None:
        for other in (lambda: move(configured("hashed:32")), lambda: moving.discard(store_of(configured()))):
            with pytest.raises(ConflictError, match="by another process"):
                other()

    move(configured(NEW), second)


def test_a_full_disk_leaves_the_old_version(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system can only be mounted by root")
    try:
        old, new = (Application(load_settings(data_dir=disk, embedding_model=model)) for model in (OLD, "hashed:1024"))
        ingest(old, *(document(f"doc{number}") for number in range(30)))
        fill(disk / "filler")
        with pytest.raises(
            StorageError, match=r"^The index in .* was not moved, and is as it was: .*No space left"
        ) as told:
            move(new)
        assert "--discard" in told.value.remedy and "\n" not in str(told.value)
        assert old.store.fingerprint().model == "64" and hits(old, "The end of doc5")[0] == "doc5"
        (disk / "filler").unlink()
        assert move(new).documents == 30 and hits(old, "The end of doc5")[0] == "doc5"
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)  # the engine keeps files open that it has read


def test_an_index_of_an_earlier_searchapp_is_moved_and_comes_back(configured: Configured, tmp_path: Path) -> None:
    old = configured()
    documents = [document("a"), document("b")]
    ingest(old, *documents)
    store_of(old).versions.live().drop_columns(["written"])
    move(configured(NEW))
    changed = other_text(documents[0], "Rewritten.")
    ingest(old, changed)
    moving.move_back(store_of(old))
    assert content(old) == ingested_anew(tmp_path / "fresh", OLD, changed, documents[1])
