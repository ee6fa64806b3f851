"""What stands before Elasticsearch: addresses, schemes, proxies."""

from __future__ import annotations

import socket
import ssl
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from searchapp.errors import (
    IncompatibleServerError,
    SearchAppError,
    ServiceRefusedError,
    ServiceUnavailableError,
    UsageError,
)
from searchapp.settings import load_settings
from searchapp.stores import RetrievalQuery
from searchapp.stores.elasticsearch import ElasticsearchStore, bulk
from searchapp.stores.elasticsearch.connection import connect
from tests.services import certificates, process
from tests.services import nginx as nginx_service
from tests.stores.contract import MODEL, document

Proxied = Callable[[str], str]
WORDS = RetrievalQuery(keywords="text", vector=None, depth=10)


def store_at(url: str, prefix: str = "") -> ElasticsearchStore:
    return ElasticsearchStore(
        load_settings(elasticsearch_url=url, index_prefix=prefix or f"test-{uuid.uuid4().hex[:8]}")
    )


@pytest.fixture
def store(elasticsearch_url: str) -> Iterator[ElasticsearchStore]:
    store = store_at(elasticsearch_url)
    yield store
    store.drop()


@pytest.fixture
def proxied(nginx: Path) -> Iterator[Proxied]:
    """Starts nginx with the given lines in its one server block; returns its address."""
    running: list[process.Server] = []

    def start(lines: str, listen: str = "") -> str:
        port = process.free_port()
        block = f"server {{ listen 127.0.0.1:{port}{listen}; {lines} }}"
        running.append(nginx_service.start(nginx, block, port))
        return f"http://127.0.0.1:{port}"

    yield start
    for server in running:
        server.stop()


# --- addresses


@pytest.mark.parametrize(
    ("url", "nodes"),
    [
        ("http://es.example.org", ["http://es.example.org:80"]),
        ("http://u:p@es.example.org/", ["http://es.example.org:80"]),
        ("https://es.example.org", ["https://es.example.org:443"]),
        ("http://[::1]", ["http://[::1]:80"]),
        ("http://es.example.org/search", ["http://es.example.org:80/search"]),
        ("http://a,https://b:9243/es", ["http://a:80", "https://b:9243/es"]),
    ],
)
def test_an_address_without_a_port_has_that_of_its_scheme(url: str, nodes: list[str]) -> None:
    found = connect(load_settings(elasticsearch_url=url)).transport.node_pool.all()
    assert sorted(node.base_url for node in found) == nodes


def test_where_no_port_is_named_and_nobody_answers_the_usual_one_is_named() -> None:
    with pytest.raises(ServiceUnavailableError, match=r"http://127\.0\.0\.99, port 80") as caught:
        store_at("http://127.0.0.99").check()
    assert "9200" in caught.value.remedy


@pytest.mark.parametrize(
    "url",
    [
        "http://",
        "http:///path",
        "http://u:p@",
        "http://host:99999",
        "http://host:0",
        "http://host:port",
        "http://elastic:pa#word-9@host:9200",
        "http://elastic:pa/word-9@host:9200",
        "http://ho st:9200",
        "http://ho\tst:9200",
        "https://[::1:9200",
        f"http://elastic:word-9@{'a' * 70}.example:9200",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(UsageError, match="SEARCHAPP_ELASTICSEARCH_URL") as caught:
        load_settings(elasticsearch_url=url)
    assert "word-9" not in str(caught.value) and "pa" not in str(caught.value).split("unusable")[-1].split()


def test_an_address_that_only_the_client_refuses_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="not an address") as caught:
        store_at("http://u:secret-9@ｅｓ.example:9200").check()
    assert "secret-9" not in str(caught.value)


# --- http and https


def test_https_to_a_port_without_tls_is_said(elasticsearch_url: str) -> None:
    with pytest.raises(ServiceRefusedError, match="speaks no TLS") as caught:
        store_at(elasticsearch_url.replace("http:", "https:")).check()
    assert "http://" in caught.value.remedy


def test_http_to_a_port_with_tls_is_said(tmp_path: Path, proxied: Proxied) -> None:
    made = certificates.make(tmp_path)
    lines = f"ssl_certificate {made.certificate}; ssl_certificate_key {made.key}; return 200;"
    url = proxied(lines, " ssl")
    with pytest.raises(ServiceRefusedError, match="speaks TLS") as caught:  # nginx says it, in HTML of its own
        store_at(url.replace("://", "://u:secret-9@")).check()
    assert "https://" in caught.value.remedy and "secret-9" not in str(caught.value)
    with pytest.raises(ServiceRefusedError, match="certificate that is not trusted"):
        store_at(url.replace("http:", "https:")).check()


def test_http_to_a_port_with_tls_that_only_hangs_up_is_said_too(tmp_path: Path) -> None:
    """As Elasticsearch does."""
    made = certificates.make(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.certificate, made.key)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with suppress(OSError), context.wrap_socket(connection, server_side=True):
                        pass
                    connection.close()

        threading.Thread(target=serve, daemon=True).start()
        with pytest.raises(ServiceRefusedError, match="speaks TLS"):
            store_at(f"http://127.0.0.1:{listening.getsockname()[1]}").check()
        listening.shutdown(socket.SHUT_RDWR)


# --- proxies


def test_a_proxy_that_takes_small_requests_gets_smaller_ones(
    store: ElasticsearchStore, elasticsearch_url: str, proxied: Proxied, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = proxied(f"client_max_body_size 16k; location /es/ {{ proxy_pass {elasticsearch_url}/; }}")
    behind = store_at(f"{url}/es", store.names.prefix)
    behind.prepare(MODEL)
    writes = [document(f"d{number}", *(f"text {part} 段落 " * 40 for part in range(6))) for number in range(12)]
    sent: list[int] = []
    send = bulk._send
    monkeypatch.setattr(
        bulk, "_send", lambda client, batch, refresh: sent.append(len(batch)) or send(client, batch, refresh)
    )
    assert behind.write(writes) == {}
    behind.refresh()
    assert behind.count() == 72
    first, sent[:] = list(sent), []
    assert behind.write([document("more", *(f"text {part} " * 100 for part in range(30)))]) == {}
    assert first[0] == 72 and max(sent) < 40, "what is too large is learnt once"
    behind.refresh()
    assert behind.count() == 102 and behind.search(WORDS).keyword


def test_one_document_that_is_too_large_for_the_proxy_names_it(
    store: ElasticsearchStore, elasticsearch_url: str, proxied: Proxied
) -> None:
    store.prepare(MODEL)
    url = proxied(f"client_max_body_size 2k; location / {{ proxy_pass {elasticsearch_url}; }}")
    behind = store_at(url.replace("://", "://u:secret-9@"), store.names.prefix)
    with pytest.raises(ServiceRefusedError, match=r"proxy .* refuses a request of this size \(HTTP 413\)") as caught:
        behind.write([document("small", "text"), document("large", "long text " * 600)])
    assert "client_max_body_size" in caught.value.remedy and "secret-9" not in str(caught.value)


@pytest.mark.parametrize(
    ("lines", "kind", "message"),
    [
        ("location / { proxy_pass http://127.0.0.1:9; }", ServiceUnavailableError, r"proxy before it answers HTTP 502"),
        ("location / { return 504; }", ServiceUnavailableError, r"proxy before it answers HTTP 504"),
        ("location / { return 500; }", ServiceUnavailableError, r"proxy before it answers HTTP 500"),
        ("location / { return 429; }", ServiceUnavailableError, "HTTP 429"),
        ("location / { return 401; }", ServiceRefusedError, "does not accept the credentials"),
        ("location / { return 404; }", IncompatibleServerError, "not Elasticsearch"),
        (
            "location / { default_type text/html; return 200 '<html>Log in</html>'; }",
            IncompatibleServerError,
            "not Elas",
        ),
        ("location / { default_type application/json; return 200 'no JSON'; }", IncompatibleServerError, "not Elastic"),
        ("location / { default_type image/png; return 200 'x'; }", IncompatibleServerError, "not Elasticsearch"),
        (
            "location / { return 301 https://u:pw@es.example.org$request_uri?token=x; }",
            ServiceRefusedError,
            r"redirects to https://es\.example\.org/_",
        ),
    ],
)
def test_what_a_proxy_says_is_told_from_what_elasticsearch_says(
    proxied: Proxied, lines: str, kind: type[SearchAppError], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        store_at(proxied(lines)).check()
    assert caught.value.remedy and not any(word in str(caught.value) for word in ("<", "token", "pw@"))


def test_a_proxys_404_is_no_empty_registry(proxied: Proxied) -> None:
    with pytest.raises(IncompatibleServerError):
        store_at(proxied("location / { return 404; }")).entry("a")
