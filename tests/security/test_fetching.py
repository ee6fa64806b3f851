"""Web servers that mean harm: they keep a fetch waiting for ever, or send a little that unpacks to a lot."""

from __future__ import annotations

import contextlib
import gzip
import ipaddress
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator

import pytest

from searchapp.errors import SourceError
from searchapp.model import DocumentState, document_id
from searchapp.settings import Settings
from searchapp.sources import addresses, web
from searchapp.sources.site import Crawler
from searchapp.sources.web import fetch
from searchapp.web.jobs import Jobs
from searchapp.wiring import Application
from tests.waiting import eventually

LIMIT = 1 << 20
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
GENEROUS = 30.0
"""Seconds within which what ends after two has ended, on a machine however busy."""

Answer = Callable[[socket.socket], None]


class Hostile:
    """Answers every connection as ``answer`` does, in a thread of its own."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/page"
        self.asked = 0
        self.gone = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self.asked += 1
                threading.Thread(target=self._one, args=[connection], daemon=True).start()

    def _one(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            self._answer(connection)
        self.gone.set()

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def hostile() -> Iterator[Callable[[Answer], Hostile]]:
    opened: list[Hostile] = []

    def begin(answer: Answer) -> Hostile:
        opened.append(Hostile(answer))
        return opened[-1]

    yield begin
    for one in opened:
        one.close()


def trickle(connection: socket.socket, text: bytes) -> None:
    for byte in text:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def slow_headers(connection: socket.socket) -> None:
    connection.recv(4096)
    trickle(connection, b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 10_000)


def slow_body(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    trickle(connection, b"<p>" + b"x" * 10_000)


def slow_chunks(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    trickle(connection, b"1\r\nx\r\n" * 10_000)


def slow_redirects(connection: socket.socket) -> None:
    connection.recv(4096)
    time.sleep(1)
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /page?%d\r\nContent-Length: 0\r\n\r\n" % time.monotonic_ns())


def interim_answers(connection: socket.socket) -> None:
    connection.recv(4096)
    while True:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
        time.sleep(0.1)


def silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


@pytest.mark.parametrize("answer", [slow_headers, slow_body, slow_chunks, slow_redirects, interim_answers, silent])
def test_no_server_keeps_a_fetch_beyond_its_deadline(
    hostile: Callable[[Answer], Hostile], monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    monkeypatch.setattr(web, "TOTAL_SECONDS", 2.0)
    server, began = hostile(answer), time.monotonic()
    with pytest.raises(SourceError) as caught:
        fetch(server.url, max_bytes=LIMIT, allowed=LOOPBACK)
    assert caught.value.reason == "page_too_slow" and time.monotonic() - began < GENEROUS


def test_no_handshake_keeps_a_fetch_beyond_its_deadline(
    hostile: Callable[[Answer], Hostile], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web, "TOTAL_SECONDS", 2.0)
    began = time.monotonic()
    with pytest.raises(SourceError) as caught:
        fetch(f"https://127.0.0.1:{hostile(silent).port}/", max_bytes=LIMIT, allowed=LOOPBACK)
    assert caught.value.reason in ("page_too_slow", "page_timed_out") and time.monotonic() - began < GENEROUS


def test_no_name_server_keeps_a_fetch_beyond_its_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "TOTAL_SECONDS", 1.0)
    answering = threading.Event()
    monkeypatch.setattr(addresses, "resolve", lambda host, port: answering.wait(120) and [])
    began = time.monotonic()
    with pytest.raises(SourceError, match="longer than"):
        fetch("http://slow.example/", max_bytes=LIMIT)
    answering.set()
    assert time.monotonic() - began < GENEROUS


@pytest.mark.parametrize("answer", [slow_headers, slow_body, silent])
def test_what_nobody_wants_any_more_is_let_go(hostile: Callable[[Answer], Hostile], answer: Answer) -> None:
    server, deleted = hostile(answer), threading.Event()
    threading.Timer(1.0, deleted.set).start()
    with pytest.raises(SourceError) as caught:
        fetch(server.url, max_bytes=LIMIT, allowed=LOOPBACK, given_up=deleted.is_set)
    assert caught.value.reason == "page_given_up"


def test_a_slow_site_holds_up_no_other_and_a_deletion_frees_its_worker(
    tmp_path: object, hostile: Callable[[Answer], Hostile]
) -> None:
    application = Application(
        Settings(data_dir=tmp_path, embedding_model="hashed:64", allowed_networks="127.0.0.0/8", crawl_delay_seconds=0)  # type: ignore[call-arg, arg-type]
    )
    quick = hostile(
        lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<p>quick page") and None
    )
    slow = [hostile(slow_headers) for _ in range(2)]
    jobs = Jobs(application)
    waiting = [application.ingester.queue(one.url) for one in slow]
    site = application.ingester.queue(f"http://127.0.0.1:{slow[0].port}/site", depth=2)
    page = application.ingester.queue(quick.url)
    for one in (*waiting, site, page):
        jobs.submit(one.id)
    eventually(lambda: all(one.asked for one in slow) and slow[0].asked > 1)
    eventually(
        lambda: (
            _state(application, page.id) is DocumentState.INDEXED
            or _state(application, page.id) is DocumentState.RUNNING
        )
    )
    for one in (*waiting, site):
        application.trash.delete(one.id)
    eventually(lambda: all(one.gone.is_set() for one in slow))
    eventually(lambda: _state(application, page.id) is DocumentState.INDEXED)
    jobs.wait()
    assert {_state(application, one.id) for one in (*waiting, site)} == {None}
    jobs.stop()


def _state(application: Application, id_: str) -> DocumentState | None:
    entry = application.store.entry(id_)
    return entry.state if entry else None


def packed(body: bytes, encoding: str) -> Answer:
    """Sends ``body``, and says that it is packed so."""

    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

    return answer


HUGE = b"\0" * (64 << 20)
BARE = zlib.compressobj(wbits=-15)


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (gzip.compress(gzip.compress(HUGE)), "gzip, gzip", "page_packed"),
        (gzip.compress(zlib.compress(HUGE)), "deflate, gzip", "page_packed"),
        (gzip.compress(HUGE), "gzip, identity, gzip", "page_packed"),
        (b"anything", "br", "page_packed"),
        (b"anything", "zstd", "page_packed"),
        (gzip.compress(HUGE), "gzip", "file_too_large"),
        (gzip.compress(HUGE), "GZIP, identity", "file_too_large"),
        (zlib.compress(HUGE), "deflate", "file_too_large"),
        (BARE.compress(HUGE) + BARE.flush(), "deflate", "file_too_large"),
        (gzip.compress(b"<p>cut off here")[:-9], "gzip", "page_damaged"),
        (b"no gzip", "gzip", "page_damaged"),
        (b"no deflate", "deflate", "page_damaged"),
    ],
    ids=["gzip twice", "two kinds", "thrice", "brotli", "zstandard", "gzip", "in capitals", "deflate", "bare deflate",
         "cut off", "not gzip", "not deflate"],
)  # fmt: skip
def test_what_unpacks_to_much_costs_no_more_than_the_limit(
    hostile: Callable[[Answer], Hostile], body: bytes, encoding: str, reason: str
) -> None:
    server = hostile(packed(body, encoding))
    tracemalloc.start()
    try:
        with pytest.raises(SourceError) as caught:
            fetch(server.url, max_bytes=LIMIT, allowed=LOOPBACK)
        assert caught.value.reason == reason
        assert tracemalloc.get_traced_memory()[1] < 8 * LIMIT
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"<p>a page", ""), (b"<p>a page", "identity"), (gzip.compress(b"<p>a page"), "gzip"),
        (gzip.compress(b"<p>a page") + b"\0" * 9, "x-gzip"), (zlib.compress(b"<p>a page"), "deflate"),
        (zlib.compress(b"<p>a page")[2:-4], "deflate"),
    ],
    ids=["plain", "identity", "gzip", "padded", "deflate", "bare deflate"],
)  # fmt: skip
def test_one_layer_is_unpacked(hostile: Callable[[Answer], Hostile], body: bytes, encoding: str) -> None:
    assert fetch(hostile(packed(body, encoding)).url, max_bytes=LIMIT, allowed=LOOPBACK).data == b"<p>a page"


@pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml"])
def test_robots_and_sitemaps_are_unpacked_like_pages(hostile: Callable[[Answer], Hostile], path: str) -> None:
    bomb = packed(gzip.compress(gzip.compress(HUGE)), "gzip, gzip")

    def answer(connection: socket.socket) -> None:
        asked = connection.recv(4096, socket.MSG_PEEK)
        if path.encode() in asked.split(b"\r\n")[0]:
            bomb(connection)
            return
        connection.recv(4096)
        status = b"404 No" if b"robots.txt" in asked else b"200 OK"
        connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Type: text/html\r\nContent-Length: 5\r\n\r\n<p>hi")

    server = hostile(answer)
    settings = Settings(allowed_networks="127.0.0.0/8", crawl_delay_seconds=0.0, max_file_mb=1)  # type: ignore[call-arg, arg-type]
    tracemalloc.start()
    try:
        found = list(Crawler(settings, 1).pages(server.url))
        assert [one.id for one in found] == [document_id(server.url)]
        assert tracemalloc.get_traced_memory()[1] < 8 * LIMIT
    finally:
        tracemalloc.stop()
