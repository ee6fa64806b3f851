"""The routes of what people keep for themselves: searches and preferences."""

from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskClient

from searchapp.access import Scope
from searchapp.audit import Wanted, What
from searchapp.web.app import create_app
from tests.web.stand_in import StandIn

GLOVES = "/?q=gloves&filter=type%3Dpdf"


def listed(client: FlaskClient, **options: object) -> dict[str, list[str]]:
    found = client.get("/api/searches", **options).json  # type: ignore[arg-type]
    assert found is not None
    return {"recent": [one["query"] for one in found["recent"]], "saved": [one["name"] for one in found["saved"]]}


def test_recent_searches_are_kept_unless_their_owner_says_no(client: FlaskClient) -> None:
    assert client.post("/api/searches/recent", json={"address": GLOVES}).status_code == 204
    assert listed(client) == {"recent": ["gloves"], "saved": []}
    assert client.patch("/api/preferences", json={"recent": False}).status_code == 200
    assert client.post("/api/searches/recent", json={"address": "/?q=boots"}).status_code == 204
    assert listed(client)["recent"] == ["gloves"]
    assert client.delete("/api/searches/recent").status_code == 204
    assert listed(client)["recent"] == []


def test_a_search_is_saved_renamed_deleted_and_brought_back(client: FlaskClient, app: StandIn) -> None:
    made = client.post("/api/searches/saved", json={"address": GLOVES, "name": "Hands"})
    assert made.status_code == 201 and made.json is not None
    place = made.headers["Location"]
    assert place == f"/api/searches/saved/{made.json['id']}"
    assert client.patch(place, json={"name": "Gloves"}).json == {**made.json, "name": "Gloves"}
    assert client.delete(place).status_code == 204 and client.delete(place).status_code == 404
    assert client.post(f"{place}/restore").status_code == 200
    assert listed(client)["saved"] == ["Gloves"]
    what = [record.what for record in app.audit.page(Wanted(), 10).records]
    assert what == [What.PERSONAL] * 5


def test_nonsense_is_refused(client: FlaskClient) -> None:
    for address in ("", "/?q=", "javascript:alert(1)", "https://evil.example/?q=x", "/?q=" + "x" * 9000, 7, None):
        assert client.post("/api/searches/saved", json={"address": address}).status_code == 400, address
        assert client.post("/api/searches/recent", json={"address": address}).status_code == 400, address
    assert client.patch("/api/searches/saved/none", json={"name": "x"}).status_code == 404
    for changes in (
        {"results": 4},
        {"results": 51},
        {"theme": "blue"},
        {"language": "fr"},
        {"model": "x" * 300},
        {"x": 1},
    ):
        assert client.patch("/api/preferences", json=changes).status_code == 400, changes


def test_nobody_sees_or_changes_what_another_keeps(tmp_path: Path) -> None:
    app = StandIn(tmp_path, auth="required")
    client = create_app(app, host="0.0.0.0").test_client()  # type: ignore[arg-type]
    ada, bob = (
        {"headers": {"Authorization": f"Bearer {app.access.keys.make('same', frozenset({Scope.READ}))[1]}"}}
        for _ in range(2)
    )
    made = client.post("/api/searches/saved", json={"address": GLOVES}, **ada).json  # type: ignore[arg-type]
    client.post("/api/searches/recent", json={"address": GLOVES}, **ada)  # type: ignore[arg-type]
    client.patch("/api/preferences", json={"theme": "dark"}, **ada)  # type: ignore[arg-type]
    assert made is not None
    assert listed(client, **bob) == {"recent": [], "saved": []}
    assert client.get("/api/preferences", **bob).json["theme"] == "system"  # type: ignore[arg-type, index]
    place = f"/api/searches/saved/{made['id']}"
    assert client.patch(place, json={"name": "x"}, **bob).status_code == 404  # type: ignore[arg-type]
    assert client.delete(place, **bob).status_code == 404  # type: ignore[arg-type]
    client.delete("/api/searches/recent", **bob)  # type: ignore[arg-type]
    assert listed(client, **ada) == {"recent": ["gloves"], "saved": ["gloves"]}


def test_pages_and_what_they_ask_for_come_in_the_chosen_language(client: FlaskClient) -> None:
    client.patch("/api/preferences", json={"language": "zh", "theme": "dark"})
    served = client.get("/", headers={"Accept-Language": "en"})
    assert '<html lang="zh-CN" data-theme="dark">' in served.text
    assert "lang=zh" in served.headers["Set-Cookie"]
    assert '<html lang="en"' in client.get("/?lang=en").text
