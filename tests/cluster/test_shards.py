"""How many shards an index is to have, and ``es reindex --shards`` against a real Elasticsearch."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from searchapp.cli.run import app
from searchapp.cluster import plan, reindex, rollback
from searchapp.cluster.build import Build, begin
from searchapp.cluster.reindex import Options
from searchapp.cluster.shards import GIB, Shards, advice, needed_shards
from searchapp.errors import UsageError
from searchapp.model import SearchMode, SearchRequest
from searchapp.settings import MOST_SHARDS, load_settings
from searchapp.stores.elasticsearch.versions import Version, read_versions
from searchapp.wiring import Application
from tests.cluster.conftest import Configured, document, ingest, other_text, store_of

NAMES = [f"doc{number}" for number in range(12)]
BY_WORDS = (SearchMode.KEYWORD, SearchMode.HYBRID)


def live(application: Application) -> Version:
    store = store_of(application)
    return next(version for version in read_versions(store.client, store.names) if version.live)


def kinds(application: Application) -> list[str]:
    return [change.what for change in plan(application).changes]


def found(application: Application, mode: SearchMode, query: str = "valve paragraph") -> list[str]:
    hits = application.searcher.search(SearchRequest(query, mode, size=50)).hits
    return [hit.document_id for hit in hits]


# --- what is a good number


@pytest.mark.parametrize(
    ("size", "chunks", "needed"),
    [
        (0, 0, 1),
        (50 * GIB, 200_000_000, 1),
        (50 * GIB + 1, 1, 2),
        (1, 200_000_001, 2),
        (120 * GIB, 1_000_000_000, 5),
    ],
)
def test_no_shard_is_larger_than_elastic_advises(size: int, chunks: int, needed: int) -> None:
    assert needed_shards(size, chunks) == needed


def test_advice_is_given_only_where_the_number_is_wrong() -> None:
    assert advice(1, 3 * GIB, 100_000) is None and advice(3, 60 * GIB, 10_000_000) is None
    few, many = advice(1, 120 * GIB, 10_000_000), advice(3, 3 * GIB, 100_000)
    assert few and "es reindex --shards 3" in few.whole.text("en") and "120 GB" in few.whole.text("en")
    assert many and "es reindex --shards 1" in many.whole.text("en") and "分片" in many.whole.text("zh")


# --- the way to another number


def test_to_three_shards_and_to_two_without_embedding_anything(configured: Configured) -> None:
    application = configured()
    ingest(application, *(document(name) for name in NAMES))

    def best() -> list[str]:
        return [found(configured(), mode, f"The end of {name}")[0] for name in NAMES for mode in BY_WORDS]

    assert best() == [name for name in NAMES for _ in BY_WORDS]
    tried = reindex(configured(), Options(shards=3, dry_run=True))
    assert (tried.source_shards, tried.shards, tried.embedded, tried.switched) == (1, 3, 0, False)
    done = reindex(configured(), Options(shards=3))
    assert done.switched and (done.source_shards, done.shards, done.embedded) == (1, 3, 0)
    assert done.reused == done.chunks > 0
    assert (live(application).shards, live(application).chosen_shards) == (3, 3)
    # Elasticsearch's own routing, by the id of the passage: every shard has some of them.
    stats = store_of(application).client.indices.stats(index=done.target, metric="docs", level="shards")
    held = [copies[0]["docs"]["count"] for copies in stats["indices"][done.target]["shards"].values()]
    assert len(held) == 3 and min(held) > 0 and sum(held) == done.chunks
    assert best() == [name for name in NAMES for _ in BY_WORDS]
    assert len(found(configured(), SearchMode.SEMANTIC)) == 50

    # Replacing and deleting reach the passages of a document in whichever shard they lie.
    ingest(application, other_text(document("doc3"), "A zeppelin lands."))
    assert found(application, SearchMode.KEYWORD, "zeppelin")[0] == "doc3"
    assert application.store.delete_document("doc4")
    application.store.refresh()
    for name in NAMES:
        chunks = application.store.chunks(name)
        assert [chunk.position for chunk in chunks] == list(range(len(chunks))), name
        assert bool(chunks) == (name != "doc4")

    # The number stays, without a word of anybody, in whatever is built next.
    assert kinds(configured()) == []
    again = reindex(configured(embedding_model="hashed:128"))
    assert again.shards == live(application).shards == 3

    fewer = reindex(configured(embedding_model="hashed:128"), Options(shards=2))
    assert fewer.switched and fewer.embedded == 0 and live(application).shards == 2
    back = rollback(configured())
    assert back.repaired == 0 and live(application).shards == 3
    assert found(configured(), SearchMode.KEYWORD, "zeppelin")[0] == "doc3"


def test_a_setting_decides_and_what_differs_from_it_is_planned(configured: Configured) -> None:
    ingest(configured(index_shards=2), document("one"))
    assert live(configured()).shards == 2
    assert kinds(configured(index_shards=2)) == []
    # Without the setting, es/mappings says one.
    assert "setting number_of_shards" in kinds(configured())
    planned = plan(configured(index_shards=4)).changes
    drift = next(change for change in planned if change.what == "setting number_of_shards")
    assert drift.effect == "new_index" and "es reindex" in str(drift.remedy)
    assert any('"4"' in line for line in drift.diff)

    done = reindex(configured(index_shards=4))
    assert done.shards == live(configured()).shards == 4 and live(configured()).chosen_shards is None
    # What is asked for goes before the setting, which then differs.
    reindex(configured(index_shards=4), Options(shards=1))
    assert live(configured()).shards == 1
    assert "setting number_of_shards" in kinds(configured(index_shards=4))
    assert "setting number_of_shards" not in kinds(configured())


@pytest.mark.parametrize("number", [0, -1, MOST_SHARDS + 1])
def test_a_number_that_cannot_be_is_refused_with_nothing_done(configured: Configured, number: int) -> None:
    ingest(configured(), document("one"))
    with pytest.raises(UsageError, match=f"1 to {MOST_SHARDS}"):
        reindex(configured(), Options(shards=number))
    store = store_of(configured())
    assert len(read_versions(store.client, store.names)) == 1


def test_the_number_that_is_there_is_refused_unless_something_else_changes(configured: Configured) -> None:
    ingest(configured(), document("one"))
    with pytest.raises(UsageError, match="has 1 primary shards already"):
        reindex(configured(), Options(shards=1))
    assert reindex(configured(embedding_model="hashed:128"), Options(shards=1)).switched


def test_a_build_of_another_number_is_not_gone_on_with(configured: Configured) -> None:
    application = configured()
    ingest(application, document("one"))
    store = store_of(application)
    left = begin(store, live(application), store.spec(application.embedder.fingerprint), Shards(3, 3))
    assert isinstance(left, Build) and left.version.shards == 3
    for options in (Options(), Options(shards=2)):
        with pytest.raises(UsageError, match="--shards 3"):
            reindex(configured(), options)
    done = reindex(configured(), Options(shards=3))
    assert done.resumed and done.switched and live(application).shards == 3


@pytest.mark.parametrize("number", [0, MOST_SHARDS + 1, "many"])
def test_a_setting_that_cannot_be_is_refused(number: object) -> None:
    with pytest.raises(UsageError, match="INDEX_SHARDS"):
        load_settings(index_shards=number)


def test_an_operator_types_it(configured: Configured, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = configured().settings
    ingest(configured(), document("one"))
    monkeypatch.setenv("SEARCHAPP_ELASTICSEARCH_URL", settings.elasticsearch_url)
    monkeypatch.setenv("SEARCHAPP_INDEX_PREFIX", settings.index_prefix)
    monkeypatch.setenv("SEARCHAPP_EMBEDDING_MODEL", "hashed:64")
    monkeypatch.setenv("SEARCHAPP_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("SEARCHAPP_INDEX_SHARDS", "1")
    run = CliRunner().invoke
    wrong = run(app, ["es", "reindex", "--shards", "0"])
    assert wrong.exit_code != 0 and wrong.stdout == ""
    shown = run(app, ["es", "reindex", "--shards", "2", "--forcemerge"])
    assert shown.exit_code == 0, shown.output
    assert "1 become 2" in shown.stdout and "merged" in shown.stdout and "SEARCHAPP_INDEX_SHARDS=2" in shown.stdout
    told = json.loads(run(app, ["es", "reindex", "--shards", "3", "--json"]).stdout)
    assert (told["source_shards"], told["shards"], told["embedded"], told["merged"]) == (2, 3, 0, None)
    status = json.loads(run(app, ["es", "status", "--json"]).stdout)
    assert "es reindex --shards 1" in status["shards"]
    assert status["pending"] == 1
