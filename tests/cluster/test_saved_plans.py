"""``es plan --out`` and ``es apply FILE`` against a real Elasticsearch: refused wherever something moved since."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from searchapp.cluster import Applied, apply, plan
from searchapp.cluster.plan_file import SavedPlan, read_plan, write_plan
from searchapp.cluster.price import price
from searchapp.cluster.state import SERVER, read_state
from searchapp.cluster.turns import Mark, Turn, taking_turns
from searchapp.errors import ChangedError, ConflictError, SearchAppError, UsageError
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.wiring import Application
from tests.cluster.conftest import Configured, document, ingest, store_of


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[Application], SavedPlan]:
    """Makes a plan, keeps it in a file, and reads it back."""

    def save(application: Application) -> SavedPlan:
        state = read_state(store_of(application), application.embedder.fingerprint)
        write_plan(tmp_path / "plan.json", plan(application), state, None)
        return read_plan(tmp_path / "plan.json")

    return save


def refused(application: Application, kept: SavedPlan) -> SearchAppError:
    before = read_state(store_of(application), application.embedder.fingerprint)
    with pytest.raises(SearchAppError) as caught:
        apply(application, saved=kept)
    assert read_state(store_of(application), application.embedder.fingerprint) == before
    return caught.value


def test_a_plan_is_applied_once(application: Application, saved: Callable[[Application], SavedPlan]) -> None:
    kept = saved(application)
    assert SERVER in kept.objects and kept.cluster and kept.changes
    assert {step.outcome for step in apply(application, saved=kept).steps} == {"created"}
    error = refused(application, kept)
    assert isinstance(error, ChangedError) and "index template" in error.message
    nothing = saved(application)
    assert nothing.changes == [] and {step.outcome for step in apply(application, saved=nothing).steps} == {"unchanged"}


@pytest.mark.parametrize("what", ["template", "mapping", "setting", "alias", "index"])
def test_a_cluster_that_moved_is_told(
    configured: Configured, saved: Callable[[Application], SavedPlan], what: str
) -> None:
    ingest(configured(), document("one"))
    changed = configured(index_options="int4_hnsw")
    kept = saved(changed)
    store = store_of(changed)
    move(store, what)
    error = refused(changed, kept)
    assert isinstance(error, ChangedError) and error.reason == "cluster_moved_since_plan"
    assert {"template": "component template", "alias": store.names.version(1)}.get(what, "index") in error.message
    apply(changed, saved=saved(changed), overwrite=True)


def move(store: ElasticsearchStore, what: str) -> None:
    client, live = store.client, store.names.version(1)
    if what == "template":
        name = f"{store.names.prefix}-chunks-fields"
        body = client.cluster.get_component_template(name=name)["component_templates"][0]["component_template"]
        body["template"]["mappings"]["properties"]["mood"] = {"type": "keyword"}
        client.cluster.put_component_template(name=name, template=body["template"], meta=body["_meta"])
    elif what == "mapping":
        client.indices.put_mapping(index=live, properties={"mood": {"type": "keyword"}})
    elif what == "setting":
        client.indices.put_settings(index=store.names.documents, settings={"refresh_interval": "9s"})
    elif what == "alias":
        client.indices.put_alias(index=live, name=f"{store.names.prefix}-other")
    else:
        client.indices.delete(index=store.names.documents)
        client.indices.create(index=store.names.documents)


def test_searching_and_ingesting_move_nothing(
    configured: Configured, saved: Callable[[Application], SavedPlan]
) -> None:
    ingest(configured(), document("one"))
    changed = configured(index_options="int4_hnsw")
    kept = saved(changed)
    ingest(configured(), document("two"))
    assert apply(changed, saved=kept).left == () and plan(changed).changes == ()


def test_other_settings_and_another_cluster(configured: Configured, saved: Callable[[Application], SavedPlan]) -> None:
    kept = saved(configured())
    assert refused(configured(chunk_tokens=100), kept).reason == "plan_of_other_settings"
    assert refused(configured(embedding_model="hashed:128"), kept).reason == "plan_of_other_settings"
    elsewhere = kept.model_copy(update={"cluster": "another"})
    assert refused(configured(), elsewhere).reason == "plan_of_another_cluster"
    with pytest.raises(UsageError):
        apply(configured(), saved=kept, start_over=True)


def test_of_two_operators_one_is_refused(configured: Configured) -> None:
    application = configured()
    store = store_of(application)
    with taking_turns(store, Turn.APPLYING):
        with pytest.raises(ConflictError) as caught:
            apply(application)
        assert str(os.getpid()) in caught.value.message and socket.gethostname() in caught.value.message
        assert len(plan(application).changes) > 0  # a mark is no change
    assert apply(application).left == ()
    assert not marks(store)


def test_of_many_at_once_one_applies_and_the_others_are_told(
    configured: Configured, saved: Callable[[Application], SavedPlan]
) -> None:
    kept = saved(configured())
    applications = [configured() for _ in range(4)]
    done: list[Applied] = []
    told: list[SearchAppError] = []
    start = threading.Barrier(len(applications))

    def run(application: Application) -> None:
        start.wait()
        try:
            done.append(apply(application, saved=kept))
        except SearchAppError as error:
            told.append(error)

    threads = [threading.Thread(target=run, args=(application,)) for application in applications]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1 and len(told) == 3
    assert {error.reason for error in told} <= {"being_applied", "turn_taken_meanwhile", "cluster_moved_since_plan"}
    assert plan(configured()).changes == () and not marks(store_of(configured()))


def test_a_mark_of_another_machine_is_taken_over_by_who_says_so(
    configured: Configured, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = configured()
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(socket, "gethostname", lambda: "elsewhere")
        left = taking_turns(store_of(application), Turn.APPLYING)
        left.__enter__()  # and never ends: it is killed
    with pytest.raises(ConflictError) as caught:
        apply(application)
    assert "on elsewhere" in caught.value.message and "--take-over" in caught.value.remedy
    assert apply(application, take_over=True).left == ()
    assert not marks(store_of(application))


def test_a_process_that_works_on_this_machine_is_not_taken_over(configured: Configured) -> None:
    application = configured()
    with taking_turns(store_of(application), Turn.APPLYING), pytest.raises(ConflictError):
        apply(application, take_over=True)


@pytest.mark.parametrize("since", ["2026-01-01T00:00:00+00:00", "yesterday"])
def test_the_mark_of_a_dead_process_is_passed_over(configured: Configured, since: str) -> None:
    application = configured()
    store = store_of(application)
    meta = {"user": "li", "host": "elsewhere", "process": 7, "since": since}
    store.client.cluster.put_component_template(name=f"{store.names.prefix}-applying-3", template={}, meta=meta)
    apply(application)
    assert not marks(store)


def test_a_mark_of_this_machine_holds_while_its_process_runs() -> None:
    from datetime import UTC, datetime

    def mark(host: str, process: int, since: datetime) -> Mark:
        return Mark("m", 1, "li", host, process, since)

    now, old = datetime.now(UTC), datetime.fromtimestamp(0, UTC)
    here = socket.gethostname()
    assert (
        mark(here, os.getpid(), old).holds()
        and not mark(here, 2**22 + 1, now).holds()
        and not mark(here, 0, now).holds()
    )
    assert mark("elsewhere", 1, now).holds() and not mark("elsewhere", 1, old).holds()


def marks(store: ElasticsearchStore) -> list[str]:
    pattern = f"{store.names.prefix}-applying-*"
    found = store.client.options(ignore_status=404).cluster.get_component_template(name=pattern)
    return [one["name"] for one in found.get("component_templates", [])]


def test_a_field_that_needs_another_analyzer_waits_for_the_new_index(configured: Configured, tmp_path: Path) -> None:
    import json
    import shutil

    from searchapp.stores.elasticsearch.templates import es_folder

    ingest(configured(), document("one"))
    shutil.copytree(es_folder(), tmp_path / "es")
    file = tmp_path / "es" / "mappings" / "searchapp-chunks-fields.json"
    body = json.loads(file.read_text())
    body["template"]["settings"]["analysis"]["analyzer"]["whole"] = {"type": "custom", "tokenizer": "keyword"}
    body["template"]["mappings"]["properties"]["mood"] = {"type": "text", "analyzer": "whole"}
    file.write_text(json.dumps(body))
    done = apply(configured(es_dir=tmp_path / "es"))
    assert "field mood" in {change.what for change in done.left}
    assert ("component template", "updated") in {(step.kind, step.outcome) for step in done.steps}


def test_the_price_of_a_new_index(configured: Configured) -> None:
    application = configured()
    assert price(application) is None
    ingest(application, document("one"), document("two"))
    store_of(application).refresh()
    chunks = application.store.count()
    same = price(configured())
    assert same is not None and (same.documents, same.chunks, same.embedded) == (2, chunks, 0)
    assert same.minutes is None and same.options in same.bytes
    other = price(configured(embedding_model="hashed:128"))
    assert other is not None and other.embedded == chunks and other.per_second and other.minutes is not None
    assert other.bytes["hnsw"].disk > same.bytes["hnsw"].disk > same.bytes["int8_hnsw"].memory
    smaller = price(configured(chunk_tokens=100))
    assert smaller is not None and smaller.chunks > chunks


def test_a_price_sends_nothing_to_another_machine(configured: Configured, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(configured(), document("one"))
    store_of(configured()).refresh()
    from searchapp.cluster import price as prices
    from searchapp.openai_api.leaving import Leaving

    monkeypatch.setattr(prices, "leaving", lambda settings: Leaving("api.example", True, 0.5))
    found = price(configured(embedding_model="hashed:128"))
    assert found is not None and found.per_second is None and found.minutes is None and found.cost
