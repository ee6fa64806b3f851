"""Schedules over HTTP and on the page: for operators, within the folders that are allowed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect

from searchapp.messages import Message
from searchapp.operations import runner_of
from searchapp.schedules import Every, Run, RunOutcome, ScheduleKind, Wanted
from searchapp.schedules.turns import Turns
from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.wiring import Application
from tests.waiting import eventually
from tests.web.browsing import NewPage, Serve
from tests.web.stand_in import StandIn

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def folder(app: StandIn, tmp_path: Path) -> Path:
    """One that may be followed."""
    place = tmp_path / "papers"
    place.mkdir()
    app.settings = Settings(data_dir=app.settings.data_dir, followed_folders=(place,))
    return place


@pytest.fixture
def client(app: StandIn, folder: Path) -> FlaskClient:
    return create_app(app).test_client()  # type: ignore[arg-type]


def test_a_schedule_is_made_changed_called_and_removed(app: StandIn, folder: Path, client: FlaskClient) -> None:
    told = client.get("/api/schedules").get_json()
    assert told == {"schedules": [], "folders": [str(folder)], "kinds": ["folder", "site", "doctor", "judged"]}
    made = client.post("/api/schedules", json={"target": str(folder), "every": "hour"})
    assert made.status_code == 201 and made.get_json()["every"] == "hour" and made.get_json()["kind"] == "folder"
    address = f"/api/schedules/{made.get_json()['id']}"
    assert client.post("/api/schedules", json={"target": str(folder)}).status_code == 409
    changed = client.patch(address, json={"every": "week", "paused": True}).get_json()
    assert changed["paused"] and changed["every"] == "week" and changed["next"] is None and "due" not in changed
    timed = client.patch(address, json={"at": {"time": "03:30", "on": "sun", "zone": "UTC"}}).get_json()
    assert timed["at"] == {"time": "03:30", "on": "sun", "zone": "UTC"} and timed["paused"]
    assert client.patch(address, json={"at": {"time": "25:00"}}).status_code == 400
    assert client.patch(address, json={"at_any_time": True}).get_json()["at"] is None
    assert client.post(f"{address}/run").get_json()["called"] is True
    assert Turns(app.schedules).next_due(reading=True) is not None
    app.schedules.remember(
        made.get_json()["id"], Run(NOW, NOW, RunOutcome.WARNED, Message("schedule_healthy").encoded())
    )
    (ran,) = client.get(f"{address}/runs").get_json()["runs"]
    assert (ran["outcome"], ran["message"], ran["began"]) == (
        "warned",
        "Nothing is wrong.",
        "2026-01-01T00:00:00+00:00",
    )
    assert client.delete(address).status_code == 204
    for gone in (client.delete(address), client.patch(address, json={}), client.get(f"{address}/runs")):
        assert gone.status_code == 404


def test_each_kind_takes_what_is_its_own(client: FlaskClient, folder: Path) -> None:
    (folder / "judged.tsv").write_text("gloves\ta.md\t1\n")
    for body in (
        {"kind": "doctor"},
        {"kind": "judged", "least": 0.7},
        {"kind": "judged", "target": str(folder / "judged.tsv")},
        {"kind": "site", "target": "https://example.org/docs/", "depth": 2, "every": "week"},
    ):
        answer = client.post("/api/schedules", json=body)
        assert answer.status_code == 201, answer.get_json()
    assert [one["target"] for one in client.get("/api/schedules").get_json()["schedules"]] == [
        "", str(folder / "judged.tsv"), "thumbs", "https://example.org/docs/",
    ]  # fmt: skip
    for body in (
        {},
        {"kind": "party"},
        {"kind": "doctor", "at": {"time": "3 am"}},
        {"kind": "doctor", "at": {"time": "03:00", "on": "sun"}},
        {"kind": "doctor", "at": {"time": "03:00", "zone": "Europe/Atlantis"}},
        {"kind": "doctor", "every": "hour", "at": {"time": "03:00"}},
        {"kind": "snapshot"},  # there is no Elasticsearch
        {"kind": "drift"},
        {"kind": "doctor", "least": 0.5},
        {"kind": "judged", "least": 1.5, "target": str(folder)},
        {"kind": "judged", "target": "/etc/passwd"},
        {"kind": "folder", "target": str(folder), "keep": {"daily": 7}},
        {"kind": "folder", "target": str(folder), "keep": {"daily": -1}},
        {"target": "x" * 9000},
    ):
        assert client.post("/api/schedules", json=body).status_code == 400, body


def test_a_time_of_the_day_is_waited_for(app: StandIn, client: FlaskClient) -> None:
    body = {"kind": "doctor", "every": "week", "at": {"time": "03:00", "on": "sun", "zone": "UTC"}}
    made = client.post("/api/schedules", json=body).get_json()
    assert made["at"] == body["at"]
    next_ = dt.datetime.fromisoformat(made["next"])
    assert (next_.hour, next_.minute, next_.weekday()) == (3, 0, 6)
    assert Turns(app.schedules).next_due(reading=True) is None


def test_no_folder_is_followed_that_is_not_allowed(
    app: StandIn, folder: Path, client: FlaskClient, tmp_path: Path
) -> None:
    for target in ("/", "/etc", str(tmp_path), f"{folder}/..", "papers", f"{folder}/typo"):
        answer = client.post("/api/schedules", json={"target": target})
        assert answer.status_code == 400, target
    assert client.post("/api/schedules", json={"target": "ftp://example.org"}).status_code == 422
    assert app.schedules.all() == ()


def test_metrics_tell_what_failed_and_what_waits(app: StandIn, client: FlaskClient) -> None:
    one = app.schedules.add(Wanted(ScheduleKind.DOCTOR, "", Every.DAY), "ada")
    text = client.get("/metrics").text
    assert 'searchapp_schedules{outcome="never"} 1.0' in text and 'searchapp_schedules{outcome="failed"} 0.0' in text
    taken = Turns(app.schedules).take("me", lambda lease: False) or pytest.fail("it is due")
    Turns(app.schedules).end(taken[0], Run(NOW, NOW, RunOutcome.FAILED, "no"), dt.timedelta())
    assert 'searchapp_schedules{outcome="failed"} 1.0' in client.get("/metrics").text
    app.schedules.change(one.id, paused=True)
    assert 'searchapp_schedules{outcome="failed"} 0.0' in client.get("/metrics").text


def test_a_folder_is_followed_from_the_page(
    new_page: NewPage, app: StandIn, folder: Path, served: Callable[[object], str]
) -> None:
    app.schedules.add(Wanted(ScheduleKind.DOCTOR, "", Every.DAY), "ada")  # which is no affair of this page
    page = new_page()
    page.goto(f"{served(app)}/documents")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("textbox", name="A folder of the server").or_(page.locator("#server-path"))).to_have_value(
        str(folder)
    )
    page.locator("#folder-every").select_option("Every week")
    page.get_by_role("button", name="Follow it").click()
    list_ = page.get_by_role("dialog", name="Followed folders and sites")
    expect(list_).to_contain_text(str(folder))
    expect(list_).to_contain_text("Not run yet")
    expect(list_).not_to_contain_text("Doctor")
    (one,) = (one for one in app.schedules.all() if one.kind is ScheduleKind.FOLDER)
    assert one.every == "week"
    list_.get_by_role("button", name="Pause").click()
    expect(list_).to_contain_text("Paused")
    list_.get_by_role("button", name="Go on").click()
    list_.get_by_label("How often").select_option("Every hour")
    expect(list_).to_contain_text("Next: ")
    list_.get_by_role("button", name="Remove").click()
    expect(list_).to_contain_text("Nothing is followed yet")
    assert [one.kind for one in app.schedules.all()] == [ScheduleKind.DOCTOR]


def test_a_site_is_added_with_a_schedule(new_page: NewPage, app: StandIn, served: Callable[[object], str]) -> None:
    page = new_page()
    page.goto(f"{served(app)}/documents")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#server-folder")).to_be_hidden()  # no folder may be followed
    page.get_by_role("textbox", name="Web address").fill("https://example.org/docs/")
    page.locator("#depth").select_option("The site, 2 links deep")
    page.locator("#url-every").select_option("Every day")
    page.get_by_role("button", name="Add address").click()
    expect(page.locator("#batch")).to_contain_text("https://example.org/docs/ and its site")
    (one,) = app.schedules.all()
    assert (one.target, one.depth, one.every) == ("https://example.org/docs/", 2, "day")
    assert Turns(app.schedules).next_due(reading=True) is None  # it is read now as it is


def test_operators_schedule_run_pause_and_read_what_happened(new_page: NewPage, served: Serve, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "judged.tsv").write_text("gloves\tone.md\t1\n")
    (papers / "one.md").write_text("# One\n\nGloves are worn.")
    application = Application(
        Settings(data_dir=tmp_path / "data", embedding_model="hashed:64", ollama_url=NOBODY, followed_folders=(papers,))
    )
    list(application.ingester.ingest([str(papers / "one.md")]))
    runner = runner_of(application)
    page = new_page(tolerated="400")
    page.goto(f"{served(application)}/operations")
    section = page.get_by_role("region").or_(page.locator("section")).filter(has=page.locator("#schedules"))
    list_ = page.locator("#schedules")
    expect(list_).to_contain_text("Nothing is scheduled yet.")
    page.locator("#scheduling > summary").click()
    section.get_by_label("What").select_option("Judged queries")
    section.get_by_label("File of judged queries").fill(str(tmp_path / "elsewhere.tsv"))
    section.get_by_role("button", name="Add a schedule").click()
    expect(section.get_by_role("alert")).to_contain_text("may not be followed")
    section.get_by_label("File of judged queries").fill(str(papers / "judged.tsv"))
    section.get_by_label("Warn below").fill("0.5")
    section.get_by_role("button", name="Add a schedule").click()
    expect(list_).to_contain_text("Judged queries")
    expect(section.get_by_role("alert")).to_be_empty()
    expect(list_).to_contain_text("Not run yet")
    assert runner.look() is not None
    expect(list_).to_contain_text("nDCG@10 is 1.000 over 1 query.", timeout=30_000)
    (papers / "judged.tsv").write_text("gloves\tno-such-document.md\t1\ngloves\tone.md\t0\n")
    list_.get_by_role("button", name="Run now").click()
    eventually(lambda: application.schedules.all()[0].called)
    assert runner.look() is not None
    expect(list_.locator(".state.warning, .state.failed").first).to_be_visible(timeout=30_000)
    list_.get_by_text("Earlier runs").click()
    expect(list_.locator(".runs p")).to_have_count(2)
    list_.get_by_role("button", name="Pause").click()
    expect(list_).to_contain_text("Paused")
    assert application.schedules.all()[0].paused
    list_.get_by_role("button", name="Remove").click()
    expect(list_).to_contain_text("Nothing is scheduled yet.")
