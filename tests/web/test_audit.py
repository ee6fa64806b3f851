"""Requests that change something leave a record, and operators read them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from searchapp.access import Scope
from searchapp.audit import Outcome, Record, Wanted, What
from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.web.audit import ACTIONS, QUERIES, UNRECORDED
from searchapp.web.identity import SAFE_METHODS
from searchapp.web.jobs import Jobs
from searchapp.wiring import Application
from tests.security.test_authorisation import EVERY, ask, key, routes
from tests.waiting import eventually
from tests.web.samples import fill
from tests.web.stand_in import StandIn, entry


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


def records(app: StandIn | Application, **wanted: Any) -> list[Record]:
    return list(app.audit.page(Wanted(**wanted), 200).records)


def operator(app: StandIn) -> dict[str, str]:
    return key(app, EVERY)


def test_every_changing_route_leaves_a_record_whether_it_does_it_or_refuses(site: Flask, guarded: StandIn) -> None:
    client = site.test_client()
    named = {"login.submit", "login.logout", *QUERIES, *UNRECORDED}  # tests of their own
    changing = [one for one in routes(site) if one.method not in SAFE_METHODS and one.endpoint not in named]
    assert len(changing) >= 8
    silent = []
    for headers, outcomes in ((operator(guarded), set(Outcome)), (key(guarded, frozenset()), {Outcome.REFUSED})):
        for route in changing:
            before = len(records(guarded))
            ask(client, route, headers)
            left = records(guarded)
            if len(left) != before + 1 or left[0].what is What.OTHER or left[0].outcome not in outcomes:
                silent.append((route, left[:1]))
            assert left[0].who.startswith("key:test (") and left[0].where == "127.0.0.1"
    assert silent == [], "name the route in ACTIONS (searchapp/web/audit.py)"
    assert {route.endpoint for route in changing} <= ACTIONS.keys()


def test_a_route_that_nobody_named_is_recorded_all_the_same(guarded: StandIn) -> None:
    site = create_app(guarded, host="0.0.0.0")  # type: ignore[arg-type]
    site.add_url_rule("/api/new", "api.new", lambda: ("", 204), methods=["POST"])
    assert site.test_client().post("/api/new", headers=operator(guarded)).status_code == 204
    (record,) = records(guarded)
    assert (record.what, record.outcome) == (What.OTHER, Outcome.DONE)


def test_reading_leaves_no_record(site: Flask, guarded: StandIn) -> None:
    client = site.test_client()
    for route in routes(site):
        if route.method in SAFE_METHODS and route.endpoint not in ACTIONS:
            ask(client, route, operator(guarded))
    client.get("/api/search?q=gloves", headers=operator(guarded))
    client.post("/api/ask", json={"question": "gloves?"}, headers=operator(guarded))
    assert records(guarded) == []


def test_documents_are_named_with_their_groups(site: Flask, guarded: StandIn) -> None:
    client, headers = site.test_client(), operator(guarded)
    guarded.store.put(entry("secret", "/srv/secret.md", title="Secret plan", groups=("hr",)))
    assert client.delete("/api/documents/secret", headers=headers).status_code == 204
    assert client.post("/api/documents/secret/restore", headers=headers).status_code == 200
    assert client.delete("/api/documents/secret", headers={**headers, "If-Match": '"x"'}).status_code == 412
    client.post("/api/documents/lockout/retry", headers=headers)
    retried, changed, restored, deleted = records(guarded)
    for one in (changed, restored, deleted):
        assert (one.on, one.groups) == ("secret Secret plan", ("hr",))
    assert (deleted.what, deleted.outcome, restored.what) == (What.DELETE, Outcome.DONE, What.RESTORE)
    assert (changed.outcome, changed.error) == (Outcome.REFUSED, "document_changed")
    assert (retried.what, retried.error) == (What.RETRY, "document_not_failed")


def test_what_is_added_is_named_by_its_kind(site: Flask, guarded: StandIn) -> None:
    client, headers = site.test_client(), key(guarded, EVERY, ("law",))
    files = {"file": (io.BytesIO(b"# Note\n\nNine bar."), "note.md")}
    assert client.post("/api/documents", data=files, headers=headers).status_code == 202
    for depth in (0, 2):
        body = {"url": "https://example.org/a", "depth": depth}
        assert client.post("/api/documents", json=body, headers=headers).status_code == 202
    assert client.post("/api/documents", json={"url": "file:///etc/passwd"}, headers=headers).status_code == 422
    refused, site_, address, upload = records(guarded)
    assert [one.what for one in (upload, address, site_)] == [What.UPLOAD, What.ADDRESS_ADDED, What.SITE_ADDED]
    assert upload.on == "note.md" and upload.groups == ("law",) and len(upload.details["documents"]) == 1
    assert (refused.outcome, refused.on, refused.what) == (Outcome.REFUSED, "file:///etc/passwd", What.ADDRESS_ADDED)


def login(client: FlaskClient, name: str, password: str) -> int:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
    assert token
    return client.post("/login", data={"csrf_token": token[1], "name": name, "password": password}).status_code


def test_logins_and_logouts(site: Flask, guarded: StandIn) -> None:
    guarded.access.users.add("ada", "correct horse battery", frozenset({Scope.READ}))
    client = site.test_client()
    assert login(client, "ada", "wrong") == 401
    assert login(client, "ada", "correct horse battery") == 302
    cookie = client.get_cookie("searchapp")
    assert cookie is not None
    session = guarded.access.sessions.find(cookie.value)
    assert session is not None
    assert client.post("/logout", headers={"X-CSRF-Token": session.csrf}).status_code == 302
    assert client.get("/api/search?q=x", headers={"Authorization": "Bearer sak_none"}).status_code == 401
    wrong_key, out, in_, failed = records(guarded)
    assert [one.who for one in (wrong_key, out, in_, failed)] == ["", "ada", "ada", "ada"]
    assert [one.what for one in (out, in_, failed)] == [What.LOGOUT, What.LOGIN, What.LOGIN_FAILED]
    assert (wrong_key.what, wrong_key.error, failed.error) == (What.LOGIN_FAILED, "key_invalid", "password_wrong")
    assert client.post("/logout").status_code == 302  # by nobody, which is nothing
    assert len(records(guarded)) == 4


def test_queries_are_recorded_where_a_setting_says_so(tmp_path: Path) -> None:
    app = StandIn(tmp_path, audit_queries=True)
    fill(app)
    client = create_app(app).test_client()  # type: ignore[arg-type]
    client.get("/api/search?q=gloves")
    client.post("/api/ask", json={"question": "Which gloves?"}).get_data()
    client.post("/api/judgements", json={"query": "gloves", "document_id": "lockout", "grade": 1})
    judged, asked, searched = records(app)
    assert (searched.what, searched.who, searched.details["query"]) == (What.SEARCH, "open", "gloves")
    assert (asked.what, asked.details["query"]) == (What.ASK, "Which gloves?")
    assert (judged.what, judged.details) == (What.JUDGED, {"grade": 1, "query": "gloves"})


def test_an_operation_is_one_record_that_ends_when_it_does(tmp_path: Path) -> None:
    running = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64", ollama_url="http://127.0.0.1:9"))
    torn = tmp_path / "torn.pdf"
    torn.write_bytes(b"%PDF-1.7 torn")
    list(running.ingester.ingest([str(torn)]))
    jobs = Jobs(running)
    client = create_app(running, jobs=jobs).test_client()
    task = client.post("/api/operations/tasks", json={"action": "retry"}).json
    eventually(lambda: client.get(f"/api/operations/tasks/{task['id']}").json["state"] != "running")
    assert client.post("/api/operations/tasks", json={"action": "rollback"}).status_code == 400
    jobs.stop()
    refused, retried = records(running)
    assert (retried.what, retried.outcome, retried.details["documents"]) == (What.RETRY, Outcome.DONE, 1)
    assert (refused.what, refused.outcome, refused.error) == (What.ES_ROLLBACK, Outcome.REFUSED, "one_version_only")


def test_operators_list_the_records_by_filters_and_pages(site: Flask, guarded: StandIn) -> None:
    client, headers = site.test_client(), key(guarded, frozenset({Scope.OPERATE}), ("law",))
    guarded.store.put(entry("secret", "/srv/secret.md", title="Secret plan", groups=("hr",)))
    client.delete("/api/documents/secret", headers=operator(guarded))
    client.put("/api/operations/queue", json={"paused": True}, headers=headers)

    def listed(query: str) -> Any:
        response = client.get(f"/api/audit?{query}", headers=headers)
        assert response.status_code == 200, response.json
        return response.json

    both = listed("")
    assert [one["what"] for one in both["records"]] == ["queue_paused", "delete"] and both["kept"] == "database"
    assert both["records"][1]["groups"] == ["hr"]  # an operator sees what was done to documents of every group
    assert [one["what"] for one in listed("what=delete,login")["records"]] == ["delete"]
    assert [one["what"] for one in listed("on=secret&outcome=done&since=2000-01-01")["records"]] == ["delete"]
    first = listed("size=1")
    for name in ("cursor", "before"):  # as it was called first
        assert [one["what"] for one in listed(f"size=1&{name}={first['next']}")["records"]] == ["delete"]
    for wrong in ("what=nothing", "since=yesterday", "size=0", "cursor=x", "outcome=odd"):
        assert client.get(f"/api/audit?{wrong}", headers=headers).status_code == 400


def test_keys_of_the_same_name_are_told_apart_by_their_ids(guarded: StandIn) -> None:
    (first, text), (second, _) = (guarded.access.keys.make("report", EVERY) for _ in range(2))
    identity = guarded.access.keys.identity(text)
    assert identity is not None and first.id != second.id
    assert (identity.name, identity.key) == ("key:report", first.id)
