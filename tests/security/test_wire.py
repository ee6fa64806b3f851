"""The server on a real port, by hand: requests that no browser sends."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import pytest

from tests.web.browsing import Serve
from tests.web.stand_in import StandIn

WAIT = 60.0
CONNECTIONS = 40  # more than the server has threads


def opened(address: str) -> socket.socket:
    place = urlsplit(address)
    return socket.create_connection((place.hostname or "", place.port or 0), timeout=WAIT)


def answer(connection: socket.socket) -> str:
    received = b""
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionError:
        pass  # the server hung up on what it had refused
    return received.decode("latin-1")


def exchange(address: str, request: bytes) -> str:
    with opened(address) as connection:
        connection.sendall(request)
        return answer(connection)


def test_requests_that_never_end_keep_nobody_waiting(app: StandIn, served: Serve) -> None:
    address = served(app)
    begun = [
        b"POST /api/documents HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n{",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    ]
    slow = [opened(address) for _ in range(CONNECTIONS)]
    try:
        for number, connection in enumerate(slow):
            connection.sendall(begun[number % len(begun)])
        told = exchange(address, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert told.startswith("HTTP/1.1 200"), told
    finally:
        for connection in slow:
            connection.close()


def test_a_body_without_end_is_cut_off_at_the_limit(app: StandIn, served: Serve) -> None:
    with opened(served(app)) as connection:
        connection.sendall(b"POST /api/documents HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        sent, piece = 0, b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        try:
            while sent < 64 * 2**20:  # the limit of this server is 1 MiB
                connection.sendall(piece)
                sent += 0x10000
        except (ConnectionError, TimeoutError):
            pass
        assert sent < 64 * 2**20
        assert answer(connection)[:12] in ("", "HTTP/1.1 413")
    assert app.store.known == {}


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 400_000 + b"\r\n\r\n", ("431", "400")),
        (b"GET /" + b"x" * 400_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", ("431", "400", "414")),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", ("403",)),
        (
            b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Host: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
            ("400", "403"),
        ),
        (
            b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 50\r\n\r\nhello",
            ("400",),
        ),
        (b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", ("400",)),
        (
            b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            ("400",),
        ),
        (
            b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n",
            ("400",),
        ),
        (
            b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\nhello",
            ("400",),
        ),
        (b"POST /api/ask HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ("400",)),
        (b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length : 5\r\n\r\nhello", ("400",)),
        (b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\nhello", ("400",)),
        (
            b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            ("400", "501"),
        ),
        (b"POST /api/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000000\r\n\r\n", ("413",)),
        (b"TRACE / HTTP/1.1\r\nHost: localhost\r\nCookie: a=b\r\nConnection: close\r\n\r\n", ("405", "400")),
    ],
)
def test_what_no_browser_sends_is_refused(
    app: StandIn, served: Serve, request_: bytes, statuses: tuple[str, ...]
) -> None:
    told = exchange(served(app), request_)
    assert told[9:12] in statuses, told[:300]
    assert "Traceback" not in told


@pytest.mark.parametrize(
    "path",
    ["/login?next=/%0d%0aSet-Cookie:%20owned=1", "/%0d%0aSet-Cookie:%20owned=1", "/?q=%0d%0aSet-Cookie:%20owned=1"],
)
def test_no_header_is_injected_through_an_address(app: StandIn, served: Serve, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
    headers = exchange(served(app), request.encode()).partition("\r\n\r\n")[0]
    assert "owned" not in headers
