"""Every route with every scope, generated from the table of routes, so that a new route cannot be forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from searchapp.access import Identity, Scope
from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.web.identity import REQUIRED, SAFE_METHODS
from searchapp.web.jobs import Jobs
from searchapp.wiring import Application
from tests.web.samples import fill
from tests.web.stand_in import StandIn, entry

EVERY = frozenset(Scope)
SOLE = [frozenset({scope}) for scope in Scope]


class Route(NamedTuple):
    endpoint: str
    method: str
    path: str
    takes_document: bool


@pytest.fixture
def guarded(tmp_path: Path) -> StandIn:
    app = StandIn(tmp_path, auth="required", requests_per_minute=100_000)
    fill(app)
    return app


@pytest.fixture
def site(guarded: StandIn) -> Iterator[Flask]:
    jobs = Jobs(guarded)  # type: ignore[arg-type]
    yield create_app(guarded, host="0.0.0.0", jobs=jobs)  # type: ignore[arg-type]
    jobs.stop()


def routes(site: Flask, document_id: str = "lockout") -> list[Route]:
    """All of them, with something in the place of each of their parameters."""
    found: list[Route] = []
    with site.test_request_context():
        for rule in site.url_map.iter_rules():
            fill_in = {name: document_id if name == "document_id" else 1 for name in rule.arguments}
            if rule.endpoint == "static":
                fill_in = {"filename": "base.css"}
            built = rule.build({name: str(value) for name, value in fill_in.items()}, append_unknown=False)
            if built is None:
                built = rule.build(fill_in, append_unknown=False)
            assert built is not None, rule
            found += [
                Route(rule.endpoint, method, built[1], "document_id" in rule.arguments)
                for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
            ]
    assert len(found) > 25
    return found


def key(app: StandIn | Application, scopes: frozenset[Scope], groups: tuple[str, ...] | None = None) -> dict[str, str]:
    _, text = app.access.keys.make("test", scopes, groups)
    return {"Authorization": f"Bearer {text}"}


def ask(client: FlaskClient, route: Route, headers: dict[str, str]) -> int:
    body = {"json": {}} if route.method not in SAFE_METHODS else {}
    response = client.open(route.path, method=route.method, headers=headers, **body)  # type: ignore[arg-type]
    response.close()
    return response.status_code


def test_every_route_with_every_scope(site: Flask, guarded: StandIn) -> None:
    client = site.test_client()
    keys = {scopes: key(guarded, scopes) for scopes in SOLE}
    wrong: list[str] = []
    for route in routes(site):
        needed = REQUIRED.get(route.endpoint, Scope.OPERATE)
        if needed is None:
            continue  # the next test looks at these
        if ask(client, route, {}) != 401:
            wrong.append(f"{route.method} {route.path} without a key")
        for scopes, headers in keys.items():
            refused = ask(client, route, headers) in (401, 403)
            if refused is (needed in scopes):
                wrong.append(f"{route.method} {route.path} with {', '.join(scopes)}")
    assert wrong == []


def test_every_tool_with_every_scope(site: Flask, guarded: StandIn) -> None:
    from searchapp.mcp.server import TOOLS

    client = site.test_client()
    wrong: list[str] = []
    for scopes in [*SOLE, frozenset({Scope.READ, Scope.WRITE}), frozenset({Scope.READ, Scope.OPERATE}), EVERY]:
        headers = key(guarded, scopes)
        if Scope.READ not in scopes:
            assert rpc(client, headers, "tools/list").status_code == 403
            continue
        listed = {tool["name"] for tool in rpc(client, headers, "tools/list").get_json()["result"]["tools"]}
        for tool in TOOLS:
            may = tool.scope in scopes
            if (tool.name in listed) is not may:
                wrong.append(f"{tool.name} is{' not' if may else ''} listed with {', '.join(scopes)}")
            answer = rpc(client, headers, "tools/call", name=tool.name, arguments={"no such": 1}).get_json()["result"]
            # The rights are looked at first; who has them is told of the argument.
            said = answer["content"][0]["text"]
            if not answer["isError"] or ("takes no argument 'no such'" in said) is not may:
                wrong.append(f"{tool.name} with {', '.join(scopes)}: {said}")
    assert wrong == []
    assert {tool.scope for tool in TOOLS} == {Scope.READ, Scope.WRITE}


def rpc(client: FlaskClient, headers: dict[str, str], method: str, **params: object) -> TestResponse:
    accepted = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}
    call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return client.post("/mcp", json=call, headers={**headers, **accepted})


def test_what_is_public_is_named_here_too(site: Flask) -> None:
    public = {route.endpoint for route in routes(site) if REQUIRED.get(route.endpoint, Scope.OPERATE) is None}
    assert public == {
        "static", "health.healthz", "health.readyz", "openapi.description", "llms.text",
        "login.form", "login.submit", "login.provider", "login.returned", "login.logout",
    }  # fmt: skip


def test_no_route_shows_a_document_of_another_group(site: Flask, guarded: StandIn) -> None:
    guarded.store.put(entry("lockout", "/srv/lockout.md", groups=("law",)))
    client, others = site.test_client(), key(guarded, EVERY, ("hr",))
    asked = [route for route in routes(site) if route.takes_document]
    assert len(asked) >= 4
    statuses = {f"{route.method} {route.path}": ask(client, route, others) for route in asked}
    unknown = {
        f"{route.method} {route.path}": ask(client, route, others)
        for route in routes(site, "nowhere")
        if route.takes_document
    }
    assert set(statuses.values()) == {404} and set(unknown.values()) == {404}, (statuses, unknown)
    assert guarded.store.entry("lockout") is not None


@pytest.mark.parametrize("token", [None, "", "wrong"])
def test_no_change_without_the_sessions_own_token(site: Flask, guarded: StandIn, token: str | None) -> None:
    client = site.test_client()
    client.set_cookie("searchapp", guarded.access.sessions.begin(Identity("ada", EVERY)))
    other = guarded.access.sessions.find(guarded.access.sessions.begin(Identity("bob", EVERY)))
    assert other is not None
    headers = {} if token is None else {"X-CSRF-Token": other.csrf if token == "wrong" else token}
    changing = [one for one in routes(site) if one.method not in SAFE_METHODS]
    assert len(changing) > 5
    assert {ask(client, route, headers) for route in changing} == {403}
    assert guarded.store.entry("lockout") is not None


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_no_change_on_behalf_of_another_site(site: Flask, guarded: StandIn, headers: dict[str, str]) -> None:
    client, ours = site.test_client(), key(guarded, EVERY)
    changing = [one for one in routes(site) if one.method not in SAFE_METHODS]
    assert {ask(client, route, {**ours, **headers}) for route in changing} == {403}


def test_groups_bound_search_facets_answers_lists_and_originals(tmp_path: Path) -> None:
    """The whole of it over a real store: what a member of no such group gets is as if the document were not there."""
    application = Application(
        Settings(
            data_dir=tmp_path / "data", auth="required", embedding_model="hashed:128", ollama_url="http://127.0.0.1:9"
        )
    )  # fmt: skip
    open_, secret = tmp_path / "open.md", tmp_path / "secret.txt"
    open_.write_text("# Canteen\n\nThe canteen opens at noon on working days.", "utf-8")
    secret.write_text("The salary of the director is 90000 and a parrot.", "utf-8")
    list(application.ingester.ingest([str(open_)]))
    list(application.ingester.ingest([str(secret)], groups=("hr",)))
    client = create_app(application, host="0.0.0.0").test_client()
    member, other = (key(application, frozenset({Scope.READ}), (group,)) for group in ("hr", "law"))

    asked = [
        "/api/search?q=salary+director+parrot&facets=true&spelling=true&group=true",
        "/api/search?q=parot&spelling=true",
        "/api/search?q=salary&mode=semantic&facets=true&sentences=true",
        "/api/complete?q=parr",
        "/api/complete?q=secr",
        "/api/documents",
    ]
    question = {"question": "What is the salary of the director?"}
    seen = {
        name: [client.get(path, headers=headers).text for path in asked]
        + [client.post("/api/ask", json=question, headers=headers).text]
        for name, headers in (("member", member), ("other", other))
    }
    for answer in (seen["member"][0], seen["member"][-1]):
        assert "90000" in answer
    for path, answer in zip([*asked, "/api/ask"], seen["other"], strict=True):
        for word in ("90000", "secret", "parrot", '"text": 1'):
            assert word not in answer.replace("salary+director+parrot", "").replace("salary director parrot", ""), path
    assert "parrot" in seen["member"][3]  # there is a completion to be seen

    listed = client.get("/api/documents", headers=member).json
    (hidden,) = [one["id"] for one in listed["documents"] if one["groups"]]
    (passage,) = [one["chunk_id"] for one in client.get("/api/search?q=parrot", headers=member).json["hits"]][:1]
    for path, opened in {
        f"/documents/{hidden}/file": True,
        f"/api/documents/{hidden}": True,
        f"/api/documents/{hidden}/passages": True,
        f"/api/similar?passage={passage}": True,
    }.items():
        assert (client.get(path, headers=member).status_code == 200) is opened, path
        assert client.get(path, headers=other).status_code == 404, path
