"""Connections that are opened to keep others out."""

from __future__ import annotations

import contextlib
import resource
import select
import socket
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from searchapp.web import connections
from searchapp.web.connections import COMFORTABLE, OF_ONE_PEER
from tests.security.server_process import Running, running
from tests.security.test_wire import answer
from tests.web.browsing import Serve
from tests.web.stand_in import StandIn

ADA, BOB = "127.0.0.2", "127.0.0.3"
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
BEGUN = [b"", b"G", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: "]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8")


def opened(address: str, source: str) -> socket.socket:
    place = urlsplit(address)
    return socket.create_connection((place.hostname or "", place.port or 0), 60, (source, 0))


def healthy(address: str, source: str) -> bool:
    with opened(address, source) as connection:
        connection.sendall(HEALTH)
        return answer(connection).startswith("HTTP/1.1 200")


def open_now(sockets: list[socket.socket]) -> int:
    """How many the server has not closed."""
    poll = select.poll()
    for one in sockets:
        poll.register(one, select.POLLIN | select.POLLRDHUP)
    return len(sockets) - len(poll.poll(0))


@contextlib.contextmanager
def crowd(address: str, number: int, *sources: str) -> Iterator[list[socket.socket]]:
    """Connections that say nothing, or begin to."""
    with contextlib.ExitStack() as stack:
        sockets = []
        for at in range(number):
            sockets.append(stack.enter_context(opened(address, sources[at % len(sources)])))
            with contextlib.suppress(OSError):
                sockets[-1].sendall(BEGUN[at % len(BEGUN)])
        yield sockets


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server of which each peer is a client."""
    with running(tmp_path_factory.mktemp("direct")) as server:
        yield server


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server all of whose connections come from a proxy."""
    with running(tmp_path_factory.mktemp("proxied"), trusted_proxies=1) as server:
        yield server


def test_silent_connections_of_one_machine_keep_nobody_out(server: Running) -> None:
    """520 of them blocked the server."""
    with crowd(server.address, 520, ADA) as sockets:
        assert healthy(server.address, BOB)
        assert healthy(server.address, ADA)
        assert open_now(sockets) <= OF_ONE_PEER


def test_silent_connections_of_many_machines_keep_nobody_out(server: Running) -> None:
    with crowd(server.address, 700, *(f"127.0.1.{n}" for n in range(1, 101))) as sockets:
        assert healthy(server.address, BOB)
        assert open_now(sockets) <= COMFORTABLE


def test_through_a_proxy_too(proxied: Running) -> None:
    with crowd(proxied.address, 700, ADA) as sockets:
        assert healthy(proxied.address, ADA)
        assert OF_ONE_PEER < open_now(sockets) <= COMFORTABLE


def test_a_connection_that_is_kept_outlives_anothers_crowd(server: Running) -> None:
    with opened(server.address, BOB) as kept:
        kept.sendall(HEALTH.replace(b"Connection: close\r\n", b""))
        assert kept.recv(12) == b"HTTP/1.1 200"
        with crowd(server.address, 600, ADA):
            kept.sendall(HEALTH)
            assert "HTTP/1.1 200" in answer(kept)


def test_headers_that_trickle_end(app: StandIn, served: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.5)
    monkeypatch.setattr(connections, "LOOK_SECONDS", 0)
    with opened(served(app), ADA) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        for _ in range(600):  # a minute
            if not open_now([connection]):
                return
            connection.sendall(b"x")
            select.select([connection], [], [], 0.1)
    pytest.fail("It was let go on.")


def test_descriptors_beyond_those_of_select_are_served(app: StandIn, served: Serve) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4096:
        pytest.skip("this machine gives a process too few descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4096), hard))
    address = served(app)
    held = [socket.socket() for _ in range(1100)]
    try:
        assert healthy(address, ADA)
    finally:
        for one in held:
            one.close()
