"""``es reindex``, ``rollback`` and ``prune`` against a real Elasticsearch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from searchapp.cluster import apply, prune, reindex, rollback
from searchapp.cluster.reindex import Options
from searchapp.errors import ModelMismatchError, UsageError
from searchapp.model import SearchMode, SearchRequest
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
    assert all(check.passed for check in done.checks)
    assert versions(new) == {"000001": "written", "000002": "live"}
    # Both the process that was there before and a new one find everything, each query embedded with the index's model.
    for application in (old, new, configured()):
        assert set(hits(application, "valve paragraph", SearchMode.SEMANTIC)) <= set(names)
        assert hits(application, "The end of doc5", SearchMode.HYBRID)[0] == "doc5"

    # Whoever writes, with whichever model, writes to both.
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
