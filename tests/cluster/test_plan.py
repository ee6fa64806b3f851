"""``es plan`` and ``es apply`` against a real Elasticsearch."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from searchapp.cluster import apply, plan, prune, reindex
from searchapp.cluster.changes import Effect
from searchapp.cluster.plan import Plan
from searchapp.errors import StorageError
from searchapp.model import SearchMode, SearchRequest
from searchapp.stores.elasticsearch.templates import es_folder
from searchapp.stores.elasticsearch.versions import HAN, SPELLINGS, put_meta
from searchapp.wiring import Application
from tests.cluster.conftest import Configured, document, ingest, store_of

Json = dict[str, Any]


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, Callable[[Json], object]], Path]:
    """Changes one file in a copy of es/, and returns the copy."""
    folder = tmp_path / "es"
    shutil.copytree(es_folder(), folder)

    def edit(name: str, change: Callable[[Json], object]) -> Path:
        path = folder / "mappings" / f"searchapp-{name}.json"
        body = json.loads(path.read_text())
        change(body)
        path.write_text(json.dumps(body))
        return folder

    return edit


def fields(body: Json) -> Json:
    found: Json = body["template"]["mappings"]["properties"]
    return found


def shown(found: Plan) -> set[tuple[str, str, str]]:
    """Kind, part and effect of each change."""
    return {(change.kind, change.what, str(change.effect)) for change in found.changes}


def lines(found: Plan) -> str:
    return "\n".join(line for change in found.changes for line in change.diff)


def test_everything_is_to_create_then_nothing_is_to_do(application: Application) -> None:
    found = plan(application)
    assert [change.what for change in found.changes] == ["to create"] * len(found.changes)
    assert {change.effect for change in found.changes} == {Effect.IN_PLACE}
    prefix = application.settings.index_prefix
    assert {change.name for change in found.changes} >= {f"{prefix}-chunks", f"{prefix}-chunks-000001"}
    assert {step.outcome for step in apply(application).steps} == {"created"}
    assert plan(application).changes == ()
    assert {step.outcome for step in apply(application).steps} == {"unchanged"}


@pytest.mark.parametrize(("key", "what"), [(HAN, "Chinese words"), (SPELLINGS, "other spellings")])
def test_an_index_of_before_is_told_and_reindexed(configured: Configured, key: str, what: str) -> None:
    application = configured()
    ingest(application, document("one"))
    store = store_of(application)
    live = store.live()
    assert live is not None
    put_meta(store.client, live, {name: value for name, value in live.meta.items() if name != key})
    assert shown(plan(application)) == {("index", what, "new_index")}
    assert reindex(application).switched
    assert plan(application).changes == ()


def test_a_new_field_and_dynamic_settings_reach_every_version_that_is_written(
    configured: Configured, edited: Callable[..., Path]
) -> None:
    old = configured()
    ingest(old, document("one"))
    reindex(configured(embedding_model="hashed:128"))
    edited("chunks-fields", lambda body: fields(body).update(mood={"type": "keyword"}))
    edited("documents", lambda body: fields(body).update(rating={"type": "integer"}))
    folder = edited(
        "chunks", lambda body: body["template"].update(settings={"number_of_shards": 1, "refresh_interval": "7s"})
    )
    changed = configured(embedding_model="hashed:128", es_dir=folder)
    before = plan(changed)
    assert {change.effect for change in before.changes} == {Effect.IN_PLACE}
    assert {"+mood:", '+  type: "keyword"', "+rating:"} <= set(lines(before).splitlines())

    apply(changed)
    store = store_of(changed)
    found = store.client.indices.get(index=store.names.versions)
    assert len(found) == 2
    for index in found.values():
        assert index["mappings"]["properties"]["mood"] == {"type": "keyword"}
        assert index["settings"]["index"]["refresh_interval"] == "7s"
        assert index["settings"]["index"].get("auto_expand_replicas", "false") == "false"
        assert index["mappings"]["_meta"]["searchapp_fingerprint"]
    dims = {index["mappings"]["properties"]["embedding"]["dims"] for index in found.values()}
    assert dims == {64, 128}
    assert plan(changed).changes == ()
    ingest(changed, document("two"))
    assert changed.searcher.search(SearchRequest("two", mode=SearchMode.KEYWORD)).hits


def test_index_options_reach_new_segments_only(configured: Configured) -> None:
    apply(configured())
    smaller = configured(index_options="int4_hnsw")
    effects = {(change.kind, str(change.effect)) for change in plan(smaller).changes}
    assert effects == {("component template", "in_place"), ("index", "new_segments")}
    apply(smaller)
    assert plan(smaller).changes == ()
    back = configured(index_options="hnsw")
    assert ("index", "field embedding", "new_index") in shown(plan(back))
    done = apply(back)
    assert [(change.what, change.effect) for change in done.left] == [("field embedding", Effect.NEW_INDEX)]
    assert "es reindex" in str(done.left[0].remedy)
    apply(smaller)
    assert plan(smaller).changes == ()


def test_what_needs_a_new_index_is_left_and_reindex_makes_it(
    configured: Configured, edited: Callable[..., Path]
) -> None:
    old = configured()
    ingest(old, document("one"), document("two"))

    def other_analyzer(body: Json) -> None:
        body["template"]["settings"]["analysis"]["analyzer"]["exact"]["filter"] = ["lowercase"]
        fields(body)["mood"] = {"type": "keyword"}  # in place, and is done

    edited("chunks-fields", other_analyzer)
    folder = edited("chunks", lambda body: body["template"]["settings"].update(number_of_shards=2))
    changed = configured(es_dir=folder)
    kinds = shown(plan(changed))
    assert ("index", "setting analysis.analyzer.exact.filter", "new_index") in kinds
    assert ("index", "setting number_of_shards", "new_index") in kinds
    done = apply(changed)
    left = {"setting analysis.analyzer.exact.filter", "setting number_of_shards"}
    assert {(change.what, change.effect) for change in done.left} == {(what, Effect.NEW_INDEX) for what in left}
    assert all("es reindex" in str(change.remedy) for change in done.left)
    assert {change.what for change in plan(changed).changes} == left  # templates and the field are there
    ingest(old, document("three"))
    reindex(changed)
    assert plan(changed).changes == ()
    assert prune(changed, keep=0).removed and plan(changed).changes == ()


def test_the_model_and_the_size_of_passages_need_a_new_index(configured: Configured) -> None:
    apply(configured())
    assert ("index", "embedding model", "new_index") in shown(plan(configured(embedding_model="hashed:128")))
    smaller = configured(chunk_tokens=100)
    assert ("index", "size of passages", "new_index") in shown(plan(smaller))
    (left,) = apply(smaller).left
    assert left.what == "size of passages" and "SEARCHAPP_CHUNK_TOKENS=256" in str(left.remedy)
    reindex(smaller)
    assert plan(smaller).changes == ()


def test_a_template_edited_by_hand_is_told_from_one_that_is_older(
    configured: Configured, edited: Callable[..., Path]
) -> None:
    application = configured()
    ingest(application, document("one"))
    newer = configured(es_dir=edited("documents", lambda body: body.update(priority=501)))
    assert [change.what for change in plan(newer).changes] == ["our files are newer"]

    store = store_of(application)
    name = f"{store.names.prefix}-chunks"
    body = store.client.indices.get_index_template(name=name)["index_templates"][0]["index_template"]
    by_hand = {key: body[key] for key in ("index_patterns", "composed_of", "priority", "_meta")}
    by_hand["template"] = {"settings": {"number_of_shards": 1, "auto_expand_replicas": "0-1", "codec": "default"}}
    store.client.indices.put_index_template(name=name, body=by_hand)

    (change,) = plan(application).changes
    assert change.edited and change.what == "edited by hand in the cluster"
    assert '-    codec: "default"' in change.diff
    for command in (apply, lambda one: reindex(one)):
        with pytest.raises(StorageError, match="dited by hand") as caught:
            command(application)
        assert "--overwrite" in caught.value.remedy
        assert "codec" in str(store.client.indices.get_index_template(name=name))
    assert len(store.client.indices.get(index=store.names.versions)) == 1
    ingest(application, document("two"))  # goes on

    steps = {(step.kind, step.name): step.outcome for step in apply(application, overwrite=True).steps}
    assert steps["index template", name] == "updated" and plan(application).changes == ()


def test_a_field_that_our_files_dropped_stays_and_is_no_reason_to_act(
    configured: Configured, edited: Callable[..., Path]
) -> None:
    more = configured(es_dir=edited("chunks-fields", lambda body: fields(body).update(mood={"type": "keyword"})))
    apply(more)
    less = configured()
    assert shown(plan(less)) == {("component template", "our files are newer", "in_place")}
    apply(less)
    assert plan(less).changes == ()
