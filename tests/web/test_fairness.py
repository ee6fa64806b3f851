"""What one caller may have computed at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from searchapp.access import Scope
from searchapp.errors import TooManyRequestsError
from searchapp.model import SearchRequest, SearchResults
from searchapp.web import fairness
from searchapp.web.fairness import AT_ONCE, AT_ONCE_ALONE, CROWD, WAITING, Shares
from tests.waiting import eventually
from tests.web.samples import fill
from tests.web.stand_in import StandIn

SECONDS = 60.0


def test_costly_searches_of_one_caller_leave_room_for_others(
    tmp_path: Path, served: Callable[[object], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = StandIn(tmp_path, auth="required")
    fill(app)
    begun: list[str] = []
    gate = threading.Event()
    search_ = app.searcher.search

    def slow(asked: SearchRequest) -> SearchResults:
        begun.append(asked.query)
        assert gate.wait(SECONDS)
        return search_(asked)

    monkeypatch.setattr(app.searcher, "search", slow)
    address = served(app)
    ada, bob = (
        {"Authorization": f"Bearer {app.access.keys.make(name, frozenset({Scope.READ}))[1]}"} for name in ("ada", "bob")
    )

    def search(headers: dict[str, str], query: str) -> httpx.Response:
        return httpx.get(f"{address}/api/search", params={"q": query}, headers=headers, timeout=SECONDS)

    with ThreadPoolExecutor(AT_ONCE + WAITING + 2) as pool:
        try:
            gate.set()
            assert search(bob, "before").status_code == 200
            gate.clear()
            some = [pool.submit(search, ada, "gloves") for _ in range(AT_ONCE + WAITING + 1)]
            eventually(lambda: any(one.done() for one in some))  # the one too many
            (refused,) = [one.result() for one in some if one.done()]
            other = pool.submit(search, bob, "press")
            eventually(lambda: "press" in begun)
            assert 0 < begun.count("gloves") <= AT_ONCE
        finally:
            gate.set()
        assert (refused.status_code, refused.json()["reason"]) == (429, "requests_at_once")
        assert int(refused.headers["Retry-After"]) > 0
        assert other.result().status_code == 200
        assert sorted(one.result().status_code for one in some) == [200] * (AT_ONCE + WAITING) + [429]


@pytest.mark.parametrize(("pauses", "served_too"), [(1e9, 0), (0.0, CROWD)])
def test_who_asks_without_a_pause_is_given_one(monkeypatch: pytest.MonkeyPatch, pauses: float, served_too: int) -> None:
    monkeypatch.setattr(fairness, "PAUSES", pauses)
    monkeypatch.setattr(fairness, "WAIT_SECONDS", 2.0)
    shares = Shares()
    shares.leave("bob", shares.enter("bob"))  # alone nobody is paused for
    first = shares.enter("ada")

    def another() -> bool:
        try:
            shares.leave("ada", shares.enter("ada"))
        except TooManyRequestsError:
            return False
        return True

    with ThreadPoolExecutor(AT_ONCE + WAITING) as pool:
        shares.enter("ada")  # as many as run at once, so that the others wait
        others = [pool.submit(another) for _ in range(CROWD)]
        eventually(lambda: shares._there["ada"] == CROWD + 2)
        shares.leave("ada", first)
        shares.leave("ada", first)
        assert sum(one.result() for one in others) == served_too
    shares.leave("bob", shares.enter("bob"))  # nobody else waits for it


def test_who_asks_alone_has_many_under_way_until_somebody_else_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fairness, "WAIT_SECONDS", 0.2)
    shares = Shares()
    under_way = [shares.enter("ada") for _ in range(AT_ONCE_ALONE)]
    with pytest.raises(TooManyRequestsError):
        shares.enter("ada")
    shares.leave("bob", shares.enter("bob"))
    for one in under_way[: AT_ONCE_ALONE - CROWD]:
        shares.leave("ada", one)
    with pytest.raises(TooManyRequestsError):
        shares.enter("ada")  # one by one now, and not at once


def test_a_page_is_given_none() -> None:
    shares = Shares()
    for _ in range(1000):
        for one in [shares.enter("ada") for _ in range(AT_ONCE)]:
            shares.leave("ada", one)
