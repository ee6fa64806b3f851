"""A webhook's receiver over real HTTP, which takes what it is sent or behaves as badly as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Sent:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """Its body."""
        found: dict[str, Any] = json.loads(self.body)
        return found


Behaviour = Callable[[BaseHTTPRequestHandler, threading.Event], None]
"""Answers a request, or does not; the event is set when the test is over."""


def answering(status: int, body: bytes = b"ok", **headers: str) -> Behaviour:
    """Answer so; ``_`` in a header's name is a hyphen."""

    def answer(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def hanging(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    """Say nothing."""
    over.wait(300)


def trickling(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    """Send headers that never end, a byte now and then."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not over.wait(0.05):
        handler.wfile.write(b"x")
        handler.wfile.flush()


def endless(handler: BaseHTTPRequestHandler, over: threading.Event) -> None:
    """Send a body without end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    while not over.is_set():
        handler.wfile.write(b"x" * 65536)


@dataclass
class Receiver:
    """What came, and how it is answered: by ``then`` one after the other, and from then on as the last one."""

    url: str
    got: list[Sent] = field(default_factory=list)
    then: list[Behaviour] = field(default_factory=lambda: [answering(200)])
    over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            receiver.got.append(Sent(self.path, dict(self.headers.items()), body))
            behaviour = receiver.then.pop(0) if len(receiver.then) > 1 else receiver.then[0]
            try:
                behaviour(self, receiver.over)
            except OSError:  # who asked has gone
                self.close_connection = True

        def do_GET(self) -> None:  # what a redirect would lead to
            self.do_POST()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.over.set()
            server.shutdown()
            thread.join()
