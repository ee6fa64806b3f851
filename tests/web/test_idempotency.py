"""Idempotency-Key over HTTP: what is sent twice is done once."""

from __future__ import annotations

import io
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask.testing import FlaskClient

from searchapp.access import Scope
from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.web.idempotency import HEADER, REPLAYED, read_key
from searchapp.web.identity import SAFE_METHODS
from searchapp.web.operation import described
from searchapp.wiring import Application
from tests.web.stand_in import StandIn, entry

ADDRESS = {"url": "https://example.org/manual/"}


def real(folder: Path, **settings: Any) -> Application:
    values = {"data_dir": folder, "embedding_model": "hashed:64", "ollama_url": "http://127.0.0.1:9", **settings}
    return Application(Settings(**values))


def named(key: str = "one") -> dict[str, str]:
    return {HEADER: f'"{key}"'}


def test_what_is_sent_twice_is_done_once(client: FlaskClient, app: StandIn) -> None:
    first = client.post("/api/collections", json={"name": "Minutes"}, headers=named())
    again = client.post("/api/collections", json={"name": "Minutes"}, headers=named())
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.data, again.content_type) == (first.data, first.content_type)
    assert REPLAYED not in first.headers and again.headers[REPLAYED] == "true"
    assert client.post("/api/collections", json={"name": "Minutes"}).status_code == 409  # without the key
    assert len(app.collections.all(_local())) == 1


def _local() -> Any:
    from searchapp.access import LOCAL

    return LOCAL


def test_a_deletion_is_answered_as_before_and_not_missed(client: FlaskClient, app: StandIn) -> None:
    app.store.put(entry("lockout", "/srv/lockout.md"))
    statuses = [client.delete("/api/documents/lockout", headers=named()).status_code for _ in range(2)]
    assert statuses == [204, 204]
    assert client.delete("/api/documents/lockout").status_code == 404


def test_an_upload_is_known_by_its_parts(client: FlaskClient, app: StandIn) -> None:
    def sent(content: bytes, name: str = "one.md") -> Any:  # each time with another boundary
        return client.post("/api/documents", data={"file": (io.BytesIO(content), name)}, headers=named())

    first, again = sent(b"# One"), sent(b"# One")
    assert first.status_code == again.status_code == 202 and first.data == again.data
    assert again.headers["Location"] == first.headers["Location"]
    for other in (sent(b"# Two"), sent(b"# One", "two.md")):
        assert (other.status_code, other.json["reason"]) == (422, "idempotency_key_reused")
    assert (app.originals.uploads / "one.md").read_bytes() == b"# One"


def test_another_request_with_the_key_is_refused(client: FlaskClient) -> None:
    assert client.post("/api/documents", json=ADDRESS, headers=named()).status_code == 202
    for path, body in (("/api/documents", {"url": "https://example.org/"}), ("/api/collections", {"name": "x"})):
        refused = client.post(path, json=body, headers=named())
        assert (refused.status_code, refused.json["code"]) == (422, "idempotency")
        assert refused.content_type == "application/problem+json"


def test_a_request_that_was_refused_leaves_its_key_free(client: FlaskClient) -> None:
    assert client.post("/api/documents", json={"link": "x"}, headers=named()).status_code == 400
    assert client.post("/api/documents", json=ADDRESS, headers=named()).status_code == 202


@pytest.mark.parametrize("key", ["", '""', "k" * 256, "schlüssel"])
def test_what_is_no_key_is_told(client: FlaskClient, key: str) -> None:
    response = client.post("/api/documents", json=ADDRESS, headers={HEADER: key})
    assert (response.status_code, response.json["reason"]) == (400, "idempotency_key_invalid")


def test_with_and_without_quotation_marks_it_is_the_same_key() -> None:
    assert read_key('"8e03978e"') == read_key("8e03978e") == "8e03978e"
    assert read_key('"') == '"'


def test_a_stream_takes_none(client: FlaskClient, library: StandIn) -> None:
    for _ in range(2):
        response = client.post("/api/ask", json={"question": "gloves"}, headers=named())
        assert b"event: done" in response.data and REPLAYED not in response.headers
    assert client.get("/api/search?q=gloves", headers={HEADER: "ü"}).status_code == 200  # what only reads neither


def test_of_two_at_once_one_is_done_and_the_other_told(
    client: FlaskClient, app: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, go_on, queue = threading.Event(), threading.Event(), app.ingester.queue

    def slow(*given: Any, **more: Any) -> Any:
        inside.set()
        assert go_on.wait(30)
        return queue(*given, **more)

    monkeypatch.setattr(app.ingester, "queue", slow)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: client.post("/api/documents", json=ADDRESS, headers=named()))
        assert inside.wait(30)
        second = client.application.test_client().post("/api/documents", json=ADDRESS, headers=named())
        go_on.set()
        assert first.result(30).status_code == 202
    assert (second.status_code, second.json["reason"]) == (409, "idempotency_key_running")


@pytest.fixture
def guarded(tmp_path: Path) -> StandIn:
    return StandIn(tmp_path, auth="required")


def key_of(app: StandIn | Application, name: str, groups: tuple[str, ...] | None = None) -> dict[str, str]:
    _, text = app.access.keys.make(name, frozenset(Scope), groups)
    return {"Authorization": f"Bearer {text}"}


def test_two_callers_may_use_one_key(guarded: StandIn) -> None:
    client = create_app(guarded, host="0.0.0.0").test_client()  # type: ignore[arg-type]
    ada, bob = key_of(guarded, "ada"), key_of(guarded, "bob")
    for name, header in (("Ada", ada), ("Bob", bob)):
        made = client.post("/api/collections", json={"name": name}, headers={**header, **named()})
        assert made.status_code == 201 and REPLAYED not in made.headers


def test_no_answer_is_repeated_to_who_sees_less_now(guarded: StandIn) -> None:
    client = create_app(guarded, host="0.0.0.0").test_client()  # type: ignore[arg-type]
    key, text = guarded.access.keys.make("ada", frozenset(Scope), ("hr", "law"))
    header = {"Authorization": f"Bearer {text}", **named()}
    assert client.post("/api/documents", json=ADDRESS, headers=header).status_code == 202
    with guarded.access.keys._database.transaction() as connection:
        connection.execute("UPDATE keys SET groups = ? WHERE id = ?", ('["hr"]', key.id))
    assert client.post("/api/documents", json=ADDRESS, headers=header).status_code == 422


def test_a_key_that_was_made_is_kept_nowhere(guarded: StandIn, tmp_path: Path) -> None:
    client = create_app(guarded, host="0.0.0.0").test_client()  # type: ignore[arg-type]
    header = {**key_of(guarded, "operator"), **named()}
    made = client.post("/api/access/keys", json={"name": "reporting", "scopes": ["read"]}, headers=header)
    again = client.post("/api/access/keys", json={"name": "reporting", "scopes": ["read"]}, headers=header)
    assert (made.status_code, again.status_code) == (201, 409)
    assert again.json["reason"] == "idempotency_answer_not_kept"
    assert len([one for one in guarded.access.keys.all() if one.name == "reporting"]) == 1
    assert made.json["key"].encode() not in (tmp_path / "idempotency.sqlite").read_bytes()


def test_who_is_removed_takes_their_keys_along(guarded: StandIn) -> None:
    client = create_app(guarded, host="0.0.0.0").test_client()  # type: ignore[arg-type]
    operator = key_of(guarded, "operator")
    guarded.idempotency.begin("user:ada", "one", b"", 60)
    guarded.access.users.add("ada", "correct horse battery", frozenset({Scope.READ}), None)
    assert client.delete("/api/access/users/ada", headers=operator).status_code == 204
    guarded.idempotency.begin("user:ada", "one", b"another", 60)


def test_every_route_that_changes_something_takes_one(client: FlaskClient) -> None:
    """By the routes themselves: what the description promises of each, and what each does with no key."""
    told = client.get("/openapi.json").json["paths"]
    taking = {
        f"{method.upper()} {path}"
        for path, methods in told.items()
        for method, one in methods.items()
        if any(parameter["name"] == HEADER for parameter in one.get("parameters", ()))
    }
    site = client.application
    for rule in site.url_map.iter_rules():
        operation = described(site.view_functions[rule.endpoint])
        for method in (rule.methods or set()) - {"OPTIONS", *SAFE_METHODS}:
            if operation is None or operation.events or not rule.rule.startswith("/api/"):
                continue
            path = rule.rule.replace("<int:", "<").replace("<", "{").replace(">", "}")
            assert f"{method} {path}" in taking
            refused = client.open(path.replace("{", "").replace("}", "").replace("/n/", "/1/"), method=method,
                                  headers={HEADER: ""})  # fmt: skip
            assert refused.json["reason"] == "idempotency_key_invalid", (method, path)
    assert len(taking) > 30


# --- over the wire, with the real store ---------------------------------------------------------------------


def test_a_retry_after_a_restart_adds_nothing(tmp_path: Path, served: Callable[[object], str]) -> None:
    key, body = {HEADER: str(uuid.uuid4())}, {"name": "Minutes", "description": "Of all meetings."}
    first = httpx.post(f"{served(real(tmp_path))}/api/collections", json=body, headers=key)
    restarted = real(tmp_path)
    again = httpx.post(f"{served(restarted)}/api/collections", json=body, headers=key)
    assert (first.status_code, again.status_code, again.content) == (201, 201, first.content)
    assert len(restarted.collections.all(_local())) == 1


def test_many_at_once_are_one(tmp_path: Path, served: Callable[[object], str]) -> None:
    running = real(tmp_path)
    address, key = served(running), {HEADER: str(uuid.uuid4())}
    files = {"file": ("note.md", b"# Note\n\nOil the hinges.", "text/markdown")}
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(lambda _: httpx.post(f"{address}/api/documents", files=files, headers=key, timeout=60), range(6))
        )
    assert {one.status_code for one in answers} <= {202, 409}
    assert sum(one.status_code == 202 and REPLAYED not in one.headers for one in answers) == 1
    assert running.store.entries().total == 1
