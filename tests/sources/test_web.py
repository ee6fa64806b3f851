from __future__ import annotations

import contextlib
import gzip
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from searchapp.errors import SourceError
from searchapp.settings import load_settings
from searchapp.sources import PageVersion, addresses, connection, web
from searchapp.sources.addresses import Networks
from searchapp.sources.web import fetch

LIMIT = 1 << 20
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


class Handler(BaseHTTPRequestHandler):
    seen: list[str]

    def do_GET(self) -> None:
        self.server.seen.append(f"{self.headers['Host']}{self.path}")  # type: ignore[attr-defined]
        path = self.path.partition("?")[0]
        if path.startswith("/to/"):
            self._send(302, b"", Location=path.removeprefix("/to/"))
        elif path == "/loop":
            self._send(301, b"", Location="/loop")
        elif path.startswith("/status/"):
            self._send(int(path.rpartition("/")[2]), b"no")
        elif path == "/large":
            self._send(200, b"x" * (LIMIT + 1))
        elif path == "/unannounced":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * (2 * LIMIT))
        elif path == "/bomb":
            self._send(200, gzip.compress(b"\0" * (32 * LIMIT)), **{"Content-Encoding": "gzip"})
        elif path == "/broken":
            self._send(200, b"not gzip", **{"Content-Encoding": "gzip"})
        elif path == "/versioned":
            if self.headers["If-None-Match"] == '"v1"' or self.headers["If-Modified-Since"]:
                self._send(304, b"")
            else:
                self._send(200, b"<p>one", ETag='"v1"')
        elif path == "/slow":
            threading.Event().wait(3)
        else:
            self._send(
                200,
                b"<p>hello",
                **{"Content-Type": "text/html; charset=utf-8", "Last-Modified": "Wed, 21 Oct 2015 07:28:00 GMT"},
            )

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        pass  # a client that hangs up early is what some tests are about


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    server = Server(("127.0.0.1", 0), Handler)
    server.seen = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def base(server: ThreadingHTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


def refusal(url: str, *, allowed: Networks = LOOPBACK) -> SourceError:
    with pytest.raises(SourceError) as caught:
        fetch(url, max_bytes=LIMIT, allowed=allowed)
    assert caught.value.remedy
    return caught.value


def test_a_page(base: str) -> None:
    page = fetch(f"{base}/page", max_bytes=LIMIT, allowed=LOOPBACK)
    assert (page.data, page.content_type) == (b"<p>hello", "text/html; charset=utf-8")
    assert page.modified is not None and page.modified.isoformat() == "2015-10-21T07:28:00+00:00"


def test_redirects_are_followed_to_the_fifth(base: str) -> None:
    page = fetch(f"{base}/to//to//to//page", max_bytes=LIMIT, allowed=LOOPBACK)
    assert page.url == f"{base}/page"
    assert "more than 5 times" in refusal(f"{base}/loop").message


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/status/404", "does not exist"),
        ("/status/401", "not open to everybody"),
        ("/status/403", "not open to everybody"),
        ("/status/503", "at the moment"),
        ("/status/204", "sent no page"),
        ("/large", "larger than 1 MiB"),
        ("/unannounced", "larger than 1 MiB"),
        ("/bomb", "larger than 1 MiB"),
        ("/broken", "damaged data"),
        ("/to/ftp://example.org/x", "only http:// and https://"),
        ("/to/http://user:secret@example.org/", "user name or password"),
    ],
)
def test_failures_are_sentences(base: str, path: str, words: str) -> None:
    error = refusal(f"{base}{path}?token=hunter2")
    assert words in error.message
    assert "hunter2" not in str(error) and "secret" not in str(error)


def test_silence_is_a_timeout(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "SILENCE_SECONDS", 0.3)
    assert "did not answer in time" in refusal(f"{base}/slow").message


def test_a_slow_trickle_ends(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "TOTAL_SECONDS", -1.0)
    assert "to arrive" in refusal(f"{base}/page").message


def test_nobody_at_home(base: str, server: ThreadingHTTPServer) -> None:
    server.server_close()
    assert "cannot be reached" in refusal(f"{base}/page").message
    assert "no host of that name" in refusal("http://no-such-host.invalid/").message


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "0.0.0.0", "169.254.169.254"],
)
def test_private_hosts_are_refused(host: str, server: ThreadingHTTPServer) -> None:
    error = refusal(f"http://{host}:{server.server_address[1]}/", allowed=())
    assert "private network" in error.message
    assert "SEARCHAPP_ALLOWED_NETWORKS" in error.remedy
    assert server.seen == []  # type: ignore[attr-defined]


def test_a_redirect_into_a_private_network_is_refused(
    server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = server.server_address[1]
    real = addresses.is_public
    # 127.0.0.1 plays the open internet here, 127.0.0.2 a private network.
    monkeypatch.setattr(addresses, "is_public", lambda address: str(address) == "127.0.0.1" or real(address))
    error = refusal(f"http://127.0.0.1:{port}/to/http://127.0.0.2:{port}/secret", allowed=())
    assert "private network" in error.message
    assert not any("secret" in seen and "/to/" not in seen for seen in server.seen)  # type: ignore[attr-defined]


def test_the_connection_goes_to_the_vetted_address(
    server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = server.server_address[1]
    answers = iter([[ipaddress.ip_address("127.0.0.1")], [ipaddress.ip_address("10.0.0.1")]])
    monkeypatch.setattr(addresses, "resolve", lambda host, port: next(answers))
    page = fetch(f"http://rebind.example:{port}/page", max_bytes=LIMIT, allowed=LOOPBACK)
    assert page.data == b"<p>hello"
    assert server.seen == [f"rebind.example:{port}/page"]  # type: ignore[attr-defined]


def test_the_name_in_the_handshake_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    named: list[str | None] = []
    monkeypatch.setattr(addresses, "resolve", lambda host, port: [ipaddress.ip_address("127.0.0.1")])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda socket, name, context: named.append(name)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with contextlib.suppress(OSError):  # it has no certificate to show
                context.wrap_socket(listening.accept()[0], server_side=True)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        refusal(f"https://example.org:{listening.getsockname()[1]}/x")
        thread.join(10)
    assert named == ["example.org"]


def test_the_next_address_is_tried(server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    port = server.server_address[1]
    both = [ipaddress.ip_address("127.0.0.3"), ipaddress.ip_address("127.0.0.1")]
    monkeypatch.setattr(addresses, "resolve", lambda host, port: both)
    assert fetch(f"http://two.example:{port}/", max_bytes=LIMIT, allowed=LOOPBACK).data == b"<p>hello"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("::ffff:8.8.8.8", True),
        ("10.0.0.1", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("239.1.1.1", False),
        ("255.255.255.255", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("ff0e::1", False),
        ("::", False),
        ("::ffff:10.0.0.1", False),
        ("192.0.0.192", False),
        ("192.88.99.1", False),
        ("198.18.0.1", False),
        ("203.0.113.9", False),
        ("fec0::1", False),
        ("3fff::1", False),
        ("5f00::1", False),
        ("100::1", False),
        ("2001:db8::1", False),
        ("2001:2::1", False),
        ("2001:20::1", False),
        ("64:ff9b:1::808:808", False),
        ("64:ff9b::8.8.8.8", True),
        ("64:ff9b::10.0.0.1", False),
        ("2606:2800:220:1:0:5efe:10.0.0.1", False),
        ("2606:2800:220:1:200:5efe:127.0.0.1", False),
        ("2606:2800:220:1:0:5efe:8.8.8.8", True),
        ("::ffff:192.0.0.192", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::a00:1", False),
    ],
)
def test_is_public(address: str, public: bool) -> None:
    assert addresses.is_public(ipaddress.ip_address(address)) is public


def test_an_unchanged_page_is_not_sent_again(base: str) -> None:
    def again(version: PageVersion) -> web.Fetched:
        return fetch(f"{base}/versioned", max_bytes=LIMIT, allowed=LOOPBACK, version=version)

    page = fetch(f"{base}/versioned", max_bytes=LIMIT, allowed=LOOPBACK)
    assert (page.etag, page.last_modified, page.not_modified) == ('"v1"', "", False)
    for version in (PageVersion("h", '"v1"'), PageVersion("h", "", "Wed, 21 Oct 2015 07:28:00 GMT")):
        assert again(version).not_modified and again(version).data == b""
    assert again(PageVersion("h", '"v0"')).data == b"<p>one"


@pytest.mark.parametrize(
    ("address", "networks", "permitted"),
    [
        ("10.1.2.3", ["10.1.0.0/16"], True),
        ("10.2.0.1", ["10.1.0.0/16"], False),
        ("::ffff:10.1.2.3", ["10.1.0.0/16"], True),
        ("169.254.169.254", ["10.0.0.0/8", "fd00::/8"], False),
        ("fd00::7", ["10.0.0.0/8", "fd00::/8"], True),
        ("8.8.8.8", [], True),
    ],
)
def test_the_operator_allows_networks_one_by_one(address: str, networks: list[str], permitted: bool) -> None:
    allowed = load_settings(allowed_networks=", ".join(networks)).allowed_networks
    assert addresses.is_permitted(ipaddress.ip_address(address), allowed) is permitted
