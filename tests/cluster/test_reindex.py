"""``es reindex``, ``rollback`` and ``prune`` against a real Elasticsearch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from searchapp.cli.run import app
from searchapp.cluster import apply, prune, reindex, rollback
from searchapp.cluster.copying import Copier
from searchapp.cluster.reindex import Options
from searchapp.errors import ModelMismatchError, UsageError
from searchapp.messages import shown
from searchapp.model import SearchMode, SearchRequest
from searchapp.operations import Action, Tasks, TaskState, start
from searchapp.stores.elasticsearch.versions import read_versions
from searchapp.wiring import Application
from tests.cluster.conftest import Configured, document, ingest, store_of


def versions(application: Application) -> dict[str, str]:
    store = store_of(application)
    prefix = store.names.chunks + "-"
    return {
        version.name.removeprefix(prefix): ("live" if version.live else "written" if version.written else "kept")
        + (" unfinished" if version.build is not None else "")
        for version in read_versions(store.client, store.names)
    }


def hits(application: Application, query: str, mode: SearchMode = SearchMode.HYBRID) -> list[str]:
    return [hit.document_id for hit in application.searcher.search(SearchRequest(query, mode)).hits]


def test_to_another_model_and_back(configured: Configured) -> None:
    old, new = configured(), configured(embedding_model="hashed:128")
    names = [f"doc{number}" for number in range(7)]
    ingest(old, *(document(name) for name in names))
    assert hits(old, "doc3 valve", SearchMode.SEMANTIC)

    with pytest.raises(ModelMismatchError, match="es reindex"):
        hits(new, "doc3")
    done = reindex(new)
    assert done.switched and done.documents == 7 and done.embedded > 0 and done.reused == 0
    assert {check.name: check.passed for check in done.checks} == {"documents": True, "passages": True, "sample": True}
    assert versions(new) == {"000001": "written", "000002": "live"}
    # Both the process that was there before and a new one find everything, each query embedded with the index's model.
    for application in (old, new, configured()):
        assert set(hits(application, "valve paragraph", SearchMode.SEMANTIC)) <= set(names)
        assert hits(application, "The end of doc5", SearchMode.HYBRID)[0] == "doc5"

    # Who writes, with whichever model, writes to both.
    ingest(configured(), document("late", text="A zeppelin lands."))
    ingest(configured(embedding_model="hashed:128"), document("later", text="A glider lands."))
    assert hits(configured(), "zeppelin")[0] == "late" and hits(configured(), "glider")[0] == "later"

    back = rollback(configured())
    assert back.repaired == 0 and versions(old) == {"000001": "live", "000002": "written"}
    for application in (configured(), configured(embedding_model="hashed:128")):
        assert hits(application, "zeppelin")[0] == "late" and hits(application, "glider")[0] == "later"
        assert hits(application, "valve", SearchMode.SEMANTIC)
    rollback(configured())
    assert versions(old) == {"000001": "written", "000002": "live"}

    # Back by a reindex: every vector is there already.
    again = reindex(configured())
    assert again.embedded == 0 and again.reused > 0
    assert versions(old) == {"000001": "kept", "000002": "written", "000003": "live"}
    assert prune(old, keep=1, dry_run=True).removed == (f"{store_of(old).names.chunks}-000001",)
    prune(old, keep=1)
    assert versions(old) == {"000002": "written", "000003": "live"}
    prune(old, keep=0)
    assert versions(old) == {"000003": "live"}
    with pytest.raises(UsageError, match="no version to go back to"):
        rollback(old)
    assert hits(configured(embedding_model="hashed:128"), "zeppelin")[0] == "late"


def test_another_chunk_size_reuses_what_stays_the_same(configured: Configured) -> None:
    old = configured()
    ingest(old, document("long", paragraphs=30), document("short", paragraphs=1))
    before = store_of(old).count()
    done = reindex(configured(chunk_tokens=64))
    assert done.switched and done.reused > 0 and done.embedded > 0
    after = configured(chunk_tokens=64)
    assert store_of(after).count() > before
    assert {chunk.document_id for chunk in after.store.chunks("long")} == {"long"}
    for chunk in after.store.chunks("long"):
        assert document("long", paragraphs=30).text[chunk.start : chunk.end].split() == chunk.text.split()


def test_the_same_model_copies_passages_as_they_are(application: Application) -> None:
    ingest(application, document("a"), document("b"))
    before = {name: application.store.chunks(name) for name in ("a", "b")}
    done = reindex(application)
    assert done.embedded == 0 and done.switched
    store_of(application)._live = None
    assert {name: application.store.chunks(name) for name in ("a", "b")} == before


def test_a_dry_run_changes_nothing(configured: Configured) -> None:
    old, new = configured(), configured(embedding_model="hashed:128")
    ingest(old, document("a"))
    done = reindex(new, Options(dry_run=True))
    assert done.dry_run and done.documents == 1 and not done.switched
    assert versions(old) == {"000001": "live"}


def test_nothing_to_reindex(application: Application) -> None:
    with pytest.raises(UsageError, match="es apply"):
        reindex(application)
    apply(application)
    assert reindex(application).documents == 0


def judged(folder: Path, application: Application) -> Path:
    names = [f"doc{number}" for number in range(6)]
    ingest(application, *(document(name, paragraphs=2, text=f"Subject {name}.") for name in names))
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text("")
    (folder / "queries.jsonl").write_text(
        "\n".join(json.dumps({"_id": name, "text": f"The end of {name}"}) for name in names)
    )
    (folder / "qrels" / "test.tsv").write_text("\n".join(f"{name}\t/docs/{name}.txt\t1" for name in names))
    return folder


def test_a_gate_that_fails_leaves_everything_as_it_was(configured: Configured, tmp_path: Path) -> None:
    old = configured()
    folder = judged(tmp_path / "judged", old)
    # Eight dimensions hash half of all words together.
    worse = configured(embedding_model="hashed:8")
    done = reindex(worse, Options(gate=folder, margin=-2.0))
    assert done.gate is not None and not done.gate.passed and not done.switched
    assert set(done.gate.live) == set(SearchMode) == set(done.gate.next)
    assert versions(old) == {"000001": "live"}
    store = store_of(old)
    component = store.client.cluster.get_component_template(name=f"{store.names.prefix}-chunks-fields")
    mappings = component["component_templates"][0]["component_template"]["template"]["mappings"]
    assert mappings["properties"]["embedding"]["dims"] == 64
    assert hits(old, "The end of doc3")[0] == "doc3"

    passed = reindex(configured(embedding_model="hashed:128"), Options(gate=folder))
    assert passed.switched and passed.gate is not None and passed.gate.passed
    assert passed.gate.queries == 6


def test_a_gate_without_judged_documents_is_refused_before_anything_is_built(
    configured: Configured, tmp_path: Path
) -> None:
    folder = judged(tmp_path / "judged", configured())
    (folder / "qrels" / "test.tsv").write_text("doc1\tnowhere\t1")
    with pytest.raises(UsageError, match="holds none"):
        reindex(configured(embedding_model="hashed:128"), Options(gate=folder))
    assert versions(configured()) == {"000001": "live"}


def chunk_ids(copier: Copier, **term: str) -> list[str]:
    """Of the version that is being built, as it is now."""
    copier._client.indices.refresh(index=copier._target.name)
    query = {"term": term} if term else {"match_all": {}}
    found = copier._client.search(index=copier._target.name, query=query, size=1000, source=False)
    return [hit["_id"] for hit in found["hits"]["hits"]]


@pytest.fixture
def spoiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody changes the text of the version that is being built, just before it is checked."""
    reconcile = Copier.reconcile

    def spoil(copier: Copier) -> object:
        found = reconcile(copier)
        for id_ in chunk_ids(copier):
            copier._client.update(index=copier._target.name, id=id_, doc={"text": "Other words."}, refresh=True)
        return found

    monkeypatch.setattr(Copier, "reconcile", spoil)


def test_another_text_in_the_next_version_fails_the_sample_and_nothing_is_switched(
    configured: Configured, spoiled: None
) -> None:
    old = configured()
    ingest(old, document("a"), document("b"))
    done = reindex(configured(embedding_model="hashed:128"))
    checks = {check.name: check for check in done.checks}
    assert not checks["sample"].passed and checks["documents"].passed and not done.switched
    assert checks["sample"].found.endswith("another in 2 of 2: a, b")
    assert versions(old) == {"000001": "live", "000002": "written unfinished"}
    assert hits(old, "The end of a")


def test_an_operation_of_the_page_whose_check_fails_has_failed(
    configured: Configured, spoiled: None, tmp_path: Path
) -> None:
    application, tasks = configured(), Tasks(tmp_path)
    ingest(application, document("a"))
    start(application, tasks, Action.REINDEX, "ada", lambda source: None, model="hashed:128")
    assert tasks.wait(60)
    (ended,) = tasks.all()
    assert ended.state is TaskState.FAILED and "another in 1 of 1" in shown(ended.message)
    assert shown(ended.remedy).startswith("Nothing was switched.") and versions(application)["000001"] == "live"


def test_documents_that_never_arrive_fail_the_check_and_nothing_is_switched(
    configured: Configured, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = configured()
    ingest(old, document("a"), document("b"), document("c"))
    copy = Copier.copy

    def losing(copier: Copier, ids: list[str]) -> None:
        copy(copier, ids)
        for id_ in chunk_ids(copier, document_id="b"):
            copier._client.delete(index=copier._target.name, id=id_, refresh=True)

    monkeypatch.setattr(Copier, "copy", losing)
    done = reindex(configured(embedding_model="hashed:128"))
    checks = {check.name: check for check in done.checks}
    assert not checks["documents"].passed and checks["documents"].found == "2 in both, 1 differ"
    assert not done.switched and versions(old) == {"000001": "live", "000002": "written unfinished"}
    monkeypatch.setattr(Copier, "copy", copy)
    assert reindex(configured(embedding_model="hashed:128")).switched


def test_a_failed_check_is_named_on_the_command_line_and_ends_with_1(
    configured: Configured, spoiled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = configured()
    ingest(application, document("a"))
    settings = application.settings
    for name in ("elasticsearch_url", "index_prefix", "data_dir"):
        monkeypatch.setenv(f"SEARCHAPP_{name.upper()}", str(getattr(settings, name)))
    shown = CliRunner().invoke(app, ["es", "reindex", "--model", "hashed:128"])
    assert shown.exit_code == 1 and "another in 1 of 1: a FAILED" in shown.stdout
    assert "es prune --unfinished" in shown.stdout and "gate" not in shown.stdout
    again = CliRunner().invoke(app, ["es", "reindex", "--model", "hashed:128", "--json"])
    found = json.loads(again.stdout)
    assert again.exit_code == 1 and not found["switched"]
    assert [check["passed"] for check in found["checks"]] == [True, True, False]
