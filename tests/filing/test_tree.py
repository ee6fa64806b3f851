"""What a library holds, level by level, in every store: places, collections, documents in pages, and groups."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator

import pytest

from searchapp.access import LOCAL, Identity, Scope
from searchapp.errors import NotFoundError, UsageError
from searchapp.filing import Collections, Level, list_collection, list_level, tree
from searchapp.stores import Store
from searchapp.stores.lancedb import LanceStore
from searchapp.stores.memory import MemoryStore
from tests.stores.contract import MODEL
from tests.web.stand_in import entry

UPLOADS = "/data/uploads/"
SOURCES = (
    "/srv/a.md",
    "/srv/deep/one.md",
    "/srv/deep/two.md",
    "/srv/deeper/still/three.md",
    "/srv/m.md",
    "/srv/zoo/z.md",
    "/srv/zz.md",
    "https://example.org/docs/?from=/a/",
    "https://example.org/docs/page",
    "https://example.org/docs/sub/page",
    "/data/uploads/0123456789abcdef/sent.md",
    "/data/uploads/fedcba9876543210/box.zip/in/it.md",
)


@pytest.fixture(params=["memory", "embedded", "elasticsearch"])
def store(request: pytest.FixtureRequest, tmp_path: object) -> Iterator[Store]:
    made: Store
    if request.param == "memory":
        made = MemoryStore()
    elif request.param == "embedded":
        made = LanceStore(tmp_path / "index")  # type: ignore[operator]
    else:
        from searchapp.settings import load_settings
        from searchapp.stores.elasticsearch import ElasticsearchStore

        made = ElasticsearchStore(
            load_settings(
                elasticsearch_url=request.getfixturevalue("elasticsearch_url"), index_prefix=f"test-{id(request)}"
            )
        )
    made.prepare(MODEL)
    made.put_entries([entry(f"d{number}", source) for number, source in enumerate(SOURCES)])
    made.refresh()
    yield made
    made.drop()


def listed(store: Store, below: str = "", *, caller: Identity = LOCAL, after: str = "", size: int = 50) -> Level:
    collections = Collections(store, dt.timedelta(hours=1))
    return list_level(store, collections, caller, below=below, after=after, size=size, uploads=UPLOADS)


def sources(found: Level) -> list[str]:
    return [one.source for one in found.documents]


def test_a_level_has_its_folders_and_the_documents_in_it(store: Store) -> None:
    first = listed(store)
    assert {one.place for one in first.folders} == {"/srv/", UPLOADS, "https://example.org/"}
    assert (first.documents, first.total, first.next) == ((), len(SOURCES), None)
    srv = listed(store, "/srv/")
    assert {one.place for one in srv.folders} == {"/srv/deep/", "/srv/deeper/still/", "/srv/zoo/"}
    assert sources(srv) == ["/srv/a.md", "/srv/m.md", "/srv/zz.md"] and srv.total == 7 and srv.next is None
    assert sources(listed(store, "/srv/deep/")) == ["/srv/deep/one.md", "/srv/deep/two.md"]
    docs = listed(store, "https://example.org/docs/")
    assert sources(docs) == ["https://example.org/docs/?from=/a/", "https://example.org/docs/page"]
    assert sources(listed(store, UPLOADS)) == [one for one in SOURCES if one.startswith(UPLOADS)]
    nowhere = listed(store, "/nowhere/")
    assert (nowhere.folders, nowhere.documents, nowhere.total) == ((), (), 0)


@pytest.mark.parametrize("below", ["/srv/", "https://example.org/docs/", UPLOADS])
@pytest.mark.parametrize("size", [1, 2])
def test_pages_fit_together(store: Store, below: str, size: int) -> None:
    met: list[str] = []
    after = ""
    for _ in range(len(SOURCES)):
        page = listed(store, below, after=after, size=size)
        assert len(page.documents) <= size
        met += sources(page)
        if page.next is None:
            break
        after = page.next
    assert met == sources(listed(store, below))


def test_so_many_folders_are_passed_over_in_one_call(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "STEPS", 2)
    met: list[str] = []
    after, calls = "", 0
    while calls < 10:
        page, calls = listed(store, "/srv/", after=after), calls + 1
        met += sources(page)
        if page.next is None:
            break
        after = page.next
    assert met == ["/srv/a.md", "/srv/m.md", "/srv/zz.md"] and calls > 1


def test_others_documents_are_neither_listed_nor_counted(store: Store) -> None:
    store.put_entries([dataclasses.replace(store.entry(f"d{n}"), groups=("law",)) for n in (0, 1, 2, 9)])  # type: ignore[type-var]
    other = Identity("hr", frozenset({Scope.READ}), ("hr",))
    srv = listed(store, "/srv/", caller=other)
    assert sources(srv) == ["/srv/m.md", "/srv/zz.md"] and srv.total == 4
    assert {one.place for one in srv.folders} == {"/srv/deeper/still/", "/srv/zoo/"}
    law = listed(store, "/srv/", caller=dataclasses.replace(other, groups=("law",)))
    assert sources(law) == ["/srv/a.md", "/srv/m.md", "/srv/zz.md"] and law.total == 7


def test_a_collection_has_its_documents_in_pages(store: Store) -> None:
    collections = Collections(store, dt.timedelta(hours=1))
    store.put_entries(
        [dataclasses.replace(store.entry(f"d{n}"), collections=("合集",)) for n in (0, 4, 6)]  # type: ignore[type-var]
    )
    assert [(one.name, one.documents) for one in listed(store).collections] == [("合集", 3)]
    assert listed(store, "/srv/").collections == ()

    def page(named: str, after: str = "") -> Level:
        return list_collection(store, collections, LOCAL, named=named, after=after, size=2)

    first = page("合集")
    assert sources(first) == ["/srv/a.md", "/srv/m.md"] and first.total == 3 and first.next
    rest = page("合集", first.next)
    assert sources(rest) == ["/srv/zz.md"] and rest.next is None
    with pytest.raises(NotFoundError):
        page("nowhere")


def test_half_a_character_is_no_place() -> None:
    store = MemoryStore()
    store.put_entries([entry("a", "/srv/a.md")])
    with pytest.raises(UsageError):
        listed(store, "/srv/", after="\ud800")
