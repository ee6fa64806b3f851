"""A real web server on this machine whose pages a test writes, and which remembers what it was asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        site: Site = self.server  # type: ignore[assignment]
        site.asked.append(self.path)
        if gate := site.gates.get(self.path):
            gate.wait(60)
        status, headers, body = site.pages.get(self.path, (404, {}, b""))
        mark = headers.get("ETag")
        if mark and self.headers["If-None-Match"] == mark:
            status, body = 304, b""
            site.unchanged.append(self.path)
        self.send_response(status)
        for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Site(ThreadingHTTPServer):
    """A site in memory; a path in ``gates`` is answered once its event is set."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.asked: list[str] = []
        self.unchanged: list[str] = []
        self.gates: dict[str, threading.Event] = {}
        self.base = f"http://127.0.0.1:{self.server_address[1]}"

    def put(self, path: str, body: str | bytes = "", status: int = 200, **headers: str) -> None:
        data = body if isinstance(body, bytes) else body.encode()
        self.pages[path] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, data)

    def page(self, path: str, *links: str, head: str = "", **headers: str) -> None:
        words = f"The page {path} says something. " * 4
        anchors = "".join(f'<a href="{link}">{link}</a>' for link in links)
        self.put(path, f"<html><head>{head}</head><body><p>{words}</p>{anchors}</body></html>", **headers)


@contextmanager
def serving() -> Iterator[Site]:
    """A site that is served for as long as the block lasts."""
    server = Site()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
