"""Conversations over HTTP: kept by who asks for it, each caller's own, shared within the walls of groups."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from searchapp.access import Identity, Scope
from searchapp.audit import Wanted
from searchapp.errors import ServiceUnavailableError
from searchapp.model import Turn
from searchapp.web.app import create_app
from searchapp.web.jobs import Jobs
from tests.web.samples import fill
from tests.web.stand_in import StandIn, entry

READ = frozenset({Scope.READ})


def ask(client: FlaskClient, question: str = "gloves", conversation: str = "new", **how: Any) -> str:
    """Ask and read the whole answer; returns the id of the conversation, empty where it is not kept."""
    headers = how.pop("headers", {})
    response = client.post(
        "/api/ask", json={"question": question, "conversation": conversation, **how}, headers=headers
    )
    assert response.status_code == 200, response.text
    first, *_ = response.text.split("\n\n")
    name, data = first.splitlines()
    return str(json.loads(data.removeprefix("data: "))["id"]) if name == "event: conversation" else ""


def kept(client: FlaskClient, id_: str, **how: Any) -> dict[str, Any]:
    return dict(client.get(f"/api/conversations/{id_}", **how).json or {})


@pytest.fixture
def filled(app: StandIn) -> StandIn:
    fill(app)
    return app


def test_only_who_asks_for_it_is_recorded(filled: StandIn, client: FlaskClient) -> None:
    assert ask(client, conversation="") == ""
    assert client.get("/api/conversations").json == {"total": 0, "conversations": []}
    id_ = ask(client)
    listed = client.get("/api/conversations").json
    assert listed is not None and listed["total"] == 1
    assert {name: listed["conversations"][0][name] for name in ("id", "title", "question", "turns", "shared")} == {
        "id": id_, "title": "Gloves", "question": "gloves", "turns": 1, "shared": "",
    }  # fmt: skip
    (turn,) = kept(client, id_)["turns"]
    assert turn["state"] == "done" and turn["answer"]["answer"].startswith("Operators wear")
    assert turn["hits"][0]["document_id"] == "press-safety" and "groups" not in turn
    assert client.get("/api/conversations?q=cut-resistant").json["total"] == 1  # type: ignore[index]
    assert client.get("/api/conversations?q=parrot").json["total"] == 0  # type: ignore[index]


def test_a_follow_up_takes_the_kept_turns_where_none_are_sent(filled: StandIn, client: FlaskClient) -> None:
    id_ = ask(client)
    assert ask(client, "and at night?", id_) == id_
    (history,) = filled.answerer.conversations[1][1]
    assert history.question == "gloves" and history.answer.startswith("Operators wear")
    sent = {"question": "boots", "answer": "Boots are worn."}
    ask(client, "and by day?", id_, history=[sent])
    assert filled.answerer.conversations[2][1] == (Turn("boots", "Boots are worn."),)
    turns = kept(client, id_)["turns"]
    assert [one["answer"]["question"] for one in turns] == ["gloves", "and at night?", "and by day?"]
    assert turns[1]["answer"]["query"] == "gloves and at night?" and turns[1]["answer"]["rewriting"] == "joined"
    answered = len(filled.answerer.asked)
    assert client.post("/api/ask", json={"question": "and?", "conversation": "nowhere"}).status_code == 404
    assert len(filled.answerer.asked) == answered  # no model was asked


def test_what_fails_under_way_is_kept_as_failed(filled: StandIn, client: FlaskClient) -> None:
    filled.answerer.error = ServiceUnavailableError("ollama_away", server="http://127.0.0.1:11434")
    (turn,) = kept(client, ask(client))["turns"]
    assert turn["state"] == "failed" and turn["problem"]["reason"] == "ollama_away" and turn["answer"]["sentences"]
    assert client.post("/api/ask", json={"question": " ", "conversation": "new"}).status_code == 400
    assert client.get("/api/conversations").json["total"] == 1  # type: ignore[index]


def test_a_title_a_deletion_and_its_undoing(filled: StandIn, client: FlaskClient) -> None:
    id_ = ask(client)
    where = f"/api/conversations/{id_}"
    assert client.patch(where, json={"title": "手套"}).json["title"] == "手套"  # type: ignore[index]
    for title in ("", " ", "x" * 201, 7, None):
        assert client.patch(where, json={"title": title}).status_code == 400
    assert client.delete(where).status_code == 204
    assert client.delete(where).status_code == 404 and client.get(where).status_code == 404
    assert client.post("/api/ask", json={"question": "and?", "conversation": id_}).status_code == 404
    assert client.post(f"{where}/restore").json["title"] == "手套"  # type: ignore[index]
    assert client.get(where).status_code == 200
    log = [(one.what, one.on, one.outcome) for one in filled.audit.page(Wanted(), 50).records]
    assert ("conversation_deleted", id_, "done") in log and ("conversation_restored", id_, "done") in log
    assert "gloves" not in repr(filled.audit.page(Wanted(), 50).records)


def test_it_is_written_down_as_markdown_and_json(filled: StandIn, client: FlaskClient) -> None:
    id_ = ask(client, "手套 gloves?")
    markdown = client.get(f"/api/conversations/{id_}/export")
    assert markdown.mimetype == "text/markdown" and markdown.text.startswith("# 手套 gloves\n")
    assert "filename*=UTF-8''" in markdown.headers["Content-Disposition"]
    whole = client.get(f"/api/conversations/{id_}/export?format=json")
    assert whole.json == kept(client, id_) and whole.mimetype == "application/json"
    assert client.get(f"/api/conversations/{id_}/export?format=pdf").status_code == 400


def test_none_are_kept_where_the_settings_say_so(tmp_path: Path) -> None:
    app = StandIn(tmp_path, conversations=0)
    fill(app)
    client = create_app(app, jobs=Jobs(app)).test_client()  # type: ignore[arg-type]
    assert ask(client) == "" and client.get("/api/conversations").json["total"] == 0  # type: ignore[index]


@pytest.fixture
def guarded(tmp_path: Path) -> StandIn:
    app = StandIn(tmp_path, auth="required", requests_per_minute=100_000)
    fill(app)
    app.store.put(entry("press-safety", "/srv/handbook/safety/press-safety.pdf", groups=("hr",)))
    return app


@pytest.fixture
def house(guarded: StandIn) -> Iterator[FlaskClient]:
    jobs = Jobs(guarded)  # type: ignore[arg-type]
    yield create_app(guarded, host="0.0.0.0", jobs=jobs).test_client()  # type: ignore[arg-type]
    jobs.stop()


def key(app: StandIn, *groups: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {app.access.keys.make('test', READ, groups or None)[1]}"}


def test_nobody_sees_or_changes_what_is_not_theirs(guarded: StandIn, house: FlaskClient) -> None:
    ada, bob = key(guarded), key(guarded)
    id_ = ask(house, headers=ada)
    where = f"/api/conversations/{id_}"
    assert house.get("/api/conversations", headers=bob).json == {"total": 0, "conversations": []}
    assert house.get("/api/conversations?q=gloves", headers=bob).json["total"] == 0  # type: ignore[index]
    for method, path, body in (
        ("GET", where, None), ("GET", f"{where}/export", None), ("GET", f"{where}/turns/1/check", None),
        ("PATCH", where, {"title": "mine"}), ("DELETE", where, None), ("POST", f"{where}/restore", None),
        ("PUT", f"{where}/share", None), ("DELETE", f"{where}/share", None),
        ("POST", "/api/ask", {"question": "and?", "conversation": id_}),
    ):  # fmt: skip
        assert house.open(path, method=method, json=body, headers=bob).status_code == 404, path
    assert kept(house, id_, headers=ada)["entry"]["title"] == "Gloves"
    house.delete(where, headers=ada)
    assert house.post(f"{where}/restore", headers=bob).status_code == 404


def test_two_people_of_one_name_are_told_apart(guarded: StandIn, house: FlaskClient) -> None:
    """A user, a key of that name, and the same name by another way of logging in."""
    as_key = {"Authorization": f"Bearer {guarded.access.keys.make('ada', READ)[1]}"}
    ask(house, headers=as_key)
    house.set_cookie("searchapp", guarded.access.sessions.begin(Identity("ada", READ)))
    assert house.get("/api/conversations").json["total"] == 0  # type: ignore[index]


def test_a_shared_one_is_read_by_who_may_read_its_documents(guarded: StandIn, house: FlaskClient) -> None:
    ada, hr, law = key(guarded, "hr"), key(guarded, "hr", "law"), key(guarded, "law")
    id_ = ask(house, headers=ada)
    shared = house.put(f"/api/conversations/{id_}/share", headers=ada).json["shared"]  # type: ignore[index]
    ask(house, "and at night?", id_, headers=ada)
    address = shared.replace("/c/", "/api/shared/")
    seen = house.get(address, headers=hr).json
    assert seen is not None and seen["title"] == "Gloves" and len(seen["turns"]) == 1
    assert "owner" not in json.dumps(seen) and id_ not in json.dumps(seen)
    refused = house.get(address, headers=law)
    assert refused.status_code == 403 and refused.json["reason"] == "conversation_of_other_groups"  # type: ignore[index]
    assert "Gloves" not in refused.text and "press" not in refused.text
    assert house.get(f"{address}/turns/1/check", headers=law).status_code == 403
    assert house.get(address).status_code == 401 and house.get("/api/shared/nowhere", headers=hr).status_code == 404
    guarded.store.delete_document("lockout")
    cited = house.get(address, headers=hr).json["changes"]  # type: ignore[index]
    assert cited == {"cited": 3, "edited": [], "deleted": []}  # it is no cited one
    guarded.store.delete_document("audit-2023")
    cited = house.get(address, headers=hr).json["changes"]  # type: ignore[index]
    assert cited == {"cited": 3, "edited": [], "deleted": ["Audit 2023, findings"]}
    assert house.delete(f"/api/conversations/{id_}/share", headers=ada).json["shared"] == ""  # type: ignore[index]
    assert house.get(address, headers=hr).status_code == 404
    log = [(one.what, one.on) for one in guarded.audit.page(Wanted(), 50).records]
    assert ("conversation_shared", id_) in log and ("conversation_unshared", id_) in log


def test_an_answer_from_documents_that_were_closed_meanwhile_is_withheld(guarded: StandIn, house: FlaskClient) -> None:
    ada = key(guarded, "hr")
    id_ = ask(house, headers=ada)
    guarded.store.put(entry("audit-2023", "/srv/handbook/audits/2023/findings.md", groups=("law",)))
    seen = kept(house, id_, headers=ada)
    assert seen["turns"][0]["withheld"] and "cut-resistant" not in json.dumps(seen)
    assert "cut-resistant" not in house.get(f"/api/conversations/{id_}/export", headers=ada).text
    ask(house, "and at night?", id_, headers=ada)
    assert guarded.answerer.conversations[-1][1] == ()
