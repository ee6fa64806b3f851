"""The operator's routes over real stores: what they show, and what they start."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from searchapp.model import DocumentState
from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.web.jobs import Jobs
from searchapp.wiring import Application
from tests.web.samples import fill_registry
from tests.web.stand_in import StandIn

TASKS = "/api/operations/tasks"
QUEUE = "/api/operations/queue"


@pytest.fixture
def open_client() -> Iterator[Callable[[object], FlaskClient]]:
    opened: list[Jobs] = []

    def make(application: object) -> FlaskClient:
        opened.append(Jobs(application))  # type: ignore[arg-type]
        return create_app(application, jobs=opened[-1]).test_client()  # type: ignore[arg-type]

    yield make
    for jobs in opened:
        jobs.stop()


def run(client: FlaskClient, action: str, **options: object) -> dict[str, object]:
    """Start an operation and follow it to its end."""
    started = client.post(TASKS, json={"action": action, **options})
    assert started.status_code == 202, started.json
    while (task := client.get(started.headers["Location"]).json)["state"] == "running":
        time.sleep(0.05)  # the test's own timeout ends what never ends
    return task  # type: ignore[no-any-return]


def test_the_index_is_rebuilt_and_switched_back(
    clustered: Application, open_client: Callable[[object], FlaskClient]
) -> None:
    client = open_client(clustered)
    before = client.get("/api/operations").json
    assert (before["store"], before["matches"], before["fault"]) == ("elasticsearch", True, "")
    (only,) = before["versions"]
    assert only["state"] == "live" and only["documents"] == 5 and only["passages"] > 5 and only["bytes"] > 0
    assert only["model"].startswith("hashed:64")
    assert before["actions"] == ["reindex"]

    done = run(client, "reindex", model="hashed:128")
    assert done["state"] == "done" and "5 documents" in done["message"], done
    after = client.get("/api/operations").json
    assert [(one["state"], one["model"][:10]) for one in after["versions"]] == [
        ("written", "hashed:64 "),
        ("live", "hashed:128"),
    ]
    assert after["actions"] == ["reindex", "rollback"]
    assert client.get("/api/search?q=valve&mode=semantic").json["hits"]

    assert run(client, "rollback")["state"] == "done"
    assert [one["state"] for one in client.get("/api/operations").json["versions"]] == ["live", "written"]
    assert [one["action"] for one in client.get(TASKS).json["tasks"]] == ["rollback", "reindex"]


def test_a_reindex_is_stopped_goes_on_and_is_discarded(
    clustered: Application, open_client: Callable[[object], FlaskClient]
) -> None:
    client = open_client(clustered)
    started = client.post(TASKS, json={"action": "reindex", "model": "hashed:128", "throttle": 5})
    second = client.post(TASKS, json={"action": "rollback"})
    assert (second.status_code, second.json["code"]) == (409, "conflict")
    assert client.delete(started.headers["Location"]).status_code == 202
    while (task := client.get(started.headers["Location"]).json)["state"] == "running":
        time.sleep(0.05)
    assert task["state"] == "stopped" and "nothing was switched" in task["message"], task
    assert client.delete(started.headers["Location"]).status_code == 409
    standing = client.get("/api/operations").json
    if "discard" in standing["actions"]:  # stopped while counting, it has begun no version yet
        assert run(client, "discard")["state"] == "done"
    assert [one["state"] for one in client.get("/api/operations").json["versions"]] == ["live"]
    assert run(client, "discard")["message"] == "There was no unfinished version."
    assert "no version to go back to" in str(run(client, "rollback")["message"])


def test_the_embedded_store_shows_what_it_has(tmp_path: Path, open_client: Callable[[object], FlaskClient]) -> None:
    application = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64", ollama_url="http://127.0.0.1:9"))
    client = open_client(application)
    empty = client.get("/api/operations").json
    assert (empty["store"], empty["versions"], empty["indexed"], empty["actions"]) == ("embedded", [], "", [])
    note = tmp_path / "note.md"
    note.write_text("# Note\n\nThe valve closes at nine bar.", "utf-8")
    list(application.ingester.ingest([str(note)]))
    found = client.get("/api/operations").json
    (version,) = found["versions"]
    assert (version["documents"], version["passages"], version["state"]) == (1, 1, "live")
    assert version["bytes"] > 0
    refused = client.post(TASKS, json={"action": "reindex"})
    assert refused.status_code == 400 and "SEARCHAPP_ELASTICSEARCH_URL" in refused.json["remedy"]
    told = client.get("/api/operations/findings").json
    findings, changed = told["findings"], told["changed"]
    assert changed["since"] is None and {one["check"] for one in changed["new"]} == {"language model"}
    past = client.get("/api/operations/findings/history").json
    assert past["looked"] == changed["at"] and past["changes"] == [changed] and past["problems"] == changed["new"]
    assert str(tmp_path) not in str(past)
    assert {"store", "queue", "language model"} <= {one["check"] for one in findings}
    assert all(one["message"] and one["severity"] in ("ok", "info", "warning", "error") for one in findings)


def test_what_failed_is_queued_again(tmp_path: Path, open_client: Callable[[object], FlaskClient]) -> None:
    application = Application(Settings(data_dir=tmp_path, embedding_model="hashed:64"))
    client = open_client(application)
    torn = tmp_path / "torn.pdf"
    torn.write_bytes(b"%PDF-1.7 torn")
    list(application.ingester.ingest([str(torn)]))
    assert client.get("/api/operations").json["actions"] == ["retry"]
    assert application.store.state_counts()[DocumentState.FAILED] == 1
    torn.unlink()
    torn.write_text("%PDF no more", "utf-8")
    assert run(client, "retry")["message"] == "1 documents are queued again."


def test_the_queue_is_paused_and_resumed(
    clustered: Application, tmp_path: Path, open_client: Callable[[object], FlaskClient]
) -> None:
    embedded = Application(Settings(data_dir=tmp_path / "own", embedding_model="hashed:64"))
    for application in (clustered, embedded):
        client = open_client(application)
        assert client.get("/api/operations").json["queue"]["paused"] is None
        told = client.put(QUEUE, json={"paused": True}).json
        assert told["paused"]["by"] == "local" and told["paused"]["since"].endswith("+00:00")
        assert client.put(QUEUE, json={"paused": True}).json["paused"] == told["paused"]  # the first one stays
        assert client.get("/api/operations").json["queue"] == told
        assert client.get("/api/documents").json["problem"]["code"] == "paused"
        assert "searchapp_ingest_paused 1.0" in client.get("/metrics").text
        assert client.put(QUEUE, json={"paused": False}).json["paused"] is None
        assert client.get("/api/documents").json["problem"] is None
        assert "searchapp_ingest_paused 0.0" in client.get("/metrics").text
        for wrong in ({}, {"paused": "yes"}, {"paused": True, "why": "lunch"}):
            assert client.put(QUEUE, json=wrong).status_code == 400


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"action": "format"}, "action must be one of"),
        ({"action": "reindex", "throttle": -1}, "throttle must be a whole number"),
        ({"action": "reindex", "throttle": "5"}, "throttle must be a whole number"),
        ({"action": "reindex", "keep": 1}, "There is no field 'keep'"),
        ({}, "action is missing"),
    ],
)
def test_what_is_wrong_is_told(client: FlaskClient, body: dict[str, object], words: str) -> None:
    refused = client.post(TASKS, json=body)
    assert refused.status_code == 400 and words in refused.json["detail"]


def test_unknown_operations_are_not_found(client: FlaskClient, app: StandIn) -> None:
    fill_registry(app)
    assert client.get(f"{TASKS}/none").status_code == 404
    assert client.delete(f"{TASKS}/none").status_code == 404
    assert client.get("/api/operations/findings?quick=maybe").status_code == 400
