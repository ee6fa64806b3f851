"""What readers did not find, over HTTP: told by the page, read and cleared by operators."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from searchapp.audit import Wanted, What
from searchapp.missed import Found
from searchapp.web.app import create_app
from searchapp.web.jobs import Jobs
from searchapp.wiring import Application
from tests.web.stand_in import StandIn


@pytest.fixture
def app(tmp_path: Path) -> StandIn:
    return StandIn(tmp_path, missed_queries=True)


def tell(client: FlaskClient, query: str, found: str = "nothing") -> int:
    return client.post("/api/searches/missed", json={"query": query, "found": found}).status_code


def before(app: StandIn | Application, query: str, found: Found = Found.NOTHING) -> None:
    """Have it asked on the day before."""
    today = app.missed._today()
    app.missed._today = lambda: today - dt.timedelta(days=1)
    app.missed.count(query, found)
    app.missed._today = lambda: today


def test_misses_are_counted_listed_by_pages_and_cleared(client: FlaskClient, app: StandIn) -> None:
    none = {"kept": True, "total": 0, "rare": 0, "queries": []}
    assert client.get("/api/operations/missed").json == none
    before(app, "fire drill")
    before(app, "canteen")
    assert tell(client, "drill, fire!") == tell(client, "Fire drills", "weak") == 204
    assert tell(client, "canteen") == tell(client, "parking") == 204
    found = client.get("/api/operations/missed").json
    assert found is not None and (found["total"], found["rare"]) == (2, 1)
    last = app.missed._today().isoformat()
    assert found["queries"][0] == {"query": "fire drill", "nothing": 2, "weak": 1, "days": 2, "last": last}
    second = client.get("/api/operations/missed?from=1&size=1").json
    assert second is not None and [one["query"] for one in second["queries"]] == ["canteen"]
    assert client.delete("/api/operations/missed").status_code == 204
    assert client.get("/api/operations/missed").json == none
    assert [record.what for record in app.audit.page(Wanted(), 10).records] == [What.MISSED_CLEARED]


def test_a_search_alone_counts_nothing_as_it_may_be_one_while_somebody_types(
    client: FlaskClient, app: StandIn, tmp_path: Path
) -> None:
    for typed in ("z", "zz", "zzz"):
        assert client.get(f"/api/search?q={typed}").status_code == 200
    assert not (tmp_path / "missed.sqlite").exists()


def test_who_has_no_searches_remembered_is_not_counted(client: FlaskClient, app: StandIn) -> None:
    assert client.patch("/api/preferences", json={"recent": False}).status_code == 200
    assert tell(client, "gloves") == 204
    assert app.missed.page().rare == 0
    assert client.patch("/api/preferences", json={"recent": True}).status_code == 200
    assert tell(client, "gloves") == 204
    assert app.missed.page().rare == 1


def test_nonsense_is_refused(client: FlaskClient) -> None:
    for body in ({}, {"query": "x"}, {"query": "x", "found": "much"}, {"query": 7, "found": "weak"},
                 {"query": "x" * 5000, "found": "weak"}, {"query": "x", "found": "weak", "who": "ada"}):  # fmt: skip
        assert client.post("/api/searches/missed", json=body).status_code == 400, body
    assert tell(client, "?!") == tell(client, "   ") == 400
    assert client.get("/api/operations/missed?from=-1").status_code == 400


def test_where_it_is_off_the_answer_is_the_same_and_nothing_is_kept(tmp_path: Path) -> None:
    app = StandIn(tmp_path)
    jobs = Jobs(app)  # type: ignore[arg-type]
    client = create_app(app, jobs=jobs).test_client()  # type: ignore[arg-type]
    assert tell(client, "gloves") == 204
    assert client.get("/api/operations/missed").json == {"kept": False, "total": 0, "rare": 0, "queries": []}
    assert "data-missed" not in client.get("/").text
    assert not (tmp_path / "missed.sqlite").exists()
    jobs.stop()
