"""``es apply`` and ``es status`` against a real Elasticsearch."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from searchapp.cluster import apply, status
from searchapp.errors import UsageError
from searchapp.settings import load_settings
from searchapp.wiring import Application


@pytest.fixture
def application(elasticsearch_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    running = Application(
        load_settings(
            elasticsearch_url=elasticsearch_url,
            index_prefix=f"test-{uuid.uuid4().hex[:8]}",
            embedding_model="hashed:64",
            data_dir=tmp_path_factory.mktemp("data"),
        )
    )
    yield running
    running.store.drop()


def test_status_before_and_after_apply(application: Application) -> None:
    before = status(application)
    assert before.health in ("green", "yellow") and before.version.count(".") == 2
    assert before.indices == () and before.model == "" and before.matches
    steps = apply(application).steps
    assert {step.kind for step in steps} == {"component template", "index template", "index"}
    after = status(application)
    prefix = application.settings.index_prefix
    assert {index.name: index.alias for index in after.indices} == {
        f"{prefix}-chunks-000001": f"{prefix}-chunks, {prefix}-chunks-write",
        f"{prefix}-documents": "",
    }
    assert after.model == after.configured and after.matches
    assert [version.state for version in after.versions] == ["live"] and not after.fault
    assert before.pending and after.pending == 0 and after.nodes >= 1 and after.licence
    assert {index.shards for index in after.indices} == {1}


def test_another_model_is_shown_and_left(application: Application) -> None:
    apply(application)
    other = Application(application.settings.model_copy(update={"embedding_model": "hashed:128"}))
    assert not status(other).matches
    done = apply(other)
    assert [change.what for change in done.left] == ["embedding model"]
    assert {step.outcome for step in done.steps} == {"unchanged"}


def test_the_embedded_store_has_no_cluster() -> None:
    with pytest.raises(UsageError, match="SEARCHAPP_ELASTICSEARCH_URL"):
        status(Application(load_settings(embedding_model="hashed:64")))
