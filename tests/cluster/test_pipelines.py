"""Elasticsearch makes the vectors: refused by the real server, done by a fake that has a licence."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from searchapp.cluster import apply, pipelines, plan, reindex
from searchapp.cluster.pipelines import Endpoint
from searchapp.errors import (
    IncompatibleServerError,
    ModelUnavailableError,
    ServiceRefusedError,
    StorageError,
    UsageError,
)
from searchapp.model import SearchMode, SearchRequest
from searchapp.settings import load_settings
from searchapp.stores.elasticsearch.inference import PROCESSORS, has_inference_api, missing_processors
from searchapp.stores.elasticsearch.templates import es_folder, read_pipelines
from searchapp.wiring import Application
from tests.cluster.conftest import Configured, document, ingest, store_of
from tests.services.fake_inference import FakeInference, running

MODEL = "elasticsearch:e5"


# --- a server without a licence: the real one


@pytest.fixture
def basic(elasticsearch_url: str) -> str:
    """The real server, which gives itself a basic licence some seconds after its first start."""
    until = time.monotonic() + 60
    while httpx.get(f"{elasticsearch_url}/_license").status_code == 404:
        assert time.monotonic() < until, "no licence yet"
        time.sleep(0.2)
    return elasticsearch_url


@pytest.mark.usefixtures("basic")
def test_a_basic_licence_is_refused_before_anything_is_changed(configured: Configured) -> None:
    application = configured(embedding_model=MODEL)
    client = store_of(application).client
    for how in (None, *Endpoint):
        with pytest.raises(IncompatibleServerError, match=r"the licence is basic.*Nothing was changed") as caught:
            pipelines.put(application, how)
        assert "sentence-transformers" in caught.value.remedy and "Enterprise" in caught.value.remedy
    names = f"{application.settings.index_prefix}-*"
    assert client.options(ignore_status=404).ingest.get_pipeline(id=names).body == {}
    found = {check.name: check for check in pipelines.status(application)}
    assert not found["the licence"].fine and found["the licence"].found == "basic, active"
    assert not found["endpoint e5"].fine and found["passages without a vector"].fine


def test_without_the_endpoint_ingest_search_and_apply_are_refused_and_leave_nothing(
    configured: Configured, tmp_path: Path
) -> None:
    application = configured(embedding_model=MODEL)
    (tmp_path / "a.md").write_text("# A\n\nText.", encoding="utf-8")
    for attempt in (
        lambda: list(application.ingester.ingest([str(tmp_path / "a.md")])),
        lambda: application.searcher.search(SearchRequest("text")),
        lambda: apply(application),
    ):
        with pytest.raises(ModelUnavailableError, match="no inference endpoint 'e5'") as caught:
            attempt()
        assert "es pipeline status" in caught.value.remedy
    client = store_of(application).client
    assert not client.indices.get(index=f"{application.settings.index_prefix}-*", ignore_unavailable=True)
    assert not client.indices.exists_index_template(name=f"{application.settings.index_prefix}-chunks")


def test_what_the_minimal_distribution_lacks_is_seen(application: Application) -> None:
    client = store_of(application).client
    assert not has_inference_api(client) and missing_processors(client) == PROCESSORS


def test_another_model_is_no_inference_mode(application: Application) -> None:
    for call in (pipelines.put, pipelines.status, lambda of: pipelines.simulate(of, "text")):
        with pytest.raises(UsageError, match="makes no vectors"):
            call(application)


def test_the_mode_wants_an_elasticsearch(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no Elasticsearch is configured"):
        _ = Application(load_settings(embedding_model=MODEL, data_dir=tmp_path)).embedder


# --- a fake with a licence, before the real server


@pytest.fixture
def fake(elasticsearch_url: str) -> Iterator[FakeInference]:
    with running(elasticsearch_url) as serving:
        yield serving


@pytest.fixture
def inferring(fake: FakeInference, tmp_path: Path) -> Iterator[Configured]:
    """Applications on one installation behind the fake."""
    prefix = f"test-{uuid.uuid4().hex[:8]}"

    def make(**settings: object) -> Application:
        chosen = {"embedding_model": MODEL, "data_dir": tmp_path, **settings}
        return Application(load_settings(elasticsearch_url=fake.url, index_prefix=prefix, **chosen))

    yield make
    make().store.drop()


@pytest.fixture
def prepared(inferring: Configured) -> Application:
    application = inferring()
    pipelines.put(application, Endpoint.OLLAMA, model="hashed-64", url="http://ollama.example/v1/embeddings")
    return application


def test_put_makes_endpoint_and_pipeline_once(inferring: Configured, fake: FakeInference) -> None:
    application = inferring()
    with pytest.raises(UsageError, match="no inference endpoint 'e5'"):
        pipelines.put(application)
    planned = pipelines.put(application, Endpoint.OLLAMA, model="hashed-64", dry_run=True)
    assert planned.dry_run and not fake.endpoints and not fake.pipelines
    done = pipelines.put(application, Endpoint.OLLAMA, model="hashed-64")
    name = f"{application.settings.index_prefix}-embed-e5"
    assert done.pipelines == {name: "created"} and done.endpoint_body is not None
    assert "api_key" not in str(done) and done.endpoint_body["service_settings"]["model_id"] == "hashed-64"
    assert fake.endpoints["e5"]["service"] == "openai"
    assert fake.pipelines[name]["processors"][0]["inference"]["model_id"] == "e5"
    again = pipelines.put(application, Endpoint.OLLAMA)
    assert again.endpoint_body is None and again.pipelines == {name: "unchanged"}
    assert all(check.fine for check in pipelines.status(application))


@pytest.mark.parametrize("endpoint", [Endpoint.ELASTIC, Endpoint.IMPORTED])
def test_models_inside_the_cluster_tell_no_dimensions_and_are_asked(
    inferring: Configured, fake: FakeInference, endpoint: Endpoint
) -> None:
    application = inferring()
    pipelines.put(application, endpoint, model="hashed-32")
    assert fake.endpoints["e5"]["service"] == "elasticsearch"
    fingerprint = application.embedder.fingerprint
    assert (fingerprint.provider, fingerprint.model, fingerprint.dims) == ("elasticsearch", "e5", 32)


def test_an_endpoint_that_the_server_refuses_is_told_with_its_reason(
    inferring: Configured, tmp_path: Path, fake: FakeInference
) -> None:
    shutil.copytree(es_folder(), tmp_path / "es")
    path = tmp_path / "es" / "pipelines" / "endpoints" / "ollama.json"
    body = json.loads(path.read_text())
    del body["service_settings"]["api_key"]
    path.write_text(json.dumps(body))
    with pytest.raises(ServiceRefusedError, match=r"refuses the endpoint 'e5' .*does not contain \[api_key\]"):
        pipelines.put(inferring(es_dir=tmp_path / "es"), Endpoint.OLLAMA)
    assert not fake.pipelines


def test_ingest_sends_text_and_search_sends_text(prepared: Application, fake: FakeInference) -> None:
    ingest(prepared, document("pump", text="It moves water."), document("valve", text="It stops steam."))
    store = store_of(prepared)
    store.refresh()
    chunks = store.chunks("pump") + store.chunks("valve")
    assert len(fake.inferred) == len({chunk.hash for chunk in chunks}) > 2
    assert all(text.startswith("The ") for text in fake.inferred)  # title and headings are part of what the model reads
    assert set(store.vectors([chunk.hash for chunk in chunks])) == {chunk.hash for chunk in chunks}
    source = store.client.search(index=store.names.chunks, size=1)["hits"]["hits"][0]["_source"]
    assert not {"embedded_text", "model_id", "embedding_error"} & set(source)

    for mode in (SearchMode.SEMANTIC, SearchMode.HYBRID):
        hits = prepared.searcher.search(SearchRequest("stops steam", mode)).hits
        assert hits[0].document_id == "valve"
    assert fake.queries == ["stops steam", "stops steam"]
    keyword = prepared.searcher.search(SearchRequest("stops steam", SearchMode.KEYWORD)).hits
    assert keyword[0].document_id == "valve" and len(fake.queries) == 2

    # What the index has is not made again.
    made = len(fake.inferred)
    ingest(
        prepared, dataclasses.replace(document("pump", text="It moves water."), content_hash="new", title="The pump")
    )
    assert len(fake.inferred) == made


def test_a_passage_whose_vector_fails_is_kept_and_says_why_until_it_is_mended(
    prepared: Application, inferring: Configured, fake: FakeInference
) -> None:
    fake.poison = "steam"
    ingest(prepared, document("pump", text="It moves water."), document("valve", text="It stops steam."))
    store = store_of(prepared)
    store.refresh()
    found = prepared.searcher.search(SearchRequest("stops water", SearchMode.KEYWORD)).hits
    assert {hit.document_id for hit in found} == {"pump", "valve"}
    semantic = prepared.searcher.search(SearchRequest("stops water", SearchMode.SEMANTIC, size=50)).hits
    assert "pump" in {hit.document_id for hit in semantic}
    broken = {check.name: check for check in pipelines.status(prepared)}["passages without a vector"]
    assert not broken.fine and "es reindex" in broken.remedy
    assert re.fullmatch(
        r"\d+ of 1 documents, for example of /docs/valve.txt: Received a server .* \[e5\]", broken.found
    )

    fake.poison = ""
    done = reindex(inferring())
    assert done.switched and done.embedded and done.reused
    repaired = inferring()
    assert all(check.fine for check in pipelines.status(repaired))
    hashes = [chunk.hash for chunk in store_of(repaired).chunks("valve")]
    assert set(store_of(repaired).vectors(hashes)) == set(hashes)


@pytest.mark.slow
def test_the_index_moves_to_an_endpoint_to_another_one_and_back_to_a_model_of_ours(
    inferring: Configured, fake: FakeInference
) -> None:
    ours = inferring(embedding_model="hashed:32")
    ingest(ours, document("pump"), document("valve", text="It stops steam."))
    pipelines.put(inferring(), Endpoint.OLLAMA, model="hashed-64")
    other = inferring(embedding_model="elasticsearch:other")
    pipelines.put(other, Endpoint.OLLAMA, model="hashed-128")
    for application in (inferring(), other, inferring(embedding_model="hashed:32")):
        assert reindex(application).switched
        # The version before receives every write too, each by its own model.
        ingest(application, document(f"new-{application.settings.embedding_model[-3:]}"))
        hits = application.searcher.search(SearchRequest("stops steam", SearchMode.SEMANTIC)).hits
        assert hits[0].document_id == "valve"
    assert {name.rpartition("-")[2] for name in fake.pipelines} == {"e5", "other"}


def test_plan_and_status_see_a_pipeline_that_was_edited(prepared: Application, fake: FakeInference) -> None:
    apply(prepared)
    assert plan(prepared).changes == ()
    (name,) = fake.pipelines
    fake.pipelines[name]["processors"].pop()
    (change,) = plan(prepared).changes
    assert (change.kind, change.name, change.edited) == ("pipeline", name, True)
    seen = {check.name: check for check in pipelines.status(prepared)}[f"pipeline {name}"]
    assert not seen.fine and seen.found == "edited by hand" and "--overwrite" in seen.remedy
    with pytest.raises(StorageError, match="Edited by hand"):
        pipelines.put(prepared)
    apply(prepared, overwrite=True)
    assert plan(prepared).changes == () and len(fake.pipelines[name]["processors"]) == 2


def test_a_missing_pipeline_fails_the_document_and_keeps_its_old_version(
    prepared: Application, fake: FakeInference
) -> None:
    ingest(prepared, document("pump"))
    fake.pipelines.clear()
    (outcome,) = prepared.ingester.ingest_documents([document("pump", text="It moves water.")])
    assert "does not exist" in outcome.error
    prepared.store.refresh()
    assert prepared.searcher.search(SearchRequest("closes", SearchMode.KEYWORD)).hits


def test_a_licence_that_ended_is_named(prepared: Application, inferring: Configured, fake: FakeInference) -> None:
    ingest(prepared, document("pump"))
    fake.licence = "basic"
    with pytest.raises(IncompatibleServerError, match=r"licence.*does not allow") as caught:
        inferring().searcher.search(SearchRequest("moves water"))
    assert "es pipeline status" in caught.value.remedy
    with pytest.raises(IncompatibleServerError, match="the licence is basic"):
        pipelines.put(inferring(), Endpoint.OLLAMA)


def test_simulate_shows_the_vector_or_why_there_is_none(prepared: Application, fake: FakeInference) -> None:
    made = pipelines.simulate(prepared, "It moves water.")
    assert len(made["embedding"]) == 64 and set(made) == {"text", "embedding"}
    fake.poison = "water"
    failed = pipelines.simulate(prepared, "It moves water.")
    assert "server error" in failed["embedding_error"] and "embedding" not in failed
    fake.pipelines.clear()
    with pytest.raises(UsageError, match="no pipeline"):
        pipelines.simulate(prepared, "text")


def test_answers_compare_texts_by_the_endpoint_too(prepared: Application) -> None:
    vectors = prepared.embedder.embed_documents(["one text", "another", "one text"])
    assert vectors.shape == (3, 64) and vectors[0] @ vectors[2] == pytest.approx(1.0, abs=1e-5)
    assert prepared.embedder.embed_query("one text") @ vectors[0] == pytest.approx(1.0, abs=1e-5)


def test_the_pipeline_is_named_by_prefix_and_endpoint() -> None:
    found = read_pipelines(es_folder(), "mine", "e5")
    assert list(found) == ["mine-embed-e5"] and "INFERENCE_ID" not in str(found["mine-embed-e5"]["processors"])
