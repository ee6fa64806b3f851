"""What is scheduled is kept in the registry, bounded, seen by every process, and removed with its history."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.errors import ConflictError, NotFoundError, StorageError, UsageError
from searchapp.schedules import Book, Every, Run, RunOutcome, Schedule, ScheduleKind, Wanted, book
from searchapp.settings import load_settings
from searchapp.stores import Memo, Store
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.memory import MemoryStore
from tests.schedules.clocks import BEGAN, DAY, HOUR, FakeClock
from tests.stores.contract import MODEL, document
from tests.stores.twins import KINDS, twin_stores


def folder(target: str = "/srv/docs", every: Every = Every.DAY, **more: object) -> Wanted:
    return Wanted(ScheduleKind.FOLDER, target, every, **more)  # type: ignore[arg-type]


def run(outcome: RunOutcome = RunOutcome.DONE, number: int = 0) -> Run:
    return Run(BEGAN, BEGAN, outcome, f"run {number}", {"indexed": 3, "ndcg@10": 0.5})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=KINDS)
def twins(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    with twin_stores(request, tmp_path) as stores:
        if request.param == "elasticsearch":  # which keeps nothing where there is no index
            stores[0].prepare(MODEL)
        yield stores


def test_every_process_sees_what_one_keeps(twins: tuple[Store, Store], clock: FakeClock) -> None:
    mine, other = (Book(store, clock) for store in twins)
    assert mine.all() == () and other.all() == ()
    one = mine.add(folder("/srv/文档", groups=("law",)), "ada 张")
    assert other.all() == (one,) and other.get(one.id) == one
    assert (one.groups, one.by, one.paused, one.last, one.next) == (("law",), "ada 张", False, None, BEGAN)
    assert other.change(one.id, paused=True).next is None and mine.get(one.id).paused
    other.remember(one.id, run())
    assert mine.runs(one.id) == (run(),)
    other.remove(one.id)
    for act in (mine.remove, mine.get, mine.call, mine.runs):
        with pytest.raises(NotFoundError):
            act(one.id)
    assert mine.all() == ()


def test_schedules_are_no_documents(twins: tuple[Store, Store], clock: FakeClock) -> None:
    store, _ = twins
    store.prepare(MODEL)
    assert store.write([document("a", "text")]) == {}
    kept = Book(store, clock)
    kept.remember(kept.add(folder(), "ada").id, run())
    store.refresh()
    assert [entry.id for entry in store.entries().entries] == ["a"]
    assert sum(store.state_counts().values()) == 1
    assert [entry.id for entry in store.sources("")] == ["a"]


def test_of_operators_who_act_at_once_every_word_counts(twins: tuple[Store, Store], clock: FakeClock) -> None:
    books = [Book(store, clock) for store in twins]
    made: list[Schedule] = []
    refused: list[ConflictError] = []

    def add(number: int) -> None:
        for place in range(6):
            try:
                made.append(books[number].add(folder(f"/srv/{place}"), f"operator {number}"))
            except ConflictError as conflict:
                refused.append(conflict)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one.target for one in books[0].all()) == [f"/srv/{place}" for place in range(6)]
    assert len(made) == 6 and len(refused) == 6 and {one.id for one in made} == {one.id for one in books[1].all()}


def test_a_place_is_scheduled_once_a_kind_and_schedules_are_bounded(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Book(MemoryStore(), clock)
    kept.add(folder(), "ada")
    kept.add(Wanted(ScheduleKind.JUDGED, "/srv/docs", Every.WEEK), "ada")
    with pytest.raises(ConflictError, match="folder /srv/docs is scheduled already"):
        kept.add(folder(every=Every.HOUR), "bob")
    monkeypatch.setattr(book, "MOST", 2)
    with pytest.raises(UsageError):
        kept.add(folder("/srv/more"), "bob")
    assert len(kept.all()) == 2


def test_runs_are_remembered_up_to_a_bound(clock: FakeClock) -> None:
    kept = Book(MemoryStore(), clock)
    one = kept.add(folder(), "ada")
    for number in range(book.REMEMBERED + 5):
        kept.remember(one.id, run(number=number))
    runs = kept.runs(one.id)
    assert len(runs) == book.REMEMBERED and runs[0] == run(number=book.REMEMBERED + 4)
    kept.remove(one.id)
    kept.remember(one.id, run())  # it ran while it was removed
    other = kept.add(folder(), "ada")
    assert kept.runs(other.id) == () and one.id not in kept._registry.memo(Memo.SCHEDULE_RUNS)


def test_more_often_is_sooner_and_seldom_is_no_later(clock: FakeClock) -> None:
    kept = Book(MemoryStore(), clock)
    one = kept.add(folder(every=Every.WEEK), "ada", at_once=False)
    assert one.next == BEGAN + 7 * DAY
    assert kept.change(one.id, every=Every.HOUR).next == BEGAN + HOUR
    assert kept.change(one.id, every=Every.WEEK).next == BEGAN + HOUR


def test_what_a_later_version_keeps_is_said_not_to_be_understood(clock: FakeClock) -> None:
    store = MemoryStore()
    store.change_memo(Memo.SCHEDULES, lambda text: '{"schedules": [{"kind": "party"}], "lease": null}')
    with pytest.raises(StorageError, match="another version"):
        Book(store, clock).all()


def test_elasticsearch_without_an_index_keeps_no_schedule(elasticsearch_url: str) -> None:
    settings = load_settings(elasticsearch_url=elasticsearch_url, index_prefix=f"test-{uuid.uuid4().hex[:8]}")
    store = ElasticsearchStore(settings)
    assert Book(store).all() == ()
    with pytest.raises(UsageError, match="There is no index yet"):
        Book(store).add(folder(), "ada")
    assert not store.client.indices.exists(index=store.names.documents)  # none was made by the way
