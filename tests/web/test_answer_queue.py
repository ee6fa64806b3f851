"""Answers under load: some at once, some in line, the rest told when to come back; searches never wait for them."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from searchapp.errors import OverloadedError, TooManyRequestsError
from searchapp.model import AnswerEvent, Token
from searchapp.web import answers
from searchapp.web.answers import AnswerQueue
from tests.waiting import eventually
from tests.web.browsing import NewPage
from tests.web.samples import fill
from tests.web.stand_in import StandIn

LIMIT = 60


def stay() -> bool:
    return False


class Talk:
    """Answers that begin when told to, and end when told to."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.ends = threading.Event()

    def start(self, name: str) -> Callable[[], Iterator[AnswerEvent]]:
        def events() -> Iterator[AnswerEvent]:
            self.begun.append(name)
            yield Token("a")
            assert self.ends.wait(LIMIT)
            yield Token("b")

        return events


def test_the_line_is_first_come_first_served_and_has_an_end() -> None:
    queue, talk = AnswerQueue(1, 2), Talk()
    first = queue.held(None, talk.start("first"), stay)
    next(first)
    threads = []
    for n, name in enumerate(("second", "third"), start=1):
        held = queue.held(None, talk.start(name), stay)
        threads.append(threading.Thread(target=lambda held=held: list(held)))
        threads[-1].start()
        eventually(lambda n=n: len(queue._line) == n)
    with pytest.raises(OverloadedError, match="1 answers are being written and 2 questions wait") as caught:
        next(queue.held(None, talk.start("fourth"), stay))
    assert 1 <= caught.value.retry_after <= 300
    assert talk.begun == ["first"]
    talk.ends.set()
    list(first)
    for thread in threads:
        thread.join(LIMIT)
    assert talk.begun == ["first", "second", "third"]
    assert list(queue.held(None, talk.start("fifth"), stay))  # and all places are free again


def test_a_caller_has_a_share() -> None:
    queue, talk = AnswerQueue(4, 0), Talk()
    mine = [queue.held("ada", talk.start("mine"), stay) for _ in range(2)]
    for one in mine:
        next(one)
    with pytest.raises(TooManyRequestsError, match="2 questions of yours"):
        next(queue.held("ada", talk.start("mine"), stay))
    next(queue.held("bob", talk.start("his"), stay))
    mine[0].close()
    next(queue.held("ada", talk.start("mine"), stay))


def test_who_leaves_the_line_frees_the_place() -> None:
    queue, talk = AnswerQueue(1, 1), Talk()
    first = queue.held(None, talk.start("first"), stay)
    next(first)
    with pytest.raises(OverloadedError, match="left before"):
        next(queue.held(None, talk.start("second"), lambda: True))
    assert (talk.begun, len(queue._line), queue._held.total()) == (["first"], 0, 1)
    first.close()
    assert queue._held.total() == 0


def test_a_failure_frees_the_place() -> None:
    queue = AnswerQueue(1, 0)

    def broken() -> Iterator[AnswerEvent]:
        raise RuntimeError
        yield Token("")

    for _ in range(3):
        with pytest.raises(RuntimeError):
            next(queue.held(None, broken, stay))


# --- on a real port ------------------------------------------------------------------------------------------


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[StandIn]:
    """A library whose answers do not begin until the gate opens."""
    app = StandIn(tmp_path, answers_at_once=1, answers_waiting=1)
    fill(app)
    app.answerer.gate.clear()
    yield app
    app.answerer.gate.set()


def question(address: str) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=LIMIT)
    connection.request("POST", "/api/ask", json.dumps({"question": "gloves"}), {"Content-Type": "application/json"})
    return connection


def test_searches_go_on_while_answers_hang(busy: StandIn, served: Callable[[object], str]) -> None:
    address = served(busy)
    writing = question(address).getresponse()  # kept: without a reader the answer would end
    assert writing.readline() == b"event: sources\n"
    waiting = question(address)
    eventually(lambda: "searchapp_answers_waiting 1.0" in httpx.get(f"{address}/metrics", timeout=LIMIT).text)
    refused = httpx.post(f"{address}/api/ask", json={"question": "gloves"}, timeout=LIMIT)
    assert refused.json()["code"] == "overloaded" and int(refused.headers["Retry-After"]) >= 1
    for _ in range(40):
        assert httpx.get(f"{address}/api/search?q=gloves", timeout=LIMIT).json()["total"] == 4
    busy.answerer.gate.set()
    assert b"event: done" in writing.read()
    assert b"event: done" in waiting.getresponse().read()


def test_a_client_that_leaves_a_silent_model_frees_the_turn(busy: StandIn, served: Callable[[object], str]) -> None:
    address = served(busy)
    for _ in range(3):  # only one is written at a time: each must have ended for the next to begin
        busy.answerer.closed.clear()
        connection = question(address)
        response = connection.getresponse()
        assert response.readline() == b"event: sources\n"
        response.close()
        connection.close()
        assert busy.answerer.closed.wait(LIMIT)


def test_the_page_says_that_it_waits_and_tries_again_by_itself(
    tmp_path: Path, new_page: NewPage, served: Callable[[object], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "FIRST_GUESS_SECONDS", 4.0)
    app = StandIn(tmp_path, answers_at_once=1, answers_waiting=0)
    fill(app)
    address = served(app)
    app.answerer.gate.clear()
    other = question(address).getresponse()
    assert other.readline() == b"event: sources\n"
    page = new_page(tolerated="503")
    page.goto(f"{address}/?q=gloves&ask=1")
    expect(page.locator("#answer-status")).to_contain_text("tries again by itself in 2 seconds")
    expect(page.locator(".hit")).to_have_count(4)
    app.answerer.gate.set()
    other.read()
    expect(page.locator("#answer-coverage")).to_contain_text("4 of 7 passages used", timeout=LIMIT * 1000)
