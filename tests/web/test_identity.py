"""Who may do what: the authorisation matrix, sessions and their tokens, groups, and limits on guessing."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from searchapp.access import Identity, Scope
from searchapp.web.app import create_app
from searchapp.web.identity import REQUIRED
from searchapp.web.jobs import Jobs
from searchapp.web.login import local_path
from searchapp.web.static_files import version
from tests.web.samples import fill
from tests.web.stand_in import StandIn, entry

ALL = frozenset(Scope)
BROWSER = {"Accept": "text/html,*/*;q=0.8"}

ROUTES = [
    ("GET", "/", "read"),
    ("GET", "/documents", "read"),
    ("GET", "/api/search?q=gloves", "read"),
    ("POST", "/api/ask", "read"),
    ("GET", "/api/judgements?q=gloves", "read"),
    ("POST", "/api/judgements", "read"),
    ("GET", "/api/documents", "read"),
    ("GET", "/api/documents/lockout", "read"),
    ("GET", "/documents/lockout/file", "read"),
    ("POST", "/api/documents", "write"),
    ("DELETE", "/api/documents/nowhere", "write"),
    ("GET", "/metrics", "operate"),
]
BODIES = {
    "/api/judgements": {"query": "gloves", "document_id": "lockout", "grade": 1},
    "/api/ask": {"question": "gloves"},
    "/api/documents": {"url": "https://example.org/"},
}


@pytest.fixture
def guarded(tmp_path: Path) -> StandIn:
    """The sample library behind a login."""
    app = StandIn(tmp_path, auth="required", requests_per_minute=300)
    fill(app)
    return app


@pytest.fixture
def site(guarded: StandIn) -> Iterator[Flask]:
    jobs = Jobs(guarded)  # type: ignore[arg-type]
    site = create_app(guarded, host="0.0.0.0", jobs=jobs)  # type: ignore[arg-type]
    site.testing = True
    yield site
    jobs.stop()


@pytest.fixture
def client(site: Flask) -> FlaskClient:
    return site.test_client()


def key(app: StandIn, *scopes: str, groups: tuple[str, ...] | None = None) -> dict[str, str]:
    _, text = app.access.keys.make("test", frozenset(Scope(scope) for scope in scopes), groups)
    return {"Authorization": f"Bearer {text}"}


def logged_in(client: FlaskClient, app: StandIn, scopes: frozenset[Scope] = ALL) -> str:
    """Give ``client`` a session; returns its CSRF token."""
    token = app.access.sessions.begin(Identity("ada", scopes))
    client.set_cookie("searchapp", token)
    session = app.access.sessions.find(token)
    assert session is not None
    return session.csrf


# --- the matrix ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path", "scope"), ROUTES)
@pytest.mark.parametrize("scopes", [(), ("read",), ("write",), ("operate",), ("read", "write", "operate")])
def test_the_authorisation_matrix(
    client: FlaskClient, guarded: StandIn, method: str, path: str, scope: str, scopes: tuple[str, ...]
) -> None:
    headers = key(guarded, *scopes) if scopes else {}
    response = client.open(path, method=method, json=BODIES.get(path), headers=headers)
    if not scopes:
        assert (response.status_code, response.json["code"]) == (401, "unauthenticated")
        assert response.headers["WWW-Authenticate"] == "Bearer"
    elif scope not in scopes:
        assert (response.status_code, response.json["code"]) == (403, "forbidden")
        assert f"scope {scope}" in response.json["detail"]
    else:
        assert response.status_code in (200, 202, 204, 404)  # as far as the handler


def test_every_route_has_its_scope(site: Flask) -> None:
    assert {rule.endpoint for rule in site.url_map.iter_rules()} - set(REQUIRED) == set()


@pytest.mark.parametrize("path", ["/healthz", "/readyz", f"/static/{version()}/base.css", "/login"])
def test_what_is_open_to_all(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_a_route_that_nobody_listed_takes_operate(site: Flask, guarded: StandIn) -> None:
    site.add_url_rule("/forgotten", "forgotten", lambda: "insides")
    client = site.test_client()
    assert client.get("/forgotten").status_code == 401
    assert client.get("/forgotten", headers=key(guarded, "read", "write")).status_code == 403
    assert client.get("/forgotten", headers=key(guarded, "operate")).status_code == 200


@pytest.mark.parametrize("header", ["Bearer wrong", "Bearer ", "Bearer sak_000000000000_" + "a" * 43])
def test_a_wrong_key_is_nobody_even_with_a_session(client: FlaskClient, guarded: StandIn, header: str) -> None:
    logged_in(client, guarded)
    assert client.get("/api/documents", headers={"Authorization": header}).status_code == 401


def test_guessing_keys_is_cut_short(client: FlaskClient, guarded: StandIn) -> None:
    statuses = [client.get("/api/documents", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(25)]
    assert statuses == [401] * 20 + [429] * 5


def test_one_caller_has_one_share(tmp_path: Path) -> None:
    app = StandIn(tmp_path, auth="required", requests_per_minute=3)
    client = create_app(app, host="0.0.0.0").test_client()  # type: ignore[arg-type]
    headers = key(app, "read")
    assert [client.get("/api/documents", headers=headers).status_code for _ in range(4)] == [200, 200, 200, 429]
    assert 55 <= int(client.get("/api/documents", headers=headers).headers["Retry-After"]) <= 60


def test_a_caller_is_told_what_is_left(tmp_path: Path) -> None:
    app = StandIn(tmp_path, auth="required", requests_per_minute=2)
    client = create_app(app, host="0.0.0.0").test_client()  # type: ignore[arg-type]
    headers = key(app, "read")
    told = [client.get(path, headers=headers).headers for path in ("/api/documents", "/api/nowhere", "/api/documents")]
    assert {one["RateLimit-Policy"] for one in told} == {'"requests";q=2;w=60'}
    left = [re.fullmatch(r'"requests";r=(\d+);t=(\d+)', one["RateLimit"]) for one in told]
    assert [one.group(1) for one in left if one] == ["1", "0", "0"]
    assert told[2]["Retry-After"] == left[2].group(2)  # type: ignore[union-attr]
    assert "RateLimit" not in client.get("/healthz").headers  # asked by anybody, and not counted


def test_where_nobody_logs_in_all_have_one_share(tmp_path: Path) -> None:
    app = StandIn(tmp_path)
    client = create_app(app).test_client()  # type: ignore[arg-type]
    quota = 10 * app.settings.requests_per_minute
    assert client.get("/api/documents").headers["RateLimit-Policy"] == f'"requests";q={quota};w=60'


# --- groups --------------------------------------------------------------------------------------------------


def test_a_document_of_another_group_is_not_there(client: FlaskClient, guarded: StandIn) -> None:
    guarded.store.put(entry("lockout", "/srv/x.md", groups=("law",)))
    for groups, status in [(("law", "hr"), 200), (None, 200), (("hr",), 404), ((), 404)]:
        headers = key(guarded, "read", "write", groups=groups)
        assert client.get("/api/documents/lockout", headers=headers).status_code == status
        assert client.get("/documents/lockout/file", headers=headers).status_code == status
        listed = [one["id"] for one in client.get("/api/documents", headers=headers).json["documents"]]
        assert ("lockout" in listed) is (status == 200)
    assert client.delete("/api/documents/lockout", headers=key(guarded, "write", groups=("hr",))).status_code == 404
    assert guarded.store.entry("lockout") is not None


def test_who_asks_goes_with_every_search_and_answer(client: FlaskClient, guarded: StandIn) -> None:
    headers = key(guarded, "read", groups=("hr",))
    client.get("/api/search?q=gloves&filter=type%3Dpdf", headers=headers)
    client.post("/api/ask", json={"question": "gloves"}, headers=headers)
    assert [request.filters.groups for request in guarded.searcher.requests] == [("hr",), ("hr",)]


def test_what_a_member_adds_belongs_to_their_groups(client: FlaskClient, guarded: StandIn) -> None:
    data = {"file": (io.BytesIO(b"# One"), "one.md")}
    response = client.post("/api/documents", data=data, headers=key(guarded, "write", groups=("hr",)))
    assert response.json["documents"][0]["groups"] == ["hr"]


# --- the page's login ----------------------------------------------------------------------------------------


def form_token(client: FlaskClient) -> str:
    return client.get("/login").text.split('name="csrf_token" value="')[-1].split('"')[0]


def try_login(client: FlaskClient, password: str, **more: str) -> int:
    data = {"csrf_token": form_token(client), "name": "ada", "password": password, **more}
    return client.post("/login", data=data).status_code


def test_a_person_is_sent_to_the_login_and_comes_back(client: FlaskClient, guarded: StandIn) -> None:
    guarded.access.users.add("ada", "correct horse battery", frozenset({Scope.READ}))
    response = client.get("/?q=gloves", headers=BROWSER)
    assert (response.status_code, response.location) == (302, "/login?next=/?q%3Dgloves")
    data = {"csrf_token": form_token(client), "name": "ada", "password": "correct horse battery", "next": "/?q=gloves"}
    response = client.post("/login", data=data)
    assert (response.status_code, response.location) == (302, "/?q=gloves")
    cookie = next(value for value in response.headers.getlist("Set-Cookie") if value.startswith("searchapp="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    page = client.get("/").text
    csrf = page.split('name="csrf-token" content="')[1].split('"')[0]
    assert client.post("/api/ask", json={"question": "gloves"}).status_code == 403
    assert client.post("/api/ask", json={"question": "x"}, headers={"X-CSRF-Token": csrf[:-1] + "?"}).status_code == 403
    assert client.post("/api/ask", json={"question": "gloves"}, headers={"X-CSRF-Token": csrf}).status_code == 200
    assert client.post("/logout").status_code == 403
    assert client.post("/logout", data={"csrf_token": csrf}).status_code == 302
    assert client.get("/api/documents").status_code == 401


def test_over_tls_the_cookie_is_bound_to_the_host(client: FlaskClient, guarded: StandIn) -> None:
    guarded.access.users.add("ada", "correct horse battery", frozenset({Scope.READ}))
    data = {"csrf_token": form_token(client), "name": "ada", "password": "correct horse battery"}
    with client.session_transaction() as pending:
        data["csrf_token"] = pending["login_csrf"]
    response = client.post("/login", data=data, environ_overrides={"wsgi.url_scheme": "https"})
    cookie = next(value for value in response.headers.getlist("Set-Cookie") if "__Host-" in value)
    assert "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie


def test_each_login_is_a_session_of_its_own(client: FlaskClient, guarded: StandIn) -> None:
    guarded.access.users.add("ada", "correct horse battery", frozenset({Scope.READ}))
    planted = guarded.access.sessions.begin(Identity("mallory", ALL))
    client.set_cookie("searchapp", planted)
    assert try_login(client, "correct horse battery") == 302
    assert client.get_cookie("searchapp").value != planted  # type: ignore[union-attr]
    assert guarded.access.sessions.find(planted) is None


def test_passwords_cannot_be_guessed_at_speed(client: FlaskClient, guarded: StandIn) -> None:
    guarded.access.users.add("ada", "correct horse battery", frozenset({Scope.READ}))
    assert [try_login(client, "wrong") for _ in range(6)] == [401] * 5 + [429]
    assert try_login(client, "correct horse battery") == 429  # or the last guess would be told from the others
    page = client.post("/login", data={"csrf_token": form_token(client), "name": "<b>", "password": "x"}).text
    assert "<b>" not in page and "do not fit" in page


def test_a_login_form_of_another_site_is_refused(client: FlaskClient, guarded: StandIn) -> None:
    guarded.access.users.add("ada", "correct horse battery", frozenset({Scope.READ}))
    data = {"name": "ada", "password": "correct horse battery"}
    assert client.post("/login", data=data).status_code == 403
    for token in ("", "-", "None"):  # with no form open there is no token that fits
        assert client.post("/login", data={**data, "csrf_token": token}).status_code == 403
    data["csrf_token"] = form_token(client)
    assert client.post("/login", data={**data, "csrf_token": ""}).status_code == 403
    assert client.post("/login", data=data, headers={"Origin": "http://["}).status_code == 403
    assert client.post("/login", data=data, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.post("/login", data=data, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/login", data=data).status_code == 302


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/documents?state=failed", "/documents?state=failed"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
        ("//[", "/"),
        ("/\\[::1", "/"),
        ("http://[::1]x/", "/"),
        ("/?q=" + "g" * 3000, "/"),
    ],
)
def test_a_login_leads_to_a_page_of_ours(target: str, expected: str) -> None:
    assert local_path(target) == expected


def test_a_removed_user_is_out_at_once(client: FlaskClient, guarded: StandIn) -> None:
    guarded.access.users.add("ada", "correct horse battery", frozenset({Scope.READ}))
    assert try_login(client, "correct horse battery") == 302
    assert client.get("/api/documents").status_code == 200
    guarded.access.users.remove("ada")
    assert client.get("/api/documents").status_code == 401


@pytest.mark.parametrize(("scopes", "shown"), [(frozenset({Scope.READ}), False), (ALL, True)])
def test_only_operators_are_shown_the_way_to_operations(
    client: FlaskClient, guarded: StandIn, scopes: frozenset[Scope], shown: bool
) -> None:
    logged_in(client, guarded, scopes)
    assert ('href="/operations"' in client.get("/").text) is shown
    assert client.get("/operations").status_code == (200 if shown else 403)
