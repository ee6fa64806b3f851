"""Lists are read to their end from both sides, in every order and on every store, however far the store counts."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from searchapp.model import DocumentEntry, DocumentState
from searchapp.settings import load_settings
from searchapp.stores import LAST_PAGE, Cursor, EntryOrder, EntryPage, Store, every
from searchapp.stores.elasticsearch import ElasticsearchStore, listing
from searchapp.stores.lancedb import LanceStore
from searchapp.stores.memory import MemoryStore
from tests.stores.contract import MODEL, document

DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
FACTS = [
    ("gamma", 5, DAY),
    ("Alpha", 5, DAY),
    ("alpha", 9, DAY + dt.timedelta(milliseconds=1)),
    ("手套", 0, None),
    ("ÄRGER", 1, None),
    ("", 9, DAY - dt.timedelta(days=40_000)),
    ("beta", 5, DAY),
    ("Beta", 2, DAY + dt.timedelta(days=1)),
    ("it's", 5, None),
]
KINDS = ("pdf", "markdown")
WINDOW = 4


@contextmanager
def opened(kind: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Store]:
    """A registry of nine documents, on a server that counts no further than four."""
    if kind != "elasticsearch":
        yield filled(LanceStore(folder) if kind == "embedded" else MemoryStore())
        return
    url = request.getfixturevalue("elasticsearch_url")
    store = ElasticsearchStore(load_settings(elasticsearch_url=url, index_prefix=f"test-{uuid.uuid4().hex[:8]}"))
    filled(store)
    store.client.indices.put_settings(index=store.names.documents, settings={"max_result_window": WINDOW})
    yield store
    store.drop()


@pytest.fixture(scope="module", params=["embedded", "memory", "elasticsearch"])
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One that no test changes."""
    with opened(request.param, request, tmp_path_factory.mktemp("paging")) as store:
        yield store


@pytest.fixture(params=["embedded", "memory", "elasticsearch"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with opened(request.param, request, tmp_path / "index") as store:
        yield store


@pytest.fixture(autouse=True)
def counts_to_four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "WINDOW", WINDOW)


def filled(store: Store) -> Store:
    store.prepare(MODEL)
    entries = []
    for n, (title, chunks, updated) in enumerate(FACTS):
        state = DocumentState.FAILED if n % 3 == 0 else DocumentState.INDEXED
        groups = ("law",) if n % 2 else ()
        facts = {
            "title": title,
            "chunks": chunks,
            "updated": updated,
            "state": state,
            "groups": groups,
            "type": KINDS[n % 2],
        }
        entries.append(document(f"d{n}", **facts).entry)
    store.put_entries(entries)
    return store


def ids(entries: EntryPage | tuple[DocumentEntry, ...]) -> list[str]:
    return [entry.id for entry in (entries.entries if isinstance(entries, EntryPage) else entries)]


def sorted_ids(order: EntryOrder) -> list[str]:
    numbered = [(n, f"/docs/d{n}.md", *facts) for n, facts in enumerate(FACTS)]
    long_ago = dt.datetime.min.replace(tzinfo=dt.UTC)
    keys = {
        EntryOrder.NEWEST: lambda one: (one[4] is None, -((one[4] or long_ago) - long_ago).total_seconds()),
        EntryOrder.OLDEST: lambda one: (one[4] is None, ((one[4] or long_ago) - long_ago).total_seconds()),
        EntryOrder.TITLE: lambda one: one[2].lower(),
        EntryOrder.SOURCE: lambda one: one[1],
        EntryOrder.LARGEST: lambda one: -one[3],
        EntryOrder.TYPE: lambda one: KINDS[one[0] % 2],
        EntryOrder.STATE: lambda one: "failed" if one[0] % 3 == 0 else "indexed",
    }
    return [f"d{one[0]}" for one in sorted(sorted(numbered, key=lambda one: one[1]), key=keys[order])]


def walked(store: Store, first: EntryPage, **more: object) -> list[str]:
    """All ids from ``first`` on, and from there back again."""
    there, page = ids(first), first
    while page.next is not None:
        page = store.entries(cursor=page.next, **more)
        assert page.total == first.total and page.entries
        there += ids(page)
    back = ids(page)
    while page.previous is not None:
        page = store.entries(cursor=page.previous, **more)
        assert page.entries
        back = ids(page) + back
    assert back == there
    return there


@pytest.mark.parametrize("order", EntryOrder)
def test_every_document_is_met_once_in_both_directions(library: Store, order: EntryOrder) -> None:
    wanted = sorted_ids(order)
    for size in (1, 2, 3):
        first = library.entries(size=size, order=order)
        assert first.previous is None and first.total == len(FACTS)
        assert walked(library, first, size=size, order=order) == wanted
        last = library.entries(size=size, order=order, cursor=LAST_PAGE)
        assert ids(last) == wanted[-size:] and last.next is None


@pytest.mark.parametrize("order", EntryOrder)
def test_any_number_may_be_passed_over(library: Store, order: EntryOrder) -> None:
    wanted = sorted_ids(order)
    for offset in range(len(FACTS) + 3):
        page = library.entries(offset=offset, size=2, order=order)
        assert ids(page) == wanted[offset : offset + 2], offset
        assert page.total == len(FACTS)
        assert (page.next is None) == (offset + 2 >= len(FACTS))
        assert (page.previous is None) == (offset == 0)
        if page.next:
            assert ids(library.entries(size=1, order=order, cursor=page.next)) == [wanted[offset + 2]]
        if page.previous:
            assert ids(library.entries(size=1, order=order, cursor=page.previous)) == [wanted[:offset][-1]]


def test_filters_hold_on_every_page(library: Store) -> None:
    more = {"states": [DocumentState.INDEXED], "groups": [], "contains": "docs/", "order": EntryOrder.SOURCE}
    first = library.entries(size=1, **more)
    assert walked(library, first, size=1, **more) == ["d2", "d4", "d8"]
    assert ids(tuple(every(library, [DocumentState.FAILED]))) == ["d0", "d3", "d6"]


def test_a_place_stays_when_documents_come_and_go(store: Store) -> None:
    first = store.entries(size=3, order=EntryOrder.SOURCE)
    store.forget(["d0", "d2"])
    store.put_entries([document("d1x").entry])
    second = store.entries(size=3, order=EntryOrder.SOURCE, cursor=first.next)
    assert ids(second) == ["d3", "d4", "d5"]
    assert second.previous is not None
    assert ids(store.entries(size=3, order=EntryOrder.SOURCE, cursor=second.previous)) == ["d1", "d1x"]


def test_where_nothing_is_left_a_way_back_is(store: Store) -> None:
    page = store.entries(size=2, order=EntryOrder.SOURCE, offset=6)
    assert ids(page) == ["d6", "d7"] and page.next is not None
    store.forget(["d8"])
    gone = store.entries(size=2, order=EntryOrder.SOURCE, cursor=page.next)
    assert gone == EntryPage((), 8, None, LAST_PAGE)
    assert store.entries(cursor=Cursor(None, backwards=True), size=1, order=EntryOrder.SOURCE).entries[0].id == "d7"
    store.forget([f"d{n}" for n in range(9)])
    assert store.entries(cursor=LAST_PAGE) == EntryPage((), 0) == store.entries()
