"""How documents are filed: collections and tags by hand, in every store, beside what ingestion writes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from searchapp.errors import UsageError
from searchapp.model import Chunk, DocumentCollection, DocumentEntry, DocumentState, Filing, Filters, document_id
from searchapp.settings import load_settings
from searchapp.stores import DocumentWrite, RetrievalQuery, Store
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.memos import COLLECTIONS
from searchapp.stores.lancedb import LanceStore
from searchapp.stores.memory import MemoryStore
from tests.stores.contract import MODEL, document

ODD = 'Vorträge "2025" – 合集\'s 📚 ' + "x" * 170
PAPERS = DocumentCollection("c1", ODD)
SALARIES = DocumentCollection("c2", "工资", groups=("hr",))
NOW = dt.datetime(2026, 11, 29, tzinfo=dt.UTC)


@pytest.fixture(params=["memory", "embedded", "elasticsearch"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        store: Store = MemoryStore()
    elif request.param == "embedded":
        store = LanceStore(tmp_path / "index")
    else:
        url = request.getfixturevalue("elasticsearch_url")
        store = ElasticsearchStore(load_settings(elasticsearch_url=url, index_prefix=f"test-{uuid.uuid4().hex[:8]}"))
    store.prepare(MODEL)
    yield store
    store.drop()


def put_in(store: Store, ids: Sequence[str], *collections: DocumentCollection) -> None:
    names = tuple(one.id for one in collections)
    store.refile(ids, lambda entry, filing: dataclasses.replace(filing, collections=names))


def tag(store: Store, ids: Sequence[str], *tags: str) -> None:
    store.refile(ids, lambda entry, filing: dataclasses.replace(filing, tags=tags))


def define(store: Store, *collections: DocumentCollection) -> None:
    store.change_collections(lambda before: collections)


def found(store: Store, **filters: object) -> set[str]:
    query = RetrievalQuery(keywords="common", vector=None, depth=50, filters=Filters(**filters))  # type: ignore[arg-type]
    return {chunk.document_id for chunk in store.search(query).keyword}


def fill(store: Store, *names: str, **facts: object) -> None:
    writes = [document(name, f"common {name}", "common too", **facts) for name in names]
    assert store.write(writes) == {}
    store.refresh()


def test_what_is_put_in_is_found_counted_and_listed(store: Store) -> None:
    fill(store, "a", "b", "c")
    define(store, PAPERS, SALARIES)
    vectors = store.vectors({chunk.hash for chunk in store.chunks("a")})
    put_in(store, ["a", "b"], PAPERS)
    assert found(store, collections=(ODD,)) == {"a", "b"}
    assert found(store, collections=("no such one", ODD.upper())) == set()
    query = RetrievalQuery(keywords="common", vector=None, depth=10, facets=True)
    results = store.search(query)
    assert dict(results.facets["collection"]) == {ODD: 4}
    assert {chunk.document_id: chunk.collections for chunk in results.keyword} == {"a": (ODD,), "b": (ODD,), "c": ()}
    assert store.label_counts("collections") == {ODD: 2}
    assert {entry.id for entry in store.entries(collection=ODD).entries} == {"a", "b"}
    assert store.entries(collection="x").total == 0
    assert len(store.chunks("a")) == 2
    after = store.vectors({chunk.hash for chunk in store.chunks("a")})
    assert all((after[hash_] == vector).all() for hash_, vector in vectors.items())  # none was made anew
    put_in(store, ["a"])
    assert found(store, collections=(ODD,)) == {"b"}


def test_tags_by_hand_stand_beside_those_that_are_stated(store: Store) -> None:
    fill(store, "a", tags=("stated", "both"))
    tag(store, ["a"], "both", "手写")
    assert store.entry("a").tags == ("stated", "both", "手写")  # type: ignore[union-attr]
    assert found(store, tags=("手写",)) == found(store, tags=("stated",)) == {"a"}
    assert store.label_counts("tags") == {"stated": 1, "both": 1, "手写": 1}
    assert {entry.id for entry in store.entries(tag="手写").entries} == {"a"}
    tag(store, ["a"])
    assert store.entry("a").tags == ("stated", "both")  # type: ignore[union-attr]
    assert found(store, tags=("手写",)) == set()
    assert store.entry("a").filing == ""  # type: ignore[union-attr]


def test_ingesting_again_loses_nothing_that_was_given_by_hand(store: Store) -> None:
    fill(store, "a", tags=("old",))
    define(store, PAPERS, SALARIES)
    put_in(store, ["a"], PAPERS, SALARIES)
    tag(store, ["a"], "mine")
    fill(store, "a", version="v2", tags=("new",), collections=("Stated",))
    entry = store.entry("a")
    assert entry is not None
    assert (entry.tags, entry.collections, entry.groups) == (("new", "mine"), ("Stated", ODD, "工资"), ("hr",))
    assert entry.filed.readers == () and entry.content_hash == "v2"
    assert found(store, collections=("Stated",), tags=("mine",)) == {"a"}
    assert found(store, groups=("fin",)) == set() and found(store, groups=("hr",)) == {"a"}


def test_what_is_given_while_a_document_is_worked_on_is_kept(store: Store) -> None:
    """The run read the entry before, and knows nothing of it."""
    fill(store, "a", "b")
    define(store, SALARIES)
    before = {id_: store.entry(id_) for id_ in ("a", "b")}
    running = [
        dataclasses.replace(entry, state=DocumentState.RUNNING, owner="me", started=NOW, lease=NOW)
        for entry in before.values()
        if entry is not None
    ]
    put_in(store, ["a"], SALARIES)  # between the reading and the claim
    assert set(store.claim([(before[one.id], one) for one in running], NOW)) == {"a", "b"}
    tag(store, ["b"], "late")  # after the claim
    writes = [document(one.id, f"common {one.id} new", version="v2", started=NOW, updated=NOW) for one in running]
    assert store.write(writes, MODEL, "me") == {}
    store.refresh()
    assert found(store, groups=("fin",)) == {"b"} and found(store, groups=("hr",), collections=("工资",)) == {"a"}
    assert found(store, tags=("late",)) == {"b"}
    assert store.entry("a").state is DocumentState.INDEXED  # type: ignore[union-attr]
    given_back = {"a": dataclasses.replace(running[0], state=DocumentState.INDEXED, owner="")}
    assert store.settle(given_back, "nobody") == []


def test_a_rename_while_documents_are_written_leaves_no_old_name(store: Store) -> None:
    names = [f"d{n}" for n in range(12)]
    fill(store, *names)
    define(store, PAPERS)
    put_in(store, names, PAPERS)
    stopping = threading.Event()

    def ingest() -> None:
        version = 0
        while not stopping.is_set():
            version += 1
            moment = NOW + dt.timedelta(seconds=version)
            for name in names:
                read = store.entry(name)
                assert read is not None
                claim = dataclasses.replace(read, state=DocumentState.RUNNING, owner="me", started=moment)
                store.claim([(read, claim)], moment, {"me"})
                write = document(name, f"common {version}", version=f"v{version}", started=moment, updated=moment)
                store.write([write], MODEL, "me")

    thread = threading.Thread(target=ingest)
    thread.start()
    try:
        for name in ("Second", "第三"):
            time.sleep(0.2)
            define(store, dataclasses.replace(PAPERS, name=name))
            store.refile(names, lambda entry, filing: filing)
    finally:
        stopping.set()
        thread.join()
    store.refresh()
    assert store.label_counts("collections") == {"第三": 12}
    assert found(store, collections=("第三",)) == set(names)
    assert found(store, collections=("Second", ODD)) == set()


def test_a_wall_stands_as_soon_as_a_document_is_put_in(store: Store) -> None:
    fill(store, "open")
    fill(store, "fin", groups=("fin",))
    define(store, SALARIES)
    put_in(store, ["open", "fin"], SALARIES)
    assert found(store, groups=("hr",)) == {"open", "fin"}
    assert found(store, groups=("fin",)) == {"fin"}  # whom it is for without the collection
    assert found(store, groups=()) == set()
    assert store.label_counts("collections", ("fin",)) == {"工资": 1}
    assert store.label_counts("collections", ("other",)) == {}
    assert store.entries(groups=("fin",)).total == 1
    put_in(store, ["open", "fin"])
    assert found(store, groups=()) == {"open"} and found(store, groups=("hr",)) == {"open"}
    assert store.entry("open").groups == ()  # type: ignore[union-attr]


def test_what_somebody_added_within_groups_is_theirs_for_ever(store: Store) -> None:
    source = "/docs/theirs.md"
    id_ = document_id(source, ("fin",))
    fill(store, id_, source=source, groups=("fin",))
    define(store, SALARIES)
    put_in(store, [id_], SALARIES)
    entry = store.entry(id_)
    assert entry is not None and (entry.groups, entry.space) == (("fin",), ("fin",))
    assert found(store, groups=("hr",)) == set() and found(store, groups=("fin",), collections=("工资",)) == {id_}


def test_what_a_document_says_of_itself_closes_it_and_opens_it_to_nobody(store: Store) -> None:
    define(store, SALARIES)
    fill(store, "open", collections=("工资",))
    fill(store, "fin", collections=("工资",), groups=("fin",))
    assert store.entry("open").groups == ("hr",)  # type: ignore[union-attr]
    assert store.entry("fin").groups == ("fin",)  # type: ignore[union-attr]
    assert found(store, groups=("hr",)) == {"open"}


def test_of_a_deleted_collection_documents_know_nothing_until_it_is_back(store: Store) -> None:
    fill(store, "a")
    define(store, SALARIES)
    put_in(store, ["a"], SALARIES)
    define(store, dataclasses.replace(SALARIES, deleted=NOW))
    assert store.refile(["a", "unknown"], lambda entry, filing: filing).keys() == {"a"}
    assert found(store, collections=("工资",)) == set() and found(store, groups=()) == {"a"}
    assert store.collections() == (dataclasses.replace(SALARIES, deleted=NOW),)
    define(store, SALARIES)
    store.refile(["a"], lambda entry, filing: filing)
    assert found(store, collections=("工资",)) == {"a"} and found(store, groups=()) == set()
    define(store)  # for good
    store.refile(["a"], lambda entry, filing: filing)
    assert store.entry("a").filing == ""  # type: ignore[union-attr]


def test_two_that_change_collections_and_documents_at_once_both_count(store: Store) -> None:
    fill(store, "a", "b")
    gate = threading.Barrier(2)

    def add(collection: str, tag: str, entry: DocumentEntry, filing: Filing) -> Filing:
        collections = tuple(dict.fromkeys((*filing.collections, collection)))
        return dataclasses.replace(filing, collections=collections, tags=(*filing.tags, tag))

    def work(number: int) -> None:
        mine = DocumentCollection(f"c{number}", f"Collection {number}")
        gate.wait()
        store.change_collections(lambda before: (*before, mine))
        for n in range(5):
            store.refile(["a", "b"], functools.partial(add, mine.id, f"{number}-{n}"))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tags = {f"{number}-{n}" for number in range(2) for n in range(5)}
    for id_ in ("a", "b"):
        entry = store.entry(id_)
        assert entry is not None and set(entry.tags) == tags
        assert set(entry.collections) == {"Collection 0", "Collection 1"}
    for one in tags:
        assert found(store, tags=(one,), collections=("Collection 0",)) == {"a", "b"}


def test_collections_are_no_documents(store: Store) -> None:
    define(store, PAPERS)
    fill(store, "a")
    assert [entry.id for entry in store.entries().entries] == ["a"] == [entry.id for entry in store.sources("")]
    assert store.entry(COLLECTIONS) is None and store.state_counts() == {DocumentState.INDEXED: 1}
    assert store.collections() == (PAPERS,)


def test_a_document_without_chunks_is_filed_for_when_it_has_some(store: Store) -> None:
    define(store, PAPERS)
    waiting = DocumentEntry("a", "/docs/a.md", "a", "markdown", DocumentState.QUEUED)
    store.put_entries([waiting])
    put_in(store, ["a"], PAPERS)
    assert store.label_counts("collections") == {ODD: 1}
    fill(store, "a")
    assert found(store, collections=(ODD,)) == {"a"}


def test_a_document_that_moved_or_was_restored_brings_what_it_was_given(store: Store) -> None:
    define(store, PAPERS)
    filing = Filing(tags=("mine",), collections=("c1",)).text()
    fill(store, "a", filing=filing)
    entry = store.entry("a")
    assert entry is not None and (entry.tags, entry.collections) == (("mine",), (ODD,))


def test_elasticsearch_keeps_no_collections_without_an_index(elasticsearch_url: str) -> None:
    settings = load_settings(elasticsearch_url=elasticsearch_url, index_prefix=f"test-{uuid.uuid4().hex[:8]}")
    store = ElasticsearchStore(settings)
    assert store.collections() == () and store.label_counts("tags") == {}
    with pytest.raises(UsageError, match="no index yet"):
        define(store, PAPERS)


def test_ten_thousand_documents_go_in_at_once(store: Store) -> None:
    count = 10_000
    template = document("t", "common words")
    chunk = template.chunks[0].chunk
    for begin in range(0, count, 1000):
        writes = []
        for n in range(begin, begin + 1000):
            entry = dataclasses.replace(template.entry, id=f"d{n}", source=f"/docs/d{n}.md")
            own: Chunk = dataclasses.replace(chunk, id=f"d{n}-00000-{chunk.hash[:8]}", document_id=entry.id)
            writes.append(DocumentWrite(entry, (dataclasses.replace(template.chunks[0], chunk=own),)))
        assert store.write(writes) == {}
    store.refresh()
    define(store, PAPERS)
    ids = [f"d{n}" for n in range(count)]
    began = time.monotonic()
    for begin in range(0, count, 1000):
        put_in(store, ids[begin : begin + 1000], PAPERS)
    seconds = time.monotonic() - began
    print(f"{type(store).__name__}: {seconds:.1f} s")
    assert store.label_counts("collections") == {ODD: count}
    assert store.entries(collection=ODD, size=1).total == count
    assert seconds < 60
