"""Stands between searchapp and Elasticsearch, and acts at a chosen request."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

PRODUCT = {"Content-Type": "application/json", "X-Elastic-Product": "Elasticsearch"}
PASSED_ON = ("accept", "content-type", "authorization")
AWAY = b'{"error":{"type":"proxy","reason":"upstream is away"},"status":503}'


class Proxy:
    """Counts requests, and calls an action when the chosen one comes by; see ``when``."""

    def __init__(self, url: str) -> None:
        self._upstream = httpx.Client(base_url=url, timeout=60)
        self._lock = threading.Lock()
        self._left = 0
        self._part = ""
        self._before = False
        self._away = False
        self._action: Callable[[], None] = lambda: None
        self.seen = 0
        """Requests so far."""
        self.fired = threading.Event()
        self.answer: tuple[int, bytes] | None = None
        """When set, every bulk request is answered with this instead of being forwarded."""
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                now = proxy._counts(self.path)
                if now and proxy._before:
                    proxy._fire()
                status, content, headers = proxy._forward(self.command, self.path, body, dict(self.headers))
                if now and not proxy._before:
                    proxy._fire()
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    if self.command != "HEAD":
                        self.wfile.write(content)
                except OSError:
                    self.close_connection = True  # the client was killed

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_one  # noqa: N815

            def log_message(self, *arguments: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """Clients that were killed are no news."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def when(self, part: str, requests: int, action: Callable[[], None], *, before: bool = False) -> None:
        """Call ``action`` once, at the given request from now on whose path holds ``part``.

        ``before``: ahead of forwarding it, so that the server never sees it; else after the server has done it, so that
        the client may never hear of it.
        """
        with self._lock:
            self._part, self._left, self._before, self._action = part, requests, before, action
            self.fired.clear()

    def go_away(self) -> None:
        """Answer as if no server stood behind."""
        self._away = True

    def come_back(self) -> None:
        """Forward again."""
        self._away = False

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._upstream.close()

    def _counts(self, path: str) -> bool:
        with self._lock:
            self.seen += 1
            if self._part not in path:
                return False
            self._left -= 1
            return self._left == 0

    def _fire(self) -> None:
        self._action()
        self.fired.set()

    def _forward(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, bytes, dict[str, str]]:
        if self._away:
            return 503, AWAY, PRODUCT
        if self.answer is not None and "_bulk" in path:
            return *self.answer, PRODUCT
        sent = {name: value for name, value in headers.items() if name.lower() in PASSED_ON}
        try:
            answer = self._upstream.request(method, path, content=body, headers=sent)
        except httpx.HTTPError:
            return 503, AWAY, PRODUCT
        kept = {
            name: value
            for name, value in answer.headers.items()
            if name.lower() in ("content-type", "x-elastic-product")
        }
        return answer.status_code, answer.content, kept
