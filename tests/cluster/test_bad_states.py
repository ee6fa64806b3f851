"""What accidents and hands leave in a cluster: doctor names it, no command makes it worse, and the remedy works."""

from __future__ import annotations

import json
import re
import shlex
import socket
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from searchapp.cluster import apply, prune, reindex, restoring, rollback, snapshots, status
from searchapp.cluster.aliases import aliases, fix
from searchapp.cluster.build import begin
from searchapp.cluster.checks.indices import check_shards
from searchapp.cluster.shards import Shards
from searchapp.doctor import diagnose
from searchapp.errors import SearchAppError, StorageError, UsageError
from searchapp.findings import Finding, Severity
from searchapp.model import SearchMode, SearchRequest
from searchapp.stores.elasticsearch.versions import chosen, put_meta, read_versions
from searchapp.web.app import create_app
from searchapp.wiring import Application
from tests.cluster.conftest import Configured, document, ingest, store_of

Json = dict[str, Any]


@pytest.fixture
def moved(configured: Configured) -> Configured:
    """An index that was moved once, so that there are two versions, three documents in both."""
    old = configured()
    ingest(old, *(document(name) for name in ("one", "two", "three")))
    reindex(configured(chunk_tokens=100))
    return lambda **settings: configured(**{"chunk_tokens": 100, "patience_seconds": 0, **settings})


def examined(application: Application, *severities: Severity) -> list[Finding]:
    """What doctor says about the installation; machines and models are not the matter here."""
    machine = ("vm.max_map_count", "open files", "heap", "disk", "language model", "shards", "health")
    found = [finding for finding in diagnose(application) if finding.check not in machine]
    return [finding for finding in found if finding.severity in (severities or (Severity.WARNING, Severity.ERROR))]


def everything(application: Application) -> Json:
    """All that a command could make worse: aliases, mappings, settings, templates, and how many are in each index."""
    store = store_of(application)
    prefix = store.names.prefix
    store.client.indices.refresh(index=f"{prefix}*")
    indices = store.client.indices.get(index=f"{prefix}*").body
    return {
        "indices": indices,
        "counts": {name: store.client.count(index=name)["count"] for name in indices},
        "templates": store.client.indices.get_index_template(name=f"{prefix}*").body,
        "components": store.client.cluster.get_component_template(name=f"{prefix}*").body,
    }


COMMANDS: dict[str, Callable[[Application], object]] = {
    "apply": apply,
    "reindex": reindex,
    "rollback": rollback,
    "prune": lambda application: prune(application, keep=0),
    "ingest": lambda application: ingest(application, document("four")),
}


def refused_by_all(make: Configured, *commands: str) -> None:
    """Each command ends with a sentence and a remedy, and changes nothing."""
    before = everything(make())
    for name in commands or COMMANDS:
        with pytest.raises((SearchAppError, AssertionError)) as caught:  # ingest tells by its outcomes
            COMMANDS[name](make())
        if isinstance(caught.value, SearchAppError):
            assert caught.value.remedy, name
        assert everything(make()) == before, name


def run_remedy(make: Configured, remedy: str) -> None:
    """What doctor says to run for the aliases."""
    (command,) = re.findall(r"searchapp es aliases (--[^;.]*?) fixes", remedy)
    parts = shlex.split(command)
    live = int(parts[parts.index("--live") + 1]) if "--live" in parts else None
    assert fix(make(), live, remove_index="--remove-index" in parts).fault == ""


def finds(make: Configured) -> set[str]:
    hits = make().searcher.search(SearchRequest("valve", mode=SearchMode.HYBRID, size=30)).hits
    return {hit.document_id for hit in hits}


def two_versions(make: Configured) -> None:
    store = store_of(make())
    store.client.indices.put_alias(index=store.names.version(1), name=store.names.chunks)


def no_version(make: Configured) -> None:
    store = store_of(make())
    store.client.indices.delete_alias(index=store.names.version(2), name=store.names.chunks)


def a_stranger(make: Configured) -> None:
    store = store_of(make())
    store.client.indices.create(index=f"{store.names.prefix}-stranger", aliases={store.names.chunks: {}})


def an_index_in_its_place(make: Configured) -> None:
    no_version(make)
    store = store_of(make())
    store.client.index(index=store.names.chunks, document={"text": "by a client that asked nobody"}, refresh=True)


@pytest.mark.parametrize(
    ("accident", "words"),
    [
        (two_versions, "names 2 versions"),
        (no_version, "is missing, although"),
        (a_stranger, "names an index that is no version"),
        (an_index_in_its_place, "is an index, and should be an alias"),
    ],
)
def test_a_wrong_alias(moved: Configured, accident: Callable[[Configured], None], words: str) -> None:
    accident(moved)
    (found,) = [finding for finding in examined(moved()) if finding.check == "aliases"]
    assert found.severity is Severity.ERROR and words in found.message
    standing = status(moved())  # shows them nevertheless
    assert words in standing.fault and standing.pending is None and len(standing.versions) >= 2
    refused_by_all(moved)
    run_remedy(moved, found.remedy)
    assert examined(moved()) == []
    store = store_of(moved())
    live = chosen(read_versions(store.client, store.names), store.names)
    assert live is not None and live.name == store.names.version(2)
    assert finds(moved) == {"one", "two", "three"}
    assert rollback(moved()).target == store.names.version(1)  # which got every write meanwhile
    store.client.options(ignore_status=404).indices.delete(index=f"{store.names.prefix}-stranger")


def test_an_index_in_the_aliass_place_goes_only_when_told(moved: Configured) -> None:
    an_index_in_its_place(moved)
    before = everything(moved())
    with pytest.raises(UsageError, match="stands where the alias belongs"):
        fix(moved(), 2)
    with pytest.raises(UsageError, match="no version 9"):
        fix(moved(), 9, remove_index=True)
    assert everything(moved()) == before


def test_sane_aliases_are_left_to_rollback(moved: Configured) -> None:
    with pytest.raises(UsageError, match="sane") as caught:
        fix(moved(), 1)
    assert "rollback" in caught.value.remedy


def test_a_lost_alias_of_writes_loses_no_write(moved: Configured) -> None:
    store = store_of(moved())
    store.client.indices.delete_alias(index=store.names.version(2), name=store.names.write)
    (found,) = examined(moved())
    assert found.severity is Severity.ERROR and store.names.write in found.message
    ingest(moved(), document("four"))
    assert finds(moved) == {"one", "two", "three", "four"}
    run_remedy(moved, found.remedy)
    assert examined(moved()) == [] and aliases(moved()).places[1].written


def test_a_template_edited_by_hand(configured: Configured) -> None:
    apply(configured())
    store = store_of(configured())
    name = f"{store.names.prefix}-documents"
    body = store.client.indices.get_index_template(name=name)["index_templates"][0]["index_template"]
    kept = {key: body[key] for key in ("index_patterns", "template", "_meta")}
    store.client.indices.put_index_template(name=name, body={**kept, "priority": 777})
    (found,) = examined(configured())
    assert found.check == "templates" and name in found.message and "--overwrite" in found.remedy
    refused_by_all(configured, "apply", "reindex")
    apply(configured(), overwrite=True)
    assert examined(configured()) == []


def test_what_a_killed_reindex_left(moved: Configured) -> None:
    store = store_of(moved())
    live = chosen(read_versions(store.client, store.names), store.names)
    assert live is not None and live.spec is not None
    build = begin(store, live, live.spec, Shards(live.shards))
    ended = subprocess.Popen(["true"])  # a process id of this machine that nobody has any more
    ended.wait()
    owner = {"host": socket.gethostname(), "pid": ended.pid}
    meta = {**build.version.meta, "searchapp_build": {**(build.version.build or {}), **owner}}
    put_meta(store.client, build.version, meta)

    (found,) = examined(moved())
    assert found.severity is Severity.WARNING and build.version.name in found.message
    assert "es reindex goes on" in found.remedy and "--unfinished" in found.remedy
    for command in ("apply", "prune", "ingest"):
        COMMANDS[command](moved())
        assert [version.name for version in read_versions(store.client, store.names) if version.build] == [
            build.version.name
        ]
    assert finds(moved) == {"one", "two", "three", "four"}
    done = reindex(moved())
    assert done.resumed and done.switched and done.target == build.version.name
    assert examined(moved()) == [] and finds(moved) == {"one", "two", "three", "four"}


def test_a_lost_index(moved: Configured) -> None:
    store = store_of(moved())
    for version in read_versions(store.client, store.names):
        store.client.indices.delete(index=version.name)
    found = examined(moved(), Severity.ERROR)
    assert [finding.check for finding in found] == ["aliases"] and "3 documents" in found[0].message
    assert "es snapshot restore" in found[0].remedy and "--start-over" in found[0].remedy
    refused_by_all(moved, "apply", "reindex", "rollback", "ingest")
    for answered in served(moved(), "index_lost"):
        assert "3 documents" in answered["detail"] and "es snapshot restore" in answered["remedy"]

    apply(moved(), start_over=True)
    assert examined(moved(), Severity.ERROR) == []
    ingest(moved(), *(document(name) for name in ("one", "two", "three")))
    assert finds(moved) == {"one", "two", "three"} and examined(moved()) == []


def test_a_closed_index(moved: Configured) -> None:
    store = store_of(moved())
    store.client.indices.close(index=store.names.version(2))
    found = examined(moved(), Severity.ERROR)
    assert {finding.message for finding in found} == {f"The index {store.names.version(2)} is closed."}
    for answered in served(moved(), "index_closed"):
        assert "_open" in answered["remedy"]
    refused_by_all(moved, "reindex", "ingest")
    (url,) = re.findall(r"curl -X POST '([^']+)'", found[0].remedy)
    assert httpx.post(url).status_code == 200
    assert examined(moved(), Severity.ERROR) == [] and finds(moved) == {"one", "two", "three"}


def test_a_lost_registry(moved: Configured) -> None:
    store = store_of(moved())
    store.client.indices.delete(index=store.names.documents)
    assert len(list(check_shards(moved()))) == 2  # of the two versions; the registry's health would be waited for
    found = examined(moved(), Severity.ERROR)
    assert [finding.check for finding in found] == ["aliases"] and store.names.documents in found[0].message
    assert finds(moved) == {"one", "two", "three"}
    assert "es apply" in found[0].remedy
    apply(moved())
    ingest(moved(), *(document(name) for name in ("one", "two", "three")))
    assert examined(moved(), Severity.ERROR) == []


def served(application: Application, reason: str) -> list[Json]:
    """The problems that a server answers with while its index is in such a state: it serves no search."""
    client = create_app(application).test_client()
    answers = [client.get("/api/search?q=valve"), client.get("/api/search?q=valve&mode=keyword")]
    answers.append(client.post("/api/ask", json={"question": "When does the valve close?"}))
    assert [answer.status_code for answer in answers] == [503] * 3
    assert {answer.json["reason"] for answer in answers if answer.json} == {reason}
    ready = client.get("/readyz")
    assert ready.status_code == 503 and reason in ready.text and "curl" not in ready.text
    return [answer.json for answer in answers if answer.json]


def test_a_lost_index_comes_back_from_a_snapshot(moved: Configured) -> None:
    kept = {"snapshot_repository": f"fs:{store_of(moved()).names.prefix}"}
    name = snapshots.create(moved(**kept)).name
    store = store_of(moved())
    try:
        for version in read_versions(store.client, store.names):
            store.client.indices.delete(index=version.name)
        assert [finding.check for finding in examined(moved(), Severity.ERROR)] == ["aliases"]
        restoring.restore(moved(**kept), name)
        assert examined(moved(), Severity.ERROR) == [] and finds(moved) == {"one", "two", "three"}
    finally:
        snapshots.delete(moved(**kept), name)
        store.client.snapshot.delete_repository(name=f"{store.names.prefix}-snapshots")


def test_a_lost_note_of_the_model(moved: Configured) -> None:
    store = store_of(moved())
    store.client.indices.put_mapping(index=store.names.version(2), meta={})
    (found,) = [finding for finding in examined(moved()) if finding.check == "versions"]
    assert found.severity is Severity.ERROR and "es reindex" in found.remedy
    assert reindex(moved()).switched
    prune(moved(), keep=0)
    assert examined(moved()) == [] and finds(moved) == {"one", "two", "three"}


@pytest.mark.parametrize("block", ["read_only_allow_delete", "write", "read_only"])
def test_an_index_that_takes_no_writes(moved: Configured, block: str) -> None:
    store = store_of(moved())
    store.client.indices.put_settings(index=store.names.version(2), settings={f"index.blocks.{block}": True})
    try:
        (found,) = examined(moved(), Severity.ERROR)
        assert found.check == "read-only" and f"index.blocks.{block}" in found.message
        assert ("flood-stage" in found.remedy) == (block == "read_only_allow_delete")
        refused_by_all(moved, "apply", "reindex", "rollback")
        with pytest.raises((StorageError, AssertionError)):
            COMMANDS["ingest"](moved())
        assert finds(moved) == {"one", "two", "three"}
        assert prune(moved(), keep=0).removed == (store.names.version(1),)
    finally:
        url, body = re.findall(r"curl -X PUT '([^']+)' .* -d '([^']+)'", found.remedy)[0]
        assert httpx.put(url, json=json.loads(body)).status_code == 200
    assert examined(moved(), Severity.ERROR) == []
    ingest(moved(), document("four"))


def test_passages_without_an_entry_and_entries_without_passages(configured: Configured) -> None:
    application = configured()
    ingest(application, document("one"), document("two"), document("three"))
    store = store_of(application)
    store.client.delete(index=store.names.documents, id="one", refresh=True)
    for chunk in store.client.search(index=store.names.chunks, query={"term": {"document_id": "two"}}, size=100)[
        "hits"
    ]["hits"]:
        store.client.delete(index=store.names.version(1), id=chunk["_id"], refresh=True)
    orphan, hollow = examined(configured())
    assert "one" in orphan.message and orphan.remedy == "searchapp documents delete --yes one"
    assert "/docs/two.txt" in hollow.message and hollow.remedy == "searchapp documents retry two"
    configured().trash.delete("one")
    assert configured().ingester.reset_failures(["two"]) == ["two"]
    ingest(configured(), document("two"))
    assert examined(configured()) == [] and store.held() and set(store.held()) == {"two", "three"}


@pytest.fixture(autouse=True)
def swept(configured: Configured) -> Iterator[None]:
    """Removes what stands in the alias's place, which dropping the store does not."""
    yield
    store = store_of(configured())
    if store.client.indices.exists(index=store.names.chunks) and not store.client.indices.exists_alias(
        name=store.names.chunks
    ):
        store.client.indices.delete(index=store.names.chunks)
