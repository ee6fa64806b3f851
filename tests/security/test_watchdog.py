"""Requests that would compute forever."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask

from searchapp.errors import RequestTooLongError
from searchapp.model import AnswerEvent
from searchapp.telemetry.stages import Stage, stage
from searchapp.web import watchdog
from searchapp.web.app import create_app
from searchapp.web.watchdog import watching
from tests.web.samples import fill
from tests.web.stand_in import StandIn


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(watchdog, "LOOK_SECONDS", 0.02)


def forever(*_: object) -> int:
    return sum(1 for _ in itertools.count())


def stubborn(*_: object) -> int:
    """As code that catches everything, once."""
    try:
        return forever()
    except Exception:  # noqa: BLE001
        return forever()


def in_stages(*_: object) -> int:
    """As the work of a search: it comes by the deadline itself."""
    while True:
        with stage(Stage.FUSION):
            pass


@pytest.fixture
def site(tmp_path: Path) -> Flask:
    app = StandIn(tmp_path, request_seconds=0.3, llm_timeout_seconds=0.1)
    fill(app)
    return create_app(app)  # type: ignore[arg-type]


@pytest.mark.parametrize("computing", [forever, stubborn, in_stages])
def test_a_request_that_computes_forever_is_ended(site: Flask, computing: object) -> None:
    site.add_url_rule("/api/forever", "forever", lambda: str(computing()))  # type: ignore[operator]
    client = site.test_client()
    for _ in range(3):  # the thread serves on
        response = client.get("/api/forever")
        assert (response.status_code, response.json["reason"]) == (503, "request_too_long")
        assert client.get("/api/search?q=gloves").status_code == 200


@pytest.mark.parametrize("computing", [forever, stubborn, in_stages])
def test_a_tool_that_computes_forever_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, computing: object
) -> None:
    app = StandIn(tmp_path, request_seconds=0.3)
    fill(app)
    search = app.searcher.search
    monkeypatch.setattr(app.searcher, "search", lambda asked: computing() if asked.query == "x" else search(asked))  # type: ignore[operator]
    client = create_app(app).test_client()  # type: ignore[arg-type]
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}

    def call(query: str) -> dict[str, Any]:
        params = {"name": "search", "arguments": {"query": query}}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
        result: dict[str, Any] = client.post("/mcp", json=body, headers=headers).get_json()["result"]
        return result

    for _ in range(3):  # the thread serves on
        ended = call("x")
        assert ended["isError"] and "took too long" in ended["content"][0]["text"]
        assert not call("gloves").get("isError")


def test_a_real_server_serves_on_meanwhile(tmp_path: Path, served: object, monkeypatch: pytest.MonkeyPatch) -> None:
    app = StandIn(tmp_path, request_seconds=0.3)
    fill(app)
    search = app.searcher.search
    monkeypatch.setattr(app.searcher, "search", lambda asked: forever() if asked.query == "x" else search(asked))
    address = served(app)  # type: ignore[operator]
    for _ in range(5):
        response = httpx.get(f"{address}/api/search?q=x", timeout=60)
        assert (response.status_code, response.json()["reason"]) == (503, "request_too_long")
    assert httpx.get(f"{address}/api/search?q=gloves").status_code == 200


def test_an_answer_that_never_goes_on_ends_with_an_error(tmp_path: Path) -> None:
    app = StandIn(tmp_path, request_seconds=0.3, llm_timeout_seconds=0.1)
    fill(app)
    ask = app.answerer.ask

    def stuck(*arguments: object, **named: object) -> Iterator[AnswerEvent]:
        yield next(ask(*arguments, **named))  # type: ignore[arg-type]
        forever()

    app.answerer.ask = stuck  # type: ignore[method-assign, assignment]
    client = create_app(app).test_client()  # type: ignore[arg-type]
    for _ in range(app.settings.answers_at_once + 1):  # each gives its place back
        events = client.post("/api/ask", json={"question": "gloves"}).text.strip().split("\n\n")
        assert [event.partition("\n")[0] for event in events] == ["event: sources", "event: error"]
        assert json.loads(events[-1].partition("data: ")[2])["reason"] == "request_too_long"


def test_nothing_is_raised_after_the_end() -> None:
    """An interruption that comes too late is taken back: the thread may do anything else by then."""
    for _ in range(300):
        try:
            with watching(-watchdog.GRACE_SECONDS):  # which is over at once
                sum(range(20_000))
        except RequestTooLongError:
            pass
        sum(range(20_000))


LEFT_OVER = """
import sys
from searchapp.errors import RequestTooLongError
from searchapp.web import watchdog

watchdog.GRACE_SECONDS = watchdog.LOOK_SECONDS = 0.01
for seconds in (60, -1):
    try:
        with watchdog.watching(seconds):
            while seconds < 0:
                pass
    except RequestTooLongError:
        print("ended")
    sys.setprofile(lambda *event: None)
    print(sum(len(str(n)) for n in range(10)))
    sys.setprofile(None)
"""


def test_the_interpreter_is_left_as_it_was() -> None:
    """CPython 3.11 looked for an error at each step from then on, and in a profile never came further."""
    done = subprocess.run([sys.executable, "-c", LEFT_OVER], capture_output=True, text=True, timeout=100, check=True)
    assert done.stdout.split() == ["10", "ended", "10"]
