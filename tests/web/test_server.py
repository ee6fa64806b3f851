"""The server on a real port."""

import http.client
import json
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from searchapp.errors import UsageError
from searchapp.web.server import open_server
from tests.web.stand_in import StandIn


def ask(address: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    body = json.dumps({"question": "gloves"})
    connection.request("POST", "/api/ask", body, {"Content-Type": "application/json"})
    return connection.getresponse()


def test_words_leave_as_they_come(library: StandIn, served: Callable[[object], str]) -> None:
    library.answerer.gate.clear()  # not a word is said before the sources have arrived
    response = ask(served(library))
    assert response.readline() == b"event: sources\n"
    library.answerer.gate.set()
    assert b"event: done" in response.read()


def test_the_work_ends_when_the_client_goes(library: StandIn, served: Callable[[object], str]) -> None:
    library.answerer.pause = 0.05
    library.answerer.sentences *= 40
    response = ask(served(library))
    response.readline()
    response.close()
    assert library.answerer.closed.wait(5)  # saying it all would take a minute and more


def test_a_port_that_is_taken_is_told_with_the_way_out(app: StandIn) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError) as caught:
            open_server(app, "127.0.0.1", port)  # type: ignore[arg-type]
    assert str(port) in caught.value.message
    assert "--port" in caught.value.remedy


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host"])
def test_an_address_of_another_machine_is_told(tmp_path: Path, host: str) -> None:
    app = StandIn(tmp_path, auth="required")
    with pytest.raises(UsageError, match="not an address of this machine"):
        open_server(app, host, 0)  # type: ignore[arg-type]
