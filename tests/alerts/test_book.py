"""What waits to be sent is kept in the registry: one process tells, one sends, and a killed one's turn is another's."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from searchapp.alerts import AlertBook, Answer, Kept
from searchapp.alerts import book as module
from searchapp.alerts.alert import Delivery
from searchapp.alerts.book import LONGEST_PAUSE_SECONDS, MOST_ATTEMPTS, OneProcess, pause
from searchapp.alerts.webhook import Outcome
from searchapp.errors import StorageError
from searchapp.messages import Message
from searchapp.schedules.lease import Lease
from searchapp.settings import Settings
from searchapp.stores import Memo
from searchapp.wiring import Application
from tests.alerts.samples import NOW, condition, saw

LOW = condition()
AWAY = Answer(Outcome.AGAIN, 500, Message("webhook_answered", host="example.org", status=500))
TAKEN = Answer(Outcome.DELIVERED, 200, Message("webhook_answered", host="example.org", status=200))
REFUSED = Answer(Outcome.GIVEN_UP, 404, Message("webhook_answered", host="example.org", status=404))
MINUTE = dt.timedelta(minutes=1)


def lives(lease: Lease) -> bool:
    return False


def has_ended(lease: Lease) -> bool:
    return True


@pytest.fixture
def application(tmp_path: Path) -> Application:
    return Application(Settings(data_dir=tmp_path / "data", embedding_model="hashed:64"))


@pytest.fixture
def book(application: Application) -> AlertBook:
    return application.alerts


def note(book: AlertBook, *targets: str) -> None:
    book.note(saw(LOW), saw(LOW), NOW, targets or ("a",))


def taken(
    book: AlertBook, owner: str = "one", at: dt.datetime = NOW, ended: Callable[[Lease], bool] = lives
) -> Delivery | None:
    return book.take(owner, ended, ("a", "b"), at)


def test_of_many_threads_that_see_the_same_one_tells_it(application: Application) -> None:
    ready = threading.Barrier(6)

    def see() -> None:
        book = AlertBook(application.store)
        ready.wait(60)
        note(book)

    threads = [threading.Thread(target=see) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(application.alerts.read().deliveries) == 1


def test_nothing_is_written_where_nothing_is_to_be_told(book: AlertBook, tmp_path: Path) -> None:
    book.note(saw(), saw(), NOW, ("a",))
    book.forget(("a",), NOW)
    assert taken(book) is None and not list(tmp_path.rglob("alerts.json"))


def test_one_sends_and_the_others_wait(book: AlertBook) -> None:
    note(book, "a", "b")
    first = taken(book)
    assert first is not None and first.target == "a" and taken(book, "other") is None
    assert book.settle("one", first, TAKEN, NOW) is Outcome.DELIVERED
    second = taken(book, "other")
    assert second is not None and second.target == "b"
    assert taken(book, "third", ended=has_ended) == second  # the other was killed
    book.settle("third", second, TAKEN, NOW)
    assert book.settle("other", second, TAKEN, NOW) is Outcome.DELIVERED  # and was not: nothing is sent a third time
    assert book.read().deliveries == () and book.read().sending is None


def test_each_webhook_gets_its_notices_in_order_and_none_waits_for_another(book: AlertBook) -> None:
    note(book, "a", "b")
    book.note(saw(), saw(), NOW, ("a", "b"))
    first = taken(book)
    assert first is not None
    book.settle("one", first, AWAY, NOW)
    events = []
    while one := taken(book):
        events.append((one.target, one.notice.phase.value))
        book.settle("one", one, TAKEN, NOW)
    assert events == [("b", "begun"), ("b", "ended")]
    later = NOW + 5 * MINUTE
    while one := taken(book, at=later):
        events.append((one.target, one.notice.phase.value))
        book.settle("one", one, TAKEN, later)
    assert events[2:] == [("a", "begun"), ("a", "ended")] and book.read().troubles == ()


def test_what_never_works_is_given_up_after_a_bound_and_remembered(book: AlertBook) -> None:
    note(book)
    at, outcomes = NOW, []
    for _ in range(MOST_ATTEMPTS):
        one = taken(book, at=at)
        assert one is not None
        outcomes.append(book.settle("one", one, AWAY, at))
        at += dt.timedelta(seconds=LONGEST_PAUSE_SECONDS)
    assert outcomes == [Outcome.AGAIN] * (MOST_ATTEMPTS - 1) + [Outcome.GIVEN_UP]
    (trouble,) = book.read().troubles
    assert (trouble.since, trouble.lost) == (NOW, 1) and taken(book, at=at) is None
    book.note(saw(), saw(), at, ("a",))
    one = taken(book, at=at)
    assert one is not None
    book.settle("one", one, TAKEN, at)
    assert book.read() == Kept()


def test_what_is_refused_is_given_up_at_once(book: AlertBook) -> None:
    note(book)
    one = taken(book)
    assert one is not None and book.settle("one", one, REFUSED, NOW) is Outcome.GIVEN_UP
    assert book.read().deliveries == () and book.read().troubles[0].lost == 1


def test_pauses_grow_and_have_a_bound() -> None:
    own = [pause(attempts, None).total_seconds() for attempts in range(30)]
    assert all(0.75 * 5 * 2**number <= seconds <= 1.25 * 5 * 2**number for number, seconds in enumerate(own[:8]))
    assert max(own) == own[-1] == LONGEST_PAUSE_SECONDS
    assert pause(0, 90.0).total_seconds() == 90 and pause(0, 0.0).total_seconds() >= 5
    assert pause(0, 1e12).total_seconds() == LONGEST_PAUSE_SECONDS


def test_a_clock_that_goes_back_holds_nothing_up_and_one_that_goes_ahead_loses_nothing(book: AlertBook) -> None:
    note(book)
    one = taken(book)
    assert one is not None
    book.settle("one", one, AWAY, NOW)
    year = dt.timedelta(days=365)
    back = taken(book, at=NOW - year)
    assert back is not None
    book.settle("one", back, AWAY, NOW - year)
    book.forget(("a",), NOW + year)
    assert taken(book, at=NOW + year) is not None


def test_what_waits_for_an_address_that_is_gone_is_dropped_after_a_day(book: AlertBook) -> None:
    note(book, "gone")
    assert taken(book) is None
    book.forget(("a",), NOW + 60 * MINUTE)
    assert len(book.read().deliveries) == 1
    book.forget(("a",), NOW + module.KEPT_FOR)
    assert book.read().deliveries == ()


def test_another_process_finds_what_was_not_sent(application: Application) -> None:
    note(application.alerts)
    fresh = Application(application.settings)
    assert taken(fresh.alerts) is not None


def test_what_another_version_wrote_is_left_and_told(application: Application) -> None:
    text = '{"alerts": [{"of": "tomorrow"}]}'
    application.store.change_memo(Memo.ALERTS, lambda _: text)
    with pytest.raises(StorageError, match="another version"):
        note(application.alerts)
    assert application.store.memo(Memo.ALERTS) == text


def test_a_process_of_its_own_keeps_the_same() -> None:
    book = AlertBook(OneProcess())
    note(book)
    assert taken(book) is not None
