"""Users and keys over HTTP: made, changed, removed, and never beyond what the operator has themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from searchapp.access import Identity, Scope
from searchapp.audit import Wanted, What
from searchapp.web.app import create_app
from tests.web.stand_in import StandIn

PASSWORD = "correct horse battery"
ADA = {"name": "ada", "password": PASSWORD, "scopes": ["read"], "groups": ["hr"]}


@pytest.fixture
def guarded(tmp_path: Path) -> StandIn:
    return StandIn(tmp_path, auth="required")


@pytest.fixture
def client(guarded: StandIn) -> FlaskClient:
    return create_app(guarded, host="0.0.0.0").test_client()  # type: ignore[arg-type]


def key(app: StandIn, *scopes: str, groups: tuple[str, ...] | None = None) -> dict[str, Any]:
    text = app.access.keys.make("op", frozenset(map(Scope, scopes)), groups)[1]
    return {"headers": {"Authorization": f"Bearer {text}"}}


def test_a_user_is_added_changed_and_removed(client: FlaskClient, guarded: StandIn) -> None:
    operator = key(guarded, "read", "write", "operate")
    assert client.post("/api/access/users", json=ADA, **operator).json == {
        "name": "ada", "scopes": ["read"], "groups": ["hr"],
    }  # fmt: skip
    assert client.post("/api/access/users", json=ADA, **operator).status_code == 409
    token = guarded.access.sessions.begin(Identity("ada", frozenset({Scope.READ}), ("hr",)))
    changed = client.put("/api/access/users/ada", json={"scopes": ["read", "write"], "groups": []}, **operator)
    assert changed.json == {"name": "ada", "scopes": ["read", "write"], "groups": None}
    assert guarded.access.sessions.find(token) is None
    known = guarded.access.users.identity("ada", PASSWORD)
    assert known is not None and known.scopes == {Scope.READ, Scope.WRITE} and known.groups is None
    new = {"scopes": ["read"], "password": "another long password"}
    assert client.put("/api/access/users/ada", json=new, **operator).status_code == 200
    assert guarded.access.users.identity("ada", PASSWORD) is None
    guarded.personal.searches.remember("user:ada", "/?q=gloves")
    assert client.delete("/api/access/users/ada", **operator).status_code == 204
    assert guarded.access.users.all() == [] and guarded.personal.searches.recent("user:ada") == ()
    assert client.delete("/api/access/users/ada", **operator).status_code == 404
    what = [record.what for record in guarded.audit.page(Wanted(on="ada"), 10).records]
    assert what == [What.USER_DELETED] * 2 + [What.USER_CHANGED] * 2 + [What.USER_CREATED] * 2


def test_a_key_is_shown_once_and_revoked(client: FlaskClient, guarded: StandIn) -> None:
    operator = key(guarded, "read", "operate")
    made = client.post("/api/access/keys", json={"name": "report", "scopes": ["read"], "days": 30}, **operator).json
    assert made is not None
    text, id_ = made["key"], made["known"]["id"]
    assert client.get("/api/search?q=x", headers={"Authorization": f"Bearer {text}"}).status_code == 200
    listed = client.get("/api/access", **operator)
    assert text not in listed.text and id_ in listed.text
    assert client.delete(f"/api/access/keys/{id_}", **operator).status_code == 204
    assert client.get("/api/search?q=x", headers={"Authorization": f"Bearer {text}"}).status_code == 401
    assert client.delete(f"/api/access/keys/{id_}", **operator).status_code == 404
    assert text not in str(guarded.audit.page(Wanted(), 50).records)


def test_no_operator_gives_or_takes_what_they_do_not_have(client: FlaskClient, guarded: StandIn) -> None:
    bounded = key(guarded, "read", "operate", groups=("hr",))
    for scopes, groups, status in (
        (["read"], ["hr"], 201), (["read"], [], 403), (["read"], ["hr", "law"], 403), (["write"], ["hr"], 403),
    ):  # fmt: skip
        asked = {"name": f"k{len(groups)}{scopes[0]}", "scopes": scopes, "groups": groups}
        assert client.post("/api/access/keys", json=asked, **bounded).status_code == status, asked
        made = client.post("/api/access/users", json={**asked, "password": PASSWORD}, **bounded)
        assert made.status_code == status, asked
    guarded.access.users.add("boss", PASSWORD, frozenset(Scope))
    id_ = guarded.access.keys.make("big", frozenset(Scope))[0].id
    assert (
        client.put("/api/access/users/boss", json={"scopes": ["read"], "groups": ["hr"]}, **bounded).status_code == 403
    )
    assert client.delete("/api/access/users/boss", **bounded).status_code == 403
    assert client.delete(f"/api/access/keys/{id_}", **bounded).status_code == 403
    assert {one["name"] for one in client.get("/api/access", **bounded).json["users"]} == {"k1read"}  # type: ignore[index]
    assert guarded.access.users.identity("boss", PASSWORD) is not None


def test_nobody_locks_themselves_out(client: FlaskClient, guarded: StandIn) -> None:
    guarded.access.users.add("boss", PASSWORD, frozenset(Scope))
    token = guarded.access.sessions.begin(Identity("boss", frozenset(Scope)))
    client.set_cookie("searchapp", token)
    session = guarded.access.sessions.find(token)
    assert session is not None
    headers = {"X-CSRF-Token": session.csrf}
    assert client.delete("/api/access/users/boss", headers=headers).status_code == 400
    assert client.put("/api/access/users/boss", json={"scopes": ["read"]}, headers=headers).status_code == 400
    same = {"scopes": sorted(Scope), "password": "a new password of mine"}
    assert client.put("/api/access/users/boss", json=same, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [{"password": "short"}, {"name": "a b"}, {"name": ""}, {"scopes": []}, {"scopes": ["root"]}, {"groups": ["a b"]},
     {"groups": ["x"] * 200}, {"admin": True}],
)  # fmt: skip
def test_nonsense_is_refused(client: FlaskClient, guarded: StandIn, changes: dict[str, object]) -> None:
    operator = key(guarded, "read", "operate")
    assert client.post("/api/access/users", json={**ADA, **changes}, **operator).status_code == 400
    assert guarded.access.users.all() == []
