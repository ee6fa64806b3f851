"""The Elasticsearch store on a real server: the contract, and what only this engine has."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from elasticsearch import ApiError

from searchapp.errors import (
    IncompatibleServerError,
    SearchAppError,
    ServiceRefusedError,
    ServiceUnavailableError,
    StorageError,
)
from searchapp.model import DocumentState, Filters
from searchapp.settings import load_settings
from searchapp.stores import DocumentWrite, RetrievalQuery
from searchapp.stores.elasticsearch import ElasticsearchStore, installation
from searchapp.stores.elasticsearch.bulk import Action, write_all
from searchapp.stores.elasticsearch.chunks import chunk_actions
from searchapp.stores.elasticsearch.documents import entry_source
from searchapp.stores.elasticsearch.templates import es_folder
from searchapp.stores.elasticsearch.versions import HAN, put_meta
from tests.stores.contract import MODEL, StoreContract, document, vector_of


@pytest.fixture
def store(elasticsearch_url: str) -> Iterator[ElasticsearchStore]:
    settings = load_settings(elasticsearch_url=elasticsearch_url, index_prefix=f"test-{uuid.uuid4().hex[:8]}")
    store = ElasticsearchStore(settings)
    yield store
    store.drop()


class TestContract(StoreContract):
    pass


def test_applying_twice_changes_nothing_and_the_templates_are_the_mapping(store: ElasticsearchStore) -> None:
    assert {step.outcome for step in store.apply(MODEL)} == {"created"}
    assert {step.outcome for step in store.apply(MODEL)} == {"unchanged"}
    (name, index), *others = store.client.indices.get(index=store.names.chunks).items()
    assert name == f"{store.names.prefix}-chunks-000001" and not others
    embedding = index["mappings"]["properties"]["embedding"]
    assert (embedding["type"], embedding["dims"], embedding["similarity"]) == ("dense_vector", 8, "cosine")
    assert embedding["index_options"]["type"] == "int8_hnsw"
    assert index["mappings"]["_meta"]["searchapp_fingerprint"]["model"] == "8"
    assert index["aliases"] == {store.names.chunks: {"is_write_index": True}, store.names.write: {}}


def test_a_changed_template_is_put_again(store: ElasticsearchStore, tmp_path: Path) -> None:
    store.apply(MODEL)
    folder = tmp_path / "es"
    shutil.copytree(es_folder(), folder)
    path = folder / "mappings" / "searchapp-chunks.json"
    body = json.loads(path.read_text())
    body["priority"] = 600
    path.write_text(json.dumps(body))
    edited = ElasticsearchStore(store.settings.model_copy(update={"es_dir": folder}))
    outcomes = {(step.kind, step.name): step.outcome for step in edited.apply(MODEL)}
    assert outcomes.pop(("index template", f"{store.names.prefix}-chunks")) == "updated"
    assert set(outcomes.values()) == {"unchanged"}


def test_every_item_of_a_bulk_answer_is_read(store: ElasticsearchStore) -> None:
    store.prepare(MODEL)
    good, bad = document("good", "fine text"), document("bad", "broken vector")
    (chunk,) = bad.chunks
    broken = DocumentWrite(bad.entry, (dataclasses.replace(chunk, vector=chunk.vector[:5]),))
    failures = store.write([good, broken])
    assert set(failures) == {"bad"} and "dim" in failures["bad"]
    store.refresh()
    assert store.count() == 1 and store.entry("bad") is None and store.entry("good") is not None


def test_a_document_that_fails_keeps_its_old_version(store: ElasticsearchStore) -> None:
    store.prepare(MODEL)
    assert store.write([document("a", "first old", "second old")]) == {}
    new = document("a", "first new", "second new", version="v2")
    broken = dataclasses.replace(new.chunks[1], vector=new.chunks[1].vector[:3])
    assert set(store.write([DocumentWrite(new.entry, (new.chunks[0], broken))])) == {"a"}
    store.refresh()
    assert [chunk.text for chunk in store.chunks("a")] == ["first old", "second old"]
    entry = store.entry("a")
    assert entry is not None and entry.content_hash == "v1" and entry.state is DocumentState.INDEXED


def test_a_reader_never_sees_two_versions_at_once(store: ElasticsearchStore) -> None:
    store.prepare(MODEL)
    store.write([document("a", "shared old one", "shared old two")])
    newer = document("a", "shared new one", "shared new two", version="v2")
    # Half an update: the new passages are in, the old ones not yet gone.
    write_all(store.client, chunk_actions(store.names.chunks, [newer], dt.datetime.now(dt.UTC)), refresh=True)
    assert store.count() == 4
    found = store.search(RetrievalQuery(keywords="shared", vector=vector_of("x"), depth=10))
    for retriever in (found.keyword, found.semantic):
        assert sorted(hit.text for hit in retriever) == ["shared new one", "shared new two"]


def test_a_deleted_id_is_no_failure(store: ElasticsearchStore) -> None:
    store.prepare(MODEL)
    assert write_all(store.client, [Action.delete(store.names.chunks, "absent")]) == {}


def test_a_preparation_that_was_killed_half_way_is_completed_by_the_next(
    store: ElasticsearchStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    create = installation._create
    for step in ("documents", "chunks"):
        with monkeypatch.context() as patch:
            patch.setattr(
                installation,
                "_create",
                lambda client, name, body, at=step: killed() if at in name else create(client, name, body),
            )
            with pytest.raises(KeyboardInterrupt):
                store.prepare(MODEL)
        assert store.fingerprint() is None
    store.prepare(MODEL)
    assert store.write([document("a", "text")]) == {} and store.entry("a") is not None


@pytest.mark.parametrize("index", ["documents", "chunks"])
def test_a_read_only_index_is_named_with_the_disk_as_the_cause_and_fails_no_document(
    store: ElasticsearchStore, index: str
) -> None:
    store.prepare(MODEL)
    name = getattr(store.names, index)
    store.client.indices.put_settings(index=name, settings={"index.blocks.read_only_allow_delete": True})
    try:
        with pytest.raises(StorageError, match="read-only") as caught:
            store.write([document("a", "text")])
        assert "flood-stage" in caught.value.remedy
    finally:
        store.client.indices.put_settings(index=name, settings={"index.blocks.read_only_allow_delete": None})
    assert store.write([document("a", "text")]) == {}


def test_a_registry_of_an_earlier_version_is_upgraded_in_place(store: ElasticsearchStore) -> None:
    store.prepare(MODEL)
    index = store.names.documents
    mapping = store.client.indices.get_mapping(index=index)[index]["mappings"]
    newer = {"pages_indexed", "attempts", "failures", "failed_hash", "queued", "started", "owner", "lease"}
    mapping["properties"] = {name: field for name, field in mapping["properties"].items() if name not in newer}
    store.client.indices.delete(index=index)
    store.client.indices.create(index=index, mappings=mapping)
    old = {"source": "/docs/a.md", "title": "A", "type": "markdown", "state": "running", "chunks": 3, "seconds": 1.0}
    store.client.index(index=index, id="a", document=old, refresh=True)
    later = ElasticsearchStore(store.settings)
    known = later.entry("a")
    assert known is not None and known.chunks == 3 and known.attempts == 0 and known.lease is None
    assert [entry.id for entry in later.entries().entries] == ["a"]
    now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    claimed = dataclasses.replace(known, owner="one", lease=now + dt.timedelta(seconds=60), attempts=1)
    assert list(later.claim([(known, claimed)], now)) == ["a"]
    assert later.entry("a") == claimed


# --- what a server can answer that is not the one we want


@pytest.fixture
def answering() -> Iterator[Callable[..., ElasticsearchStore]]:
    """A fake server that gives one answer to everything, for answers that a healthy Elasticsearch does not give."""
    servers: list[HTTPServer] = []

    def start(status: int, body: object, product: str | None = "Elasticsearch") -> ElasticsearchStore:
        payload = json.dumps(body).encode() if isinstance(body, dict) else str(body).encode()

        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.send_response(status)
                if product:
                    self.send_header("X-Elastic-Product", product)
                self.send_header("Content-Type", "application/json" if isinstance(body, dict) else "text/html")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            do_GET = do_POST = do_PUT = answer  # noqa: N815

            def log_message(self, *args: object) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        url = f"http://user:hidden@127.0.0.1:{server.server_port}"
        return ElasticsearchStore(load_settings(elasticsearch_url=url))

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def error(type_: str, reason: str, status: int) -> dict[str, object]:
    cause = {"type": type_, "reason": reason}
    return {"error": {**cause, "root_cause": [cause]}, "status": status}


MEDIA = "Accept version must be either version 8 or 7, but found 9"
BLOCK = "index [x] blocked by: [FORBIDDEN/12/index read-only / allow delete (api)]"


@pytest.mark.parametrize(
    ("status", "body", "product", "kind", "message"),
    [
        (401, error("security_exception", "missing credentials", 401), "Elasticsearch", ServiceRefusedError, "does not accept"),
        (403, error("security_exception", "unauthorized", 403), "Elasticsearch", ServiceRefusedError, "does not allow"),
        (400, error("media_type_header_exception", MEDIA, 400), "Elasticsearch", IncompatibleServerError, "major version"),
        (403, error("cluster_block_exception", BLOCK, 403), "Elasticsearch", StorageError, "read-only"),
        (429, error("circuit_breaking_exception", "too large", 429), "Elasticsearch", ServiceUnavailableError, "too much"),
        (400, error("validation_exception", "maximum shards open", 400), "Elasticsearch", ServiceRefusedError, "maximum shards"),
        (502, "<html>Bad gateway</html>", None, ServiceUnavailableError, "cannot serve now"),
        (503, error("master_not_discovered_exception", "no master", 503), "Elasticsearch", ServiceUnavailableError, "no master"),
        (404, "<html>404 page not found</html>", None, IncompatibleServerError, "not Elasticsearch"),
        (200, {"hello": "world"}, None, IncompatibleServerError, "not Elasticsearch"),
    ],
)  # fmt: skip
def test_each_refusal_is_one_sentence_with_a_remedy(
    answering: Callable[..., ElasticsearchStore], status: int, body: object, product: str | None, kind: type[SearchAppError], message: str
) -> None:  # fmt: skip
    with pytest.raises(kind, match=message) as caught:
        answering(status, body, product).count()
    assert caught.value.remedy and "hidden" not in str(caught.value)


def test_a_server_of_another_major_version_is_refused(answering: Callable[..., ElasticsearchStore]) -> None:
    store = answering(200, {"nodes": {"a": {"version": "7.17.0"}}, "status": "green"})
    with pytest.raises(IncompatibleServerError, match=r"is of version 7\.17\.0"):
        store.check()


def test_nobody_there() -> None:
    store = ElasticsearchStore(load_settings(elasticsearch_url="http://127.0.0.1:9"))
    with pytest.raises(ServiceUnavailableError, match="does not answer"):
        store.check()


def test_a_missing_authority_file_is_named() -> None:
    settings = load_settings(elasticsearch_url="https://127.0.0.1:9", elasticsearch_ca_certs="/no/such/ca.pem")
    with pytest.raises(ServiceRefusedError, match=r"/no/such/ca\.pem"):
        ElasticsearchStore(settings).check()


def test_a_search_that_misses_a_shard_fails_and_does_not_answer_in_part(
    store: ElasticsearchStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.prepare(MODEL)
    store.write([document("good", "fine gloves")])
    store.refresh()
    live = store.live()
    assert live is not None
    lost = f"{store.names.prefix}-chunks-000002"  # no node may take its shard
    nowhere = {"index.routing.allocation.require._name": "no such node"}
    store.client.indices.create(index=lost, settings=nowhere, wait_for_active_shards=0)
    both = dataclasses.replace(live, name=f"{live.name},{lost}")
    monkeypatch.setattr(store.index, "live", lambda: both)
    with pytest.raises(ServiceUnavailableError, match="lost a part of the index"):
        store.search(RetrievalQuery(keywords="gloves", vector=None, depth=5))
    with pytest.raises(ApiError, match="search_phase_execution"):
        store.client.search(index=both.name)


def test_an_index_of_an_earlier_version_gets_the_fields_it_lacks(store: ElasticsearchStore, tmp_path: Path) -> None:
    folder = tmp_path / "es"
    shutil.copytree(es_folder(), folder)
    path = folder / "mappings" / "searchapp-chunks-fields.json"
    body = json.loads(path.read_text())
    for name in ("file_name", "spellings", "groups", "embedding_error"):
        del body["template"]["mappings"]["properties"][name]
    path.write_text(json.dumps(body))
    ElasticsearchStore(store.settings.model_copy(update={"es_dir": folder})).prepare(MODEL)

    def found(words: str) -> list[str]:
        store.refresh()
        asked = RetrievalQuery(keywords=words, vector=None, depth=5, facets=True)
        return [chunk.document_id for chunk in store.search(asked).keyword]

    assert found("max_map_count of 6 March 2024") == []
    assert store.write([document("good", "fine gloves, vm.max_map_count, 2024-03-06")]) == {}
    assert found("good.md") == found("map count") == found("6 March 2024") == ["good"]


def test_an_index_of_before_tags_is_searched_and_gets_the_fields(store: ElasticsearchStore, tmp_path: Path) -> None:
    folder = tmp_path / "es"
    shutil.copytree(es_folder(), folder)
    for file, added in (("chunks-fields", ("tags", "fields")), ("documents", ("tags", "fields", "stated", "own"))):
        path = folder / "mappings" / f"searchapp-{file}.json"
        body = json.loads(path.read_text())
        for name in added:
            del body["template"]["mappings"]["properties"][name]
        path.write_text(json.dumps(body))
    before = ElasticsearchStore(store.settings.model_copy(update={"es_dir": folder}))
    before.prepare(MODEL)
    # An earlier searchapp knew of no such fields, so that it wrote none.
    source = {key: value for key, value in entry_source(document("old").entry).items() if key not in ("stated", "own")}
    store.client.index(index=store.names.documents, id="old", document=source, refresh=True)
    before.index.client.index(
        index=before.names.chunks, id="old-00000-0", document={"document_id": "old", "version": "v1", "position": 0,
        "written": "2026-01-01T00:00:00Z", "hash": "0", "text": "old gloves", "title": "Old", "headings": [],
        "source": "/docs/old.md", "type": "markdown", "language": "en", "start": 0, "end": 10,
        "embedding": vector_of("old").tolist()}, refresh=True,
    )  # fmt: skip

    def found(**more: object) -> tuple[set[str], object]:
        asked = RetrievalQuery(keywords="gloves", vector=vector_of("old"), depth=5, facets=True, **more)
        results = store.search(asked)
        return {chunk.document_id for chunk in (*results.keyword, *results.semantic)}, results.facets["tag"]

    assert found() == ({"old"}, {}) and store.entry("old").tags == ()
    assert found(filters=Filters(tags=("x",), fields=(("author", "Li"),))) == (set(), {})
    assert store.write([document("new", "new gloves", tags=("x",), fields={"author": ("Li",)}, stated="5a")]) == {}
    store.refresh()
    assert found() == ({"old", "new"}, {"x": 1}) and store.entry("new").stated == "5a"
    assert found(filters=Filters(fields=(("author", "Li"),)))[0] == {"new"}


def test_a_version_of_before_chinese_words_is_searched_as_it_was(store: ElasticsearchStore) -> None:
    store.prepare(MODEL)
    store.write([document("good", "全文檢索引擎"), document("other", "乒乓球拍")])
    store.refresh()
    live = store.live()
    assert live is not None and live.has_han
    put_meta(store.client, live, {key: value for key, value in live.meta.items() if key != HAN})
    for chunk in ("good", "other"):
        (hit,) = store.client.search(index=live.name, query={"term": {"document_id": chunk}})["hits"]["hits"]
        source = {key: value for key, value in hit["_source"].items() if key != "han"}
        source["embedding"] = vector_of("any").tolist()
        store.client.index(index=live.name, id=hit["_id"], document=source, refresh=True)
    store.look_again()

    def found(words: str) -> list[str]:
        asked = RetrievalQuery(keywords=words, vector=None, depth=5)
        return [chunk.document_id for chunk in store.search(asked).keyword]

    assert found("检索") == ["good"]
    assert found("球") == ["other"]


def test_a_registry_whose_shard_is_away_is_not_taken_for_an_empty_one(store: ElasticsearchStore) -> None:
    nowhere = {"index.routing.allocation.require._name": "no such node"}
    store.client.indices.create(index=store.names.documents, settings=nowhere, wait_for_active_shards=0)
    with pytest.raises(ServiceUnavailableError, match="lost a part of the index"):
        store.known_entries(["good"])
    with pytest.raises(ApiError, match="search_phase_execution"):
        store.client.count(index=store.names.documents)
