"""Bodies that are sent without the right to: nothing of them is read, nor kept, and the sender is told why."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from searchapp.access import Scope
from searchapp.settings import Settings
from searchapp.web.spool import KEPT_IN_MEMORY, UPLOADS_OF_ONE
from tests.security.server_process import Running, running
from tests.security.test_wire import answer, exchange
from tests.web.browsing import Serve
from tests.web.stand_in import StandIn

MIB = 2**20
START = b'--xx\r\nContent-Disposition: form-data; name="file"; filename="one.md"\r\n\r\n'
END = b"\r\n--xx--\r\n"
MULTIPART = "multipart/form-data; boundary=xx"


def head(path: str, length: int | None, *more: str, kind: str = MULTIPART, method: str = "POST") -> bytes:
    """The headers of a request; without a length its body comes in chunks."""
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Type: {kind}", size, *more]
    return "\r\n".join([*lines, "", ""]).encode()


def opened(address: str) -> socket.socket:
    place = urlsplit(address)
    return socket.create_connection((place.hostname or "", place.port or 0), timeout=60)


def problem(told: str) -> tuple[int, str]:
    """The status and the reason of a response."""
    return int(told[9:12]), str(json.loads(told.partition("\r\n\r\n")[2])["reason"])


def flood(address: str, request: bytes, mib: int) -> int:
    """How many MiB of a body could be sent before the server hung up."""
    sent = 0
    with opened(address) as connection:
        try:
            connection.sendall(request)
            while sent < mib * MIB:
                connection.sendall(b"x" * 65536)
                sent += 65536
        except OSError:
            pass
    return sent // MIB


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A real server of its own process, which takes 256 MiB a file."""
    with running(tmp_path_factory.mktemp("bodies")) as server:
        yield server


@pytest.mark.skipif(sys.platform != "linux", reason="the files that a process holds are looked at in /proc")
def test_no_body_is_kept_of_who_may_not_send_it(server: Running) -> None:
    """Six requests without a login left 900 MiB in /tmp."""
    reader = server.key("reader", Scope.READ)["Authorization"]
    requests = [
        head("/api/documents", 200 * MIB),
        head("/api/documents", 200 * MIB, "Authorization: Bearer wrong"),
        head("/api/documents", 200 * MIB, "Cookie: searchapp=wrong"),
        head("/api/documents", 200 * MIB, f"Authorization: {reader}"),
        head("/api/ask", 200 * MIB, kind="application/json"),
        head("/login", 200 * MIB, kind="application/x-www-form-urlencoded"),
        head("/nowhere", 200 * MIB),
        head("/", 200 * MIB, method="GET"),
        head("/healthz", 200 * MIB, method="PUT"),
    ]
    server.forget_peak()
    before = server.peak_mib()
    seen: list[float] = []
    sending = [threading.Thread(target=flood, args=(server.address, request, 30)) for request in requests]
    for thread in sending:
        thread.start()
    while any(thread.is_alive() for thread in sending):
        seen.append(server.spooled_mib())
        threading.Event().wait(0.05)
    assert max(seen) < 1
    assert server.peak_mib() - before < 50


@pytest.mark.parametrize(
    ("request_", "status", "reason"),
    [
        (head("/api/documents", 200 * MIB), 401, "login_required"),
        (head("/api/documents", None), 401, "login_required"),
        (head("/api/documents", 200 * MIB, "Expect: 100-continue"), 401, "login_required"),
        (head("/api/documents", 200 * MIB, "Authorization: Bearer wrong"), 401, "key_invalid"),
        (head("/api/documents", 200 * MIB, "Sec-Fetch-Site: cross-site"), 403, "site_foreign"),
        (head("/api/ask", 900_000), 401, "login_required"),
        (head("/login", 2 * MIB, kind="application/x-www-form-urlencoded"), 413, "body_too_large"),
        (head("/logout", 2 * MIB, kind="application/x-www-form-urlencoded"), 413, "body_too_large"),
    ],
)
def test_it_is_told_before_a_byte_of_the_body_has_come(
    server: Running, request_: bytes, status: int, reason: str
) -> None:
    assert problem(exchange(server.address, request_)) == (status, reason)


def test_the_reason_arrives_although_the_client_goes_on_sending(server: Running) -> None:
    with opened(server.address) as connection:
        connection.sendall(head("/api/documents", 4 * MIB) + b"x" * (4 * MIB))
        assert problem(answer(connection)) == (401, "login_required")


def test_a_known_caller_is_told_the_limit(server: Running) -> None:
    key = f"Authorization: {server.key()['Authorization']}"
    for request, reason in [
        (head("/api/documents", 300 * MIB, key), "upload_too_large"),
        (head("/api/documents", 2 * MIB, key, kind="application/json"), "body_too_large"),
        (head("/api/ask", 2 * MIB, key, kind="application/json"), "body_too_large"),
    ]:
        assert problem(exchange(server.address, request)) == (413, reason)
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with opened(server.address) as connection:
        connection.sendall(head("/api/ask", None, key, kind="application/json") + chunk * 20)
        assert problem(answer(connection)) == (413, "body_too_large")


def test_an_upload_comes_through_in_every_form(server: Running, tmp_path: Path) -> None:
    key = server.key()
    text = ("# Gloves\n\n" + "Wear gloves. " * 100_000).encode()  # more than is kept in memory
    assert len(text) > KEPT_IN_MEMORY
    body = START + text + END

    def chunks() -> Iterator[bytes]:
        for at in range(0, len(body), 50_000):
            yield body[at : at + 50_000]

    headers = {**key, "Content-Type": MULTIPART}
    address = f"{server.address}/api/documents"
    whole = httpx.post(address, headers=headers, content=body)
    chunked = httpx.post(address, headers=headers, content=chunks())
    asked = httpx.post(address, headers={**headers, "Expect": "100-continue"}, content=body)
    assert [whole.status_code, chunked.status_code, asked.status_code] == [202] * 3
    kept = [path.read_bytes() for path in server.application.settings.data_dir.glob("uploads/*/one.md")]
    assert kept and all(one == text for one in kept)


def test_requests_on_one_connection_keep_their_order(server: Running) -> None:
    """Sent all at once, small bodies and none, on a connection that is kept: each is asked about in its turn."""
    key = f"Authorization: {server.key()['Authorization']}"
    body = b'{"query": "gloves", "document_id": "none", "grade": 1}'
    thumb = head("/api/judgements", len(body), key, kind="application/json") + body
    get = f"GET /api/search?q= HTTP/1.1\r\nHost: localhost\r\n{key}\r\n\r\n".encode()
    last = f"GET /healthz HTTP/1.1\r\nHost: localhost\r\n{key}\r\nConnection: close\r\n\r\n".encode()
    told = exchange(server.address, thumb + get + thumb + thumb + last)
    statuses = [line[9:12] for line in told.replace("HTTP/1.1 ", "\nHTTP/1.1 ").split("\n") if line[:9] == "HTTP/1.1 "]
    assert statuses == ["404", "400", "404", "404", "200"]


def begun(address: str, length: int, *more: str) -> socket.socket:
    """A connection whose upload was let in, or has been refused (the answer waits there)."""
    connection = opened(address)
    connection.sendall(head("/api/documents", length, "Expect: 100-continue", "Connection: close", *more))
    connection.recv(1, socket.MSG_PEEK)
    return connection


def ended(connection: socket.socket, body: bytes) -> str:
    """The response, once ``body`` was sent."""
    with connection:
        if connection.recv(12, socket.MSG_PEEK) == b"HTTP/1.1 100":
            connection.recv(len(b"HTTP/1.1 100 Continue\r\n\r\n"))
            connection.sendall(body)
        return answer(connection)


def test_one_caller_has_few_uploads_at_once(app: StandIn, tmp_path: Path, served: Serve) -> None:
    app.settings = Settings(data_dir=tmp_path, max_file_mb=1, auth="required")  # type: ignore[call-arg, arg-type]
    address = served(app)
    scopes = frozenset({Scope.WRITE})
    first, second = (f"Authorization: Bearer {app.access.keys.make(name, scopes)[1]}" for name in ("first", "second"))
    body = START + b"# One" + END
    under_way = [begun(address, len(body), first) for _ in range(UPLOADS_OF_ONE)]
    told = ended(begun(address, len(body), first), body)
    assert problem(told) == (429, "uploads_of_one") and "Retry-After: " in told
    assert ended(begun(address, len(body), second), body).startswith("HTTP/1.1 202")  # another caller has room
    for connection in under_way:  # those that have an end give back what they took
        assert ended(connection, body).startswith("HTTP/1.1 202")
    given_up = [begun(address, len(body), first) for _ in range(UPLOADS_OF_ONE)]
    for connection in given_up:  # and so do those that have none
        connection.close()
    while not (told := ended(begun(address, len(body), first), body)).startswith("HTTP/1.1 202"):
        assert problem(told) == (429, "uploads_of_one")


def test_uploads_have_bounded_room_together(app: StandIn, tmp_path: Path, served: Serve) -> None:
    app.settings = Settings(data_dir=tmp_path, max_file_mb=1, upload_room_mb=4)  # type: ignore[call-arg]
    address = served(app)
    with begun(address, MIB), begun(address, MIB):
        told = ended(begun(address, MIB), b"")
    assert problem(told) == (503, "uploads_too_many") and "Retry-After: " in told
