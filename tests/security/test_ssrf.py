"""Addresses that are meant to make the server read what only it can reach. Adding and crawling share one ssrf."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from searchapp.errors import SourceError
from searchapp.settings import Settings
from searchapp.sources import addresses
from searchapp.sources.web import fetch
from searchapp.web.app import create_app
from searchapp.web.jobs import Jobs
from searchapp.wiring import Application


class Inside(ThreadingHTTPServer):
    """Something private on this machine; it notes who came."""

    seen: list[str]


class Handler(BaseHTTPRequestHandler):
    server: Inside

    def do_GET(self) -> None:
        self.server.seen.append(self.path)
        target = self.path.removeprefix("/to/")
        self.send_response(200 if target == self.path else 302)
        if target != self.path:
            self.send_header("Location", target)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"secret")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def inside() -> Iterator[Inside]:
    server = Inside(("0.0.0.0", 0), Handler)
    server.seen = []
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


HOSTS = [
    "127.0.0.1", "localhost", "LOCALHOST.", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001",
    "0177.0.0.1", "0", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "127.0.0.1.", "①②⑦.⓪.⓪.①", "10.0.0.1", "172.16.0.1", "192.168.0.1",
    "100.64.0.1", "169.254.169.254", "[fe80::1]", "[fd00::1]", "[fec0::1]", "224.0.0.1", "255.255.255.255",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("depth", [0, 1])
def test_no_spelling_of_a_private_address_is_fetched(tmp_path: Path, inside: Inside, depth: int) -> None:
    application = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64", patience_seconds=0))
    jobs = Jobs(application)
    client = create_app(application, jobs=jobs).test_client()
    port = inside.server_address[1]
    for host in HOSTS:
        url = f"http://{host}:{port}/secret"
        assert client.post("/api/documents", json={"url": url, "depth": depth}).status_code in (202, 422), url
    jobs.wait()
    jobs.stop()
    assert inside.seen == []
    for one in client.get("/api/documents?size=200").json["documents"]:
        assert one["state"] in ("failed", "quarantined"), one
        assert any(words in one["error"] for words in ("private network", "cannot be reached", "is not valid")), one


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "FILE:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1:6379/_INFO", "dict://127.0.0.1/",
        "jar:http://example.org!/x", "data:text/html,x", "javascript:alert(1)", "//127.0.0.1/x", "/etc/passwd", "../../etc/passwd",
        "http:///etc/passwd", "http://", "http://user:secret@example.org/", "http://example.org@127.0.0.1/",
        "http://127.0.0.1\\@example.org/", "http://exa mple.org/", "http://example.org:99999/", "http://[::1/", "",
    ],
)  # fmt: skip
def test_schemes_and_credentials_are_refused_at_once(tmp_path: Path, url: str) -> None:
    application = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64"))
    refused = create_app(application).test_client().post("/api/documents", json={"url": url})
    assert refused.status_code == 422 and refused.json["remedy"], refused.json
    assert "secret" not in refused.text and "root:" not in refused.text
    assert application.store.entries().total == 0


class Resolver:
    """The name of a hostile host, which answers with another address each time it is asked."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked = 0
        self._real = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in ("rebind.example", b"rebind.example"):
            return self._real(host, port, *args, **kwargs)
        address = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    """127.0.0.1 plays the open internet; 127.0.0.2 stays private."""
    real = addresses.is_public
    monkeypatch.setattr(addresses, "is_public", lambda address: str(address) == "127.0.0.1" or real(address))


@pytest.mark.usefixtures("public")
def test_a_name_that_changes_its_address_is_asked_once(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = Resolver("127.0.0.1", "127.0.0.2")
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    page = fetch(f"http://rebind.example:{inside.server_address[1]}/page", max_bytes=1000)
    assert (page.data, resolver.asked, inside.seen) == (b"secret", 1, ["/page"])


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize(
    "target", ["http://rebind.example:{port}/inner", "http://127.0.0.2:{port}/inner", "//127.0.0.2:{port}/inner"]
)
def test_each_redirect_is_vetted_anew(inside: Inside, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    port = inside.server_address[1]
    monkeypatch.setattr(socket, "getaddrinfo", Resolver("127.0.0.1", "127.0.0.2"))
    to = target.format(port=port)
    with pytest.raises(SourceError, match="private network"):
        fetch(f"http://rebind.example:{port}/to/{to}", max_bytes=1000)
    assert inside.seen == [f"/to/{to}"]


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [ipaddress.ip_address("93.184.216.34"), ipaddress.ip_address("10.0.0.1")]
    monkeypatch.setattr(addresses, "resolve", lambda host, port: both)
    with pytest.raises(SourceError, match="private network"):
        fetch("http://two.example/", max_bytes=1000)
