"""A fake: the hub of models, which cannot be asked from everywhere and cannot be told to fail.

It speaks the hub's wire format over real HTTP, as far as its own client asks for a model: ``/api/models/OWNER/NAME``
with its revision and its tree, and ``/OWNER/NAME/resolve/COMMIT/FILE``. A test may script what comes instead.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha1
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "1" * 40


@dataclass
class FakeHub:
    """``models`` are folders by OWNER/NAME. ``status`` and ``body`` come instead of anything, where they are set;
    ``cut`` is how many bytes of a file's answer come before the connection breaks off.
    """

    url: str = ""
    models: dict[str, Path] = field(default_factory=dict)
    status: int = 0
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    requests: list[str] = field(default_factory=list)


@contextmanager
def serving() -> Iterator[FakeHub]:
    """A fake hub on a free port, until the block ends."""
    hub = FakeHub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            hub.requests.append(f"{self.command} {self.path}")
            path = unquote(urlsplit(self.path).path)
            if hub.status:
                return self._send(hub.status, hub.body, hub.headers)
            for name, folder in hub.models.items():
                if path == f"/api/models/{name}" or path.startswith(f"/api/models/{name}/revision/"):
                    files = [{"rfilename": file} for file in _files(folder)]
                    return self._json({"_id": "0", "id": name, "sha": COMMIT, "private": False, "siblings": files})
                if path.startswith(f"/api/models/{name}/tree/"):
                    return self._json([_entry(folder, file) for file in _files(folder)])
                if path.startswith(f"/{name}/resolve/{COMMIT}/"):
                    return self._file(folder / path.removeprefix(f"/{name}/resolve/{COMMIT}/"))
            return self._send(404, b'{"error":"Repository not found"}', {"X-Error-Code": "RepoNotFound"})

        do_HEAD = do_GET  # noqa: N815

        def _json(self, value: object) -> None:
            self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

        def _file(self, file: Path) -> None:
            if not file.is_file():
                return self._send(404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
            data = file.read_bytes()
            headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{_oid(data)}"', "Accept-Ranges": "bytes"}
            return self._send(200, data, headers)

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "HEAD":
                return
            if hub.cut is not None and "ETag" in headers and len(body) > hub.cut:
                self.wfile.write(body[: hub.cut])
                self.close_connection = True
            else:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield hub
    server.shutdown()
    server.server_close()


def _files(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def _entry(folder: Path, file: str) -> dict[str, object]:
    data = (folder / file).read_bytes()
    return {"type": "file", "path": file, "size": len(data), "oid": _oid(data)}


def _oid(data: bytes) -> str:
    return sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
