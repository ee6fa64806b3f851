"""A deletion can be undone: over the real stores, with nothing lost and nothing left over."""

import datetime as dt
import io
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from searchapp.errors import NotFoundError, StorageError
from searchapp.ingest import trash as trash_module
from searchapp.model import DocumentState, SearchMode, SearchRequest
from searchapp.settings import Settings
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.wiring import Application
from tests.interleaving import before

TEXT = "# Press shop\n\nOperators must wear cut-resistant gloves of class D.\n\n# 手套\n\n手套如有破损应立即更换。\n"


@pytest.fixture
def document(application: Application) -> str:
    source = application.originals.save_upload("handbook.md", io.BytesIO(TEXT.encode()))
    (outcome,) = application.ingester.ingest([source])
    assert outcome.error == ""
    return outcome.document_id


def found(application: Application, query: str, mode: SearchMode = SearchMode.HYBRID) -> list[str]:
    return [hit.chunk_id for hit in application.searcher.search(SearchRequest(query, mode)).hits]


def kept(application: Application) -> list[str]:
    return sorted(path.name for path in (application.settings.data_dir / "trash").glob("*"))


def later(monkeypatch: pytest.MonkeyPatch, minutes: float) -> None:
    moment = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)
    monkeypatch.setattr(trash_module, "now", lambda: moment)


def test_what_is_deleted_is_gone_at_once_and_comes_back_as_it_was(application: Application, document: str) -> None:
    before = {query: found(application, query) for query in ("gloves", "手套破损")}
    semantic = found(application, "wear gloves", SearchMode.SEMANTIC)
    entry, chunks = application.store.entry(document), application.store.chunks(document)
    application.trash.delete(document)
    assert found(application, "gloves") == found(application, "手套破损") == []
    assert application.store.entry(document) is None
    assert application.store.chunks(document) == ()
    assert Path(entry.source).is_file() if entry else False  # the upload waits for the undo
    assert application.trash.restore(document) == entry
    assert application.store.entry(document) == entry
    assert application.store.chunks(document) == chunks
    assert {query: found(application, query) for query in before} == before
    assert found(application, "wear gloves", SearchMode.SEMANTIC) == semantic
    assert kept(application) == []


def test_of_two_deletions_at_once_the_first_can_be_undone(
    application: Application, document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chunks = application.store.chunks(document)
    others: list[Future[object]] = []
    with ThreadPoolExecutor(1) as other:

        def deleted_by_another() -> None:
            others.append(other.submit(Application(application.settings).trash.delete, document))
            wait(others, 1.0)  # it can only wait for its turn; else it would be done by now

        before(monkeypatch, application.store, "delete_document", deleted_by_another)
        application.trash.delete(document)
        assert isinstance(others[0].exception(60), NotFoundError)
    assert application.trash.restore(document).state is DocumentState.INDEXED
    assert application.store.chunks(document) == chunks


def test_what_was_written_a_moment_ago_comes_back_whole(application: Application, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text(TEXT, encoding="utf-8")
    list(application.ingester.ingest([str(tmp_path)]))  # prepares the store
    if isinstance(application.store, ElasticsearchStore):  # as within the second before it refreshes by itself
        never = {"index.refresh_interval": -1}
        application.store.client.indices.put_settings(index=application.store.names.chunks, settings=never)
    (tmp_path / "news.md").write_text(TEXT.replace("class D", "class E"), encoding="utf-8")
    run = application.ingester.ingest([str(tmp_path / "news.md")])
    outcome = next(run)
    application.trash.delete(outcome.document_id)
    list(run)
    application.trash.restore(outcome.document_id)
    assert outcome.chunks == len(application.store.chunks(outcome.document_id)) > 0


def test_what_was_uploaded_again_and_is_not_queued_yet_keeps_its_original(
    application: Application, document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    application.trash.delete(document)
    again = application.originals.save_upload("handbook.md", io.BytesIO(TEXT.encode()))
    later(monkeypatch, 11)
    application.trash.purge()
    assert Path(again).is_file()


def test_another_process_can_undo_it(application: Application, document: str) -> None:
    application.trash.delete(document)
    restarted = Application(application.settings)
    restarted.trash.watch()
    assert restarted.trash.entry(document).title == "Press shop"
    restarted.trash.restore(document)
    restarted.trash.close()
    assert found(restarted, "gloves")


def test_after_its_time_it_is_gone_for_good(
    application: Application, document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = application.store.entry(document)
    application.trash.delete(document)
    later(monkeypatch, 11)
    with pytest.raises(NotFoundError):
        application.trash.restore(document)
    application.trash.purge()
    assert kept(application) == []
    assert entry is not None
    assert not Path(entry.source).exists()


def test_what_was_added_again_keeps_its_original(
    application: Application, document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = application.store.entry(document)
    assert entry is not None
    application.trash.delete(document)
    (outcome,) = application.ingester.ingest([entry.source])
    assert outcome.document_id == document
    again = application.store.entry(document)
    assert application.trash.restore(document) == again  # there already
    application.trash.delete(document)
    list(application.ingester.ingest([entry.source]))
    later(monkeypatch, 11)
    application.trash.purge()
    assert Path(entry.source).is_file()


def test_one_that_waited_is_queued_again(application: Application, tmp_path: Path) -> None:
    (tmp_path / "note.md").write_text("# Note\n", encoding="utf-8")
    queued = application.ingester.queue(str(tmp_path / "note.md"))
    application.trash.delete(queued.id)
    assert application.store.entry(queued.id) is None
    assert application.trash.restore(queued.id).state is DocumentState.QUEUED
    (outcome,) = application.ingester.ingest([queued.source])
    assert outcome.error == ""


def test_without_its_vectors_it_is_read_again(application: Application, document: str) -> None:
    application.trash.delete(document)
    (application.settings.data_dir / "trash" / f"{document}.npy").unlink()
    entry = application.trash.restore(document)
    assert entry.state is DocumentState.QUEUED
    list(application.ingester.ingest([entry.source]))
    assert found(application, "gloves")


def test_what_cannot_be_kept_is_not_deleted(application: Application, document: str) -> None:
    (application.settings.data_dir / "trash").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(StorageError, match="UNDO_MINUTES"):
        application.trash.delete(document)
    assert found(application, "gloves")


def test_without_an_undo_it_is_gone_at_once(application: Application, document: str) -> None:
    plain = Application(application.settings.model_copy(update={"undo_minutes": 0.0}))
    entry = plain.store.entry(document)
    plain.trash.delete(document)
    assert entry is not None
    assert not Path(entry.source).exists()
    assert kept(plain) == []
    with pytest.raises(NotFoundError):
        plain.trash.restore(document)


@pytest.mark.parametrize("name", ["nobody", "../documents", "", "a/b", "x" * 300])
def test_other_names_bring_nothing_back(tmp_path: Path, name: str) -> None:
    application = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64"))
    with pytest.raises(NotFoundError):
        application.trash.restore(name)
