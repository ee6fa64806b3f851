"""What the operator's page asks for again and again: all at a glance, once for everybody, with an ETag."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from searchapp.audit import Actor, Outcome, What
from searchapp.errors import ServiceUnavailableError
from searchapp.operations import board as boards
from searchapp.schedules import Every, ScheduleKind, Wanted
from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.web.jobs import Jobs
from searchapp.wiring import Application
from tests.waiting import eventually

BOARD = "/api/operations/board"
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def application(tmp_path: Path) -> Application:
    return Application(Settings(data_dir=tmp_path / "data", embedding_model="hashed:64", ollama_url=NOBODY))


@pytest.fixture
def client(application: Application) -> Iterator[FlaskClient]:
    jobs = Jobs(application)
    yield create_app(application, jobs=jobs).test_client()
    jobs.stop()


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "PATIENCE", 60.0)  # a crowded machine looks slowly


def whole(client: FlaskClient) -> dict[str, Any]:
    """The board once the doctor has looked, too."""
    eventually(lambda: client.get(BOARD).json["examined"])
    return client.get(BOARD).json  # type: ignore[no-any-return]


def test_all_is_told_at_once(client: FlaskClient, application: Application, tmp_path: Path) -> None:
    (tmp_path / "torn.pdf").write_bytes(b"%PDF-1.7 torn")
    (tmp_path / "note.md").write_text("# Note\n\nNine bar.", "utf-8")
    list(application.ingester.ingest([str(tmp_path / "torn.pdf"), str(tmp_path / "note.md")]))
    application.schedules.add(Wanted(ScheduleKind.DOCTOR, "", Every.DAY), "ada")
    application.audit.write(What.UPLOAD, Actor("ada", "10.0.0.7"), Outcome.DONE, "Handbook")
    told = whole(client)
    assert told["behind"] is None and told["snapshots"] is None and told["waiting"] is None
    assert (told["overview"]["store"], told["overview"]["actions"]) == ("embedded", ["retry"])
    assert told["overview"]["queue"]["states"] == {"failed": 1, "indexed": 1}
    assert 0 < told["disk"]["free"] <= told["disk"]["total"]
    embedding, language = told["services"]
    assert (embedding["name"], embedding["model"], embedding["problem"]) == ("embedding_model", "hashed:64", "")
    assert language["name"] == "language_model" and "Ollama does not answer" in language["problem"]
    assert [one["kind"] for one in told["schedules"]] == ["doctor"]
    assert [one["on"] for one in told["records"]] == ["Handbook"]
    assert {one["severity"] for one in told["wants"]} <= {"error", "warning"}
    assert [one["message"] for one in told["findings"] if one["severity"] == "error"] == [
        one["message"] for one in told["wants"] if one["severity"] == "error"
    ]
    chinese = client.get(BOARD, headers={"Accept-Language": "zh"}).json
    assert "Ollama" in chinese["services"][1]["problem"] and chinese["services"] != told["services"]


def test_nothing_is_sent_again_to_who_has_it(client: FlaskClient, application: Application) -> None:
    whole(client)
    first = client.get(BOARD)
    again = client.get(BOARD, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    application.audit.write(What.UPLOAD, Actor("ada", "10.0.0.7"), Outcome.DONE, "Handbook")
    client.put("/api/operations/queue", json={"paused": True})
    changed = client.get(BOARD, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200 and changed.headers["ETag"] != first.headers["ETag"]
    assert changed.json["overview"]["queue"]["paused"]["by"] == "local"
    eventually(
        lambda: "queue" in [one["check"] for one in client.get(BOARD).json["findings"] if one["severity"] != "ok"]
    )


def test_many_who_watch_cost_what_one_costs(
    client: FlaskClient, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole(client)
    looks: list[int] = []
    counted = application.store.state_counts
    monkeypatch.setattr(application.store, "state_counts", lambda: looks.append(1) or counted())
    for part in boards.Boards(application, type("Tasks", (), {"all": tuple})())._lane.parts:
        assert part.is_due
    for _ in range(50):
        assert client.get(BOARD).status_code == 200
    assert len(looks) < 50


def test_a_store_that_is_away_is_one_thing_that_is_wrong(
    client: FlaskClient, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = whole(client)

    def away(*_: object, **__: object) -> None:
        raise ServiceUnavailableError("elasticsearch_away", where="http://es:9200")

    for name in ("state_counts", "pause", "memo", "check", "entries"):
        monkeypatch.setattr(application.store, name, away)
    client.put("/api/operations/queue", json={"paused": True})  # which fails, and has all looked at anew
    told = client.get(BOARD)
    assert told.status_code == 200
    assert told.json["wants"][0]["severity"] == "error"
    messages = [one["message"] for one in told.json["wants"]]
    assert len(messages) == len(set(messages))
    assert told.json["overview"]["store"] == before["overview"]["store"]  # as it was last seen
