"""Behind a real nginx with the configuration that docs/deploy.md shows: who the client is, and what nobody can pretend."""

from __future__ import annotations

import http.client
import json
import logging
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from searchapp.access import Scope
from tests.services import certificates, process
from tests.services.nginx import start as start_nginx
from tests.web.browsing import Serve
from tests.web.samples import fill
from tests.web.stand_in import StandIn

PAGE = Path(__file__).parents[2] / "docs" / "deploy.md"
ADA, BOB = "127.0.0.2", "127.0.0.3"
"""Two machines of a network; Linux has all of 127.0.0.0/8."""
STRANGER = "127.0.0.9"
"""One that reaches the server's own port without being a proxy that is trusted."""
FORGED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "Forwarded": 'for=203.0.113.7;host="evil.example";proto=https',
}


@dataclass
class Site:
    """The sample library behind nginx; ``get`` and ``post`` come from a client's own address."""

    app: StandIn
    proxy: str
    direct: str
    context: ssl.SSLContext

    def ask(
        self,
        method: str,
        path: str,
        *,
        source: str = ADA,
        direct: bool = False,
        headers: dict[str, str] | None = None,
        body: bytes | str | None = None,
    ) -> http.client.HTTPResponse:
        """The response to one request, whose body is still to be read."""
        place = (self.direct if direct else self.proxy).partition("://")[2]
        connection = (
            http.client.HTTPConnection(place, timeout=60, source_address=(source, 0))
            if direct
            else http.client.HTTPSConnection(place, timeout=60, source_address=(source, 0), context=self.context)
        )
        connection.request(method, path, body, headers or {})
        return connection.getresponse()

    def key(self) -> dict[str, str]:
        """The header of a key that may read and write."""
        _, text = self.app.access.keys.make("test", frozenset({Scope.READ, Scope.WRITE}))
        return {"Authorization": f"Bearer {text}"}


def configuration(server: str, port: int, certificate: certificates.Certificates) -> str:
    """The page's block, with this machine's addresses and files."""
    (block,) = re.findall(r"```nginx\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    for shown, here in [
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("/etc/ssl/search.pem", str(certificate.certificate)),
        ("/etc/ssl/search.key", str(certificate.key)),
        ("http://127.0.0.1:8080", server),
    ]:
        assert block.count(shown) == 1, shown
        block = block.replace(shown, here)
    return str(block)


@pytest.fixture
def site(tmp_path: Path, served: Serve, nginx: Path) -> Iterator[Site]:
    port = process.free_port()
    app = StandIn(
        tmp_path,
        auth="required",
        trusted_proxies=1,
        proxy_networks="127.0.0.1",
        public_url=f"https://127.0.0.1:{port}",
    )
    fill(app)
    app.access.users.add("ada", "correct horse battery", frozenset({Scope.READ}))
    direct = served(app)
    certificate = certificates.make(tmp_path)
    proxy = start_nginx(nginx, configuration(direct, port, certificate), port)
    yield Site(app, proxy.url, direct, certificate.context())
    proxy.stop()


def form(site: Site, *, direct: bool = False, headers: dict[str, str] | None = None) -> tuple[str, str]:
    """The token of a new login form, and the cookies that go with it."""
    response = site.ask("GET", "/login", direct=direct, headers=headers)
    cookies = [value.partition(";")[0] for value in response.headers.get_all("Set-Cookie", [])]
    token = re.search(r'name="csrf_token" value="([^"]+)"', response.read().decode())
    assert token
    return token[1], "; ".join(cookies)


def log_in(site: Site, password: str, *, source: str = ADA) -> http.client.HTTPResponse:
    token, cookies = form(site)
    body = f"csrf_token={token}&name=ada&password={password.replace(' ', '+')}"
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    return site.ask("POST", "/login", source=source, headers=headers, body=body)


def guess(site: Site, times: int, *, source: str, headers: dict[str, str] | None = None) -> list[int]:
    """The statuses of that many wrong keys."""
    wrong = [{**(headers or {}), "Authorization": f"Bearer wrong-{n}"} for n in range(times)]
    return [site.ask("GET", "/api/documents", source=source, headers=one).status for one in wrong]


def test_https_is_recognised_and_the_cookie_is_bound_to_the_host(site: Site) -> None:
    response = log_in(site, "correct horse battery")
    assert response.status == 302
    (cookie,) = [one for one in response.headers.get_all("Set-Cookie", []) if one.startswith("__Host-searchapp=")]
    assert "Secure" in cookie and "HttpOnly" in cookie and "Path=/" in cookie and "Domain" not in cookie
    headers = {"Cookie": cookie.partition(";")[0]}
    assert site.ask("GET", "/api/documents", headers=headers).status == 200


def test_one_clients_wrong_keys_lock_out_nobody_else(site: Site) -> None:
    assert guess(site, 22, source=ADA) == [401] * 20 + [429] * 2
    assert guess(site, 1, source=BOB) == [401]
    good = site.key()
    assert site.ask("GET", "/api/documents", source=BOB, headers=good).status == 200
    assert site.ask("GET", "/api/documents", source=ADA, headers=good).status == 200  # nor a good key of the same place


def test_a_forged_address_moves_no_client_elsewhere(site: Site) -> None:
    assert guess(site, 21, source=ADA, headers=FORGED)[-1] == 429
    assert guess(site, 1, source=BOB, headers=FORGED) == [401]


def test_the_log_names_the_client(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "searchapp.web.request_log"):
        site.ask("GET", "/api/documents", source=BOB, headers={**site.key(), **FORGED}).read()
        site.ask("GET", "/api/documents", source=STRANGER, direct=True, headers={**site.key(), **FORGED}).read()
    assert [record.__dict__["client"] for record in caplog.records] == [BOB, STRANGER]


def test_nobody_but_the_proxy_may_say_who_the_client_is(site: Site) -> None:
    statuses = [
        site.ask(
            "GET",
            "/api/documents",
            source=STRANGER,
            direct=True,
            headers={**FORGED, "X-Forwarded-For": f"203.0.113.{n}", "Authorization": "Bearer wrong"},
        ).status
        for n in range(21)
    ]
    assert statuses == [401] * 20 + [429]
    cookies = site.ask("GET", "/login", source=STRANGER, direct=True, headers=FORGED).headers.get_all("Set-Cookie")
    assert cookies and all("__Host-" not in cookie for cookie in cookies)


def test_another_machines_wrong_passwords_do_not_close_a_name(site: Site) -> None:
    assert [log_in(site, "wrong", source=BOB).status for _ in range(6)] == [401] * 5 + [429]
    assert log_in(site, "correct horse battery", source=ADA).status == 302


def test_the_words_of_an_answer_are_not_held_back(site: Site) -> None:
    site.app.answerer.gate.clear()  # not a word is said before the sources have arrived
    headers = {**site.key(), "Content-Type": "application/json"}
    response = site.ask("POST", "/api/ask", headers=headers, body=json.dumps({"question": "gloves"}))
    assert response.readline() == b"event: sources\n"
    site.app.answerer.gate.set()
    assert b"event: done" in response.read()


def test_a_body_that_is_too_large_is_refused_by_either(site: Site) -> None:
    headers = {**site.key(), "Content-Type": "application/json"}
    ours = site.ask("POST", "/api/ask", headers=headers, body=b" " * (2 * 2**20))
    assert (ours.status, json.loads(ours.read())["code"]) == (413, "request_entity_too_large")
    theirs = site.ask("POST", "/api/ask", headers={**headers, "Content-Length": str(300 * 2**20)})
    assert (theirs.status, theirs.headers["Content-Type"]) == (413, "text/html")


def test_a_file_of_who_may_not_upload_stays_with_the_client(site: Site) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=xx", "Content-Length": str(200 * 2**20)}
    response = site.ask("POST", "/api/documents", headers=headers)  # of which not a byte follows
    assert (response.status, json.loads(response.read())["reason"]) == (401, "login_required")
