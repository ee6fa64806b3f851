"""The door of ``/mcp``: who is let in, and what becomes of requests that are none."""

from __future__ import annotations

import json
import socket
import sys
import threading
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError

from searchapp import limits
from searchapp.access import Scope
from searchapp.errors import TooManyRequestsError
from searchapp.web.fairness import Shares
from tests.mcp.client import asked_at, called
from tests.mcp.conftest import Served
from tests.waiting import eventually

ACCEPTED = {"Accept": "application/json, text/event-stream"}
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


def post(served: Served, key: str | None = None, content: object = None, **headers: str) -> httpx.Response:
    """What a client of 2025 gets for ``content``, which is sent as JSON unless it is text."""
    brought = {"Content-Type": "application/json", "MCP-Protocol-Version": "2025-06-18", **ACCEPTED}
    brought |= {"Authorization": f"Bearer {key}"} if key else {}
    brought |= {name.replace("_", "-"): value for name, value in headers.items()}
    body = content if isinstance(content, str | bytes) else json.dumps(LIST if content is None else content)
    return httpx.post(f"{served.address}/mcp", content=body, headers=brought, timeout=60)


def reason(response: httpx.Response) -> str:
    """Why it was refused: problem details travel inside an error of JSON-RPC."""
    problem = response.json()["error"]["data"]
    assert problem["status"] == response.status_code
    return str(problem["reason"])


def test_without_a_key_nothing_is_told(served: Served) -> None:
    for response in (post(served), post(served, "sak_wrong")):
        assert response.status_code == 401 and response.headers["WWW-Authenticate"] == "Bearer"
        assert "tools" not in response.text
    assert post(served, served.key(Scope.OPERATE)).status_code == 403
    assert post(served, served.key()).status_code == 200


def test_a_key_that_is_revoked_is_refused_at_the_next_call(served: Served) -> None:
    made, key = served.application.access.keys.make("leaving", frozenset({Scope.READ}), None)

    async def session(client: Client) -> None:
        assert (await called(client, "search", query="gloves"))["hits"]
        served.application.access.keys.revoke(made.id)
        for call in (lambda: client.call_tool("search", {"query": "gloves"}), lambda: client.list_resources()):
            with pytest.raises(MCPError, match="wrong, revoked or expired"):
                await call()

    asked_at(served.address, key, session)
    assert post(served, key).status_code == 401


def test_who_asks_too_much_is_told_to_wait(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> float:
        raise TooManyRequestsError("requests_at_once", retry_after=1, requests=22)

    monkeypatch.setattr(Shares, "enter", refuse)

    response = post(served, served.key())
    assert response.status_code == 429 and response.headers["Retry-After"] == "1"
    assert response.json()["error"]["data"]["code"] == "too_many_requests"


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_there_is_no_stream_to_listen_to_and_no_session_to_end(served: Served, method: str) -> None:
    response = httpx.request(
        method, f"{served.address}/mcp", headers={"Authorization": f"Bearer {served.key()}", **ACCEPTED}, timeout=30
    )
    assert response.status_code == 405 and "POST" in response.headers["Allow"]


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}],
    ids=lambda headers: " ".join(headers.values()),
)
def test_no_other_site_calls_through_a_browser(served: Served, headers: dict[str, str]) -> None:
    response = post(served, served.key(), **headers)
    assert response.status_code == 403 and reason(response) == "site_foreign"
    assert post(served, served.key(), Origin=served.address).status_code == 200


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        ("{", 400, -32700),
        ("", 400, -32700),
        ("[" * 100_000, 400, -32700),
        ("[]", 400, -32602),
        ([LIST, LIST], 400, -32602),
        ({"jsonrpc": "1.0", "id": 1, "method": "tools/list"}, 400, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "no/such"}, 200, -32601),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "nothing"}}, 200, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": ["ask"]}}, 200, -32602),
        ({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": ["ask"]}, 400, -32602),
    ],
    ids=str,
)
def test_what_is_no_request_is_answered_with_an_error_of_json_rpc(
    served: Served, content: object, status: int, code: int
) -> None:
    response = post(served, served.key(), content)
    assert (response.status_code, response.json()["error"]["code"]) == (status, code), response.text
    assert "Traceback" not in response.text and len(response.text) < 5000


def test_headers_of_another_protocol_are_refused(served: Served) -> None:
    key = served.key()
    assert post(served, key, MCP_Protocol_Version="1999-01-01").status_code == 400
    assert post(served, key, Accept="text/html").status_code == 406
    assert post(served, key, Content_Type="text/plain").status_code == 400
    assert post(served, key, {"jsonrpc": "2.0", "method": "notifications/initialized"}).status_code == 202


def test_a_body_may_be_as_large_as_of_any_request_and_no_larger(served: Served) -> None:
    call = {"name": "search", "arguments": {"query": "g" * limits.BODY_BYTES}}
    response = post(served, served.key(), {**LIST, "method": "tools/call", "params": call})
    assert response.status_code == 413 and reason(response) == "body_too_large"
    largest = {"name": "x.md", "text": "\x01" * limits.ADDED_CHARACTERS}  # each of them is six characters of JSON
    told = post(served, served.key(), {**LIST, "method": "tools/call", "params": {"name": "add", "arguments": largest}})
    assert told.status_code == 200 and told.json()["result"]["isError"]


def test_what_a_tool_does_not_take_is_named(served: Served) -> None:
    def told(**arguments: Any) -> str:
        params = {"name": "search", "arguments": arguments}
        result = post(served, served.key(), {**LIST, "method": "tools/call", "params": params}).json()["result"]
        assert result["isError"]
        return str(result["content"][0]["text"])

    assert "takes no argument 'filters'" in told(query="gloves", filters=["type=pdf"])
    assert "size: Input should be less than or equal to 100" in told(query="gloves", size=101)
    assert "query" in told()
    assert "'colour=red' is not a filter" in told(query="gloves", filter=["colour=red"])


def test_a_tool_that_fails_tells_nothing_of_its_insides(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("/srv/secret.key")

    monkeypatch.setattr(served.application.searcher, "search", fail)
    params = {"name": "search", "arguments": {"query": "gloves"}}
    response = post(served, served.key(), {**LIST, "method": "tools/call", "params": params})
    assert response.json()["result"]["isError"] and "Something went wrong" in response.text
    assert "secret" not in response.text and "RuntimeError" not in response.text


def test_without_the_package_the_answer_says_what_to_install(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "searchapp.mcp.http", None)
    response = post(served, served.key())
    assert response.status_code == 404
    assert reason(response) == "mcp_missing"
    assert "pip install 'searchapp[mcp]'" in response.json()["error"]["message"]


def test_the_log_of_requests_names_the_tool(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="searchapp.web.request_log"):
        call = {"name": "search", "arguments": {"query": "a secret plan"}}
        assert post(served, served.key(), {**LIST, "method": "tools/call", "params": call}).status_code == 200
    (line,) = [record for record in caplog.records if record.name == "searchapp.web.request_log"]
    assert (line.__dict__["route"], line.__dict__["tool"]) == ("mcp.serve", "search")
    assert "secret" not in str(line.__dict__)


def test_the_work_ends_when_the_client_leaves(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, ended = threading.Event(), threading.Event()

    def answer(*_: object, given_up: Any, **__: object) -> Any:
        asked.set()
        eventually(given_up)
        ended.set()
        yield from ()

    monkeypatch.setattr(served.application.answerer, "ask", answer)
    params = {"name": "ask", "arguments": {"question": "Which gloves?"}}
    body = json.dumps({**LIST, "method": "tools/call", "params": params}).encode()
    place = urlsplit(served.address)
    with socket.create_connection((place.hostname, place.port)) as client:
        head = (
            f"POST /mcp HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {served.key()}\r\n"
            "Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n"
            f"MCP-Protocol-Version: 2025-06-18\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        client.sendall(head.encode() + body)
        assert asked.wait(60)
    assert ended.wait(60)
