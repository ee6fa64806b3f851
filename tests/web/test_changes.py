"""Many documents changed by one request, and protected ones read with a password."""

from collections.abc import Iterator

from flask.testing import FlaskClient

from searchapp.access import Scope
from searchapp.audit import Wanted, What
from searchapp.model import DocumentState, IngestOutcome, IngestState
from searchapp.web import changes
from tests.web.stand_in import StandIn, entry

SECRET = "Tr0ub4dor&3"


def put(app: StandIn, **states: DocumentState) -> None:
    for name, state in states.items():
        app.store.put(entry(name, f"/srv/{name}.md", state=state))


def test_many_are_deleted_and_come_back(client: FlaskClient, app: StandIn) -> None:
    put(app, a=DocumentState.INDEXED, b=DocumentState.INDEXED, c=DocumentState.INDEXED)
    answer = client.post("/api/documents/batch", json={"change": "delete", "ids": ["a", "nowhere", "b", "a"]})
    assert answer.status_code == 200
    told = answer.get_json()
    assert told["done"] == 2 and [one["id"] for one in told["documents"]] == ["a", "nowhere", "b"]
    assert [one["problem"] and one["problem"]["code"] for one in told["documents"]] == [None, "not_found", None]
    assert set(app.store.known) == {"c"}
    answer = client.post("/api/documents/batch", json={"change": "restore", "ids": ["a", "b", "c"]})
    assert answer.get_json()["done"] == 2 and set(app.store.known) == {"a", "b", "c"}
    records = app.audit.page(Wanted(), 10).records
    assert [(one.what, one.on) for one in records] == [(What.RESTORE, "2 documents"), (What.DELETE, "2 documents")]
    assert records[1].details["documents"] == ["a", "b"]


def test_only_what_failed_is_tried_again(client: FlaskClient, app: StandIn) -> None:
    put(app, a=DocumentState.FAILED, b=DocumentState.INDEXED, c=DocumentState.QUARANTINED)
    told = client.post("/api/documents/batch", json={"change": "retry", "ids": ["a", "b", "c"]}).get_json()
    assert [one["problem"] and one["problem"]["reason"] for one in told["documents"]] == [
        None, "document_not_failed", None,
    ]  # fmt: skip


def test_a_batch_is_bounded(client: FlaskClient) -> None:
    for body in (
        {"change": "delete", "ids": []},
        {"change": "delete", "ids": ["x"] * 101},
        {"change": "burn", "ids": ["x"]},
    ):
        assert client.post("/api/documents/batch", json=body).status_code == 400


def test_no_batch_reaches_what_belongs_to_others(app: StandIn) -> None:
    from searchapp.settings import Settings
    from searchapp.web.app import create_app

    app.settings = Settings(data_dir=app.settings.data_dir, auth="required")
    app.store.put(entry("theirs", "/srv/a.md", groups=("law",)))
    app.store.put(entry("open", "/srv/b.md"))
    client = create_app(app, host="0.0.0.0").test_client()  # type: ignore[arg-type]
    _, key = app.access.keys.make("hr", frozenset({Scope.READ, Scope.WRITE}), ("hr",))
    headers = {"Authorization": f"Bearer {key}"}
    body = {"change": "delete", "ids": ["theirs", "open", "nowhere"]}
    told = client.post("/api/documents/batch", json=body, headers=headers).get_json()
    assert [one["problem"]["code"] for one in told["documents"]] == ["not_found", "forbidden", "not_found"]
    assert set(app.store.known) == {"theirs", "open"}
    listed = client.get("/api/documents?ids=theirs,open", headers=headers).get_json()
    assert [one["id"] for one in listed["documents"]] == ["open"]
    assert client.get("/api/folders", headers=headers).get_json()["total"] == 1


class Opens:
    """An ingester that reads a document with one password."""

    def __init__(self, app: StandIn) -> None:
        self.app = app
        self.tried: list[str] = []

    def ingest(self, ids: list[str], *, queued: bool, passwords: list, **_: object) -> Iterator[IngestOutcome]:
        assert queued
        self.tried += [one.get_secret_value() for one in passwords]
        (id_,) = ids
        fits = self.tried[-1] == SECRET
        state = DocumentState.INDEXED if fits else DocumentState.FAILED
        self.app.store.put(entry(id_, f"/srv/{id_}.pdf", state=state, lacking="" if fits else "password"))
        yield IngestOutcome(f"/srv/{id_}.pdf", id_, IngestState.INDEXED if fits else IngestState.FAILED)


def test_a_password_is_used_once_and_kept_nowhere(client: FlaskClient, app: StandIn, caplog) -> None:
    app.store.put(entry("locked", "/srv/locked.pdf", state=DocumentState.QUARANTINED, lacking="password"))
    app.ingester.ingest = Opens(app).ingest  # type: ignore[method-assign,assignment]
    answer = client.post("/api/documents/locked/unlock", json={"password": "wrong"})
    assert answer.get_json()["state"] == "failed"
    answer = client.post("/api/documents/locked/unlock", json={"password": SECRET})
    assert answer.get_json()["state"] == "indexed"
    answer = client.post("/api/documents/locked/unlock", json={"password": SECRET})
    assert answer.status_code == 400 and answer.get_json()["reason"] == "document_not_locked"
    assert SECRET not in caplog.text and "wrong" not in caplog.text
    kept = [path.read_bytes() for path in app.settings.data_dir.rglob("*") if path.is_file()]
    assert kept and not any(SECRET.encode() in data for data in kept)


def test_only_some_are_unlocked_at_once(client: FlaskClient, app: StandIn, monkeypatch) -> None:
    monkeypatch.setattr(changes, "UNLOCK_SECONDS", 0.0)
    app.ingester.gate.clear()
    ingest = app.ingester.ingest
    app.ingester.ingest = lambda ids, *, queued, passwords, **_: ingest(ids, queued=queued, notify=None, stopping=None)  # type: ignore
    app.store.put(entry("locked", "/srv/locked.pdf", state=DocumentState.FAILED, lacking="password"))
    statuses = [client.post("/api/documents/locked/unlock", json={"password": "x"}).status_code for _ in range(5)]
    app.ingester.gate.set()
    assert statuses == [200] * 4 + [503]
