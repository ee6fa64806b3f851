"""What is kept of queries that found nothing tells nobody who asked, what they may see, or a secret."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from searchapp.access import Scope
from searchapp.audit import Wanted
from searchapp.backup import create
from searchapp.backup.contents import kept_files
from searchapp.missed import LONGEST
from searchapp.web.app import create_app
from tests.security.test_authorisation import key
from tests.web.stand_in import StandIn

READER = frozenset({Scope.READ})


def tell(app: StandIn, query: str, groups: tuple[str, ...] | None = None, **headers: str) -> int:
    client = create_app(app, host="0.0.0.0").test_client()  # type: ignore[arg-type]
    body = {"query": query, "found": "nothing"}
    sent = {**key(app, READER, groups), **headers}
    return client.post("/api/searches/missed", json=body, headers=sent).status_code


def guarded(tmp_path: Path, **settings: object) -> StandIn:
    return StandIn(tmp_path, auth="required", missed_queries=True, **settings)


def test_neither_who_asked_nor_their_groups_nor_filters_nor_the_time_can_be_read_from_the_file(tmp_path: Path) -> None:
    app = guarded(tmp_path)
    assert tell(app, "overtime collection:board-minutes", ("hr-department",)) == 204
    with closing(sqlite3.connect(tmp_path / "missed.sqlite")) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
        (row,) = connection.execute("SELECT * FROM missed").fetchall()
    assert tables == ["missed"] and row[1:5] == ("overtime", 1, 0, 1) and len(str(row[5])) == len("2026-01-01")
    raw = (tmp_path / "missed.sqlite").read_bytes()
    assert not any(word in raw for word in (b"board-minutes", b"hr-department", b"test", b"127.0.0.1", b"sak_"))


def test_a_record_of_the_audit_log_says_nothing_of_it(tmp_path: Path) -> None:
    app = guarded(tmp_path, audit_queries=True)
    assert tell(app, "overtime") == 204
    assert app.audit.page(Wanted(), 10).records == ()


def test_no_secret_that_was_pasted_into_the_box_is_kept(tmp_path: Path) -> None:
    app = guarded(tmp_path)
    own = key(app, READER)["Authorization"].removeprefix("Bearer ")
    for query in (own, "password: hunter2", "AKIAIOSFODNN7EXAMPLE", "4111 1111 1111 1111", "x" * (LONGEST + 1)):
        assert tell(app, query) == 204
    assert app.missed.page().rare == 0


def test_nobody_but_an_operator_reads_or_clears_it_and_not_before_a_second_day(tmp_path: Path) -> None:
    app = guarded(tmp_path)
    assert tell(app, "symptoms of depression") == 204
    client = create_app(app, host="0.0.0.0").test_client()  # type: ignore[arg-type]
    for method in ("GET", "DELETE"):
        for scopes in (READER, frozenset({Scope.WRITE})):
            assert client.open("/api/operations/missed", method=method, headers=key(app, scopes)).status_code == 403
    told = client.get("/api/operations/missed", headers=key(app, frozenset({Scope.OPERATE})))
    assert told.json == {"kept": True, "total": 0, "rare": 1, "queries": []}


def test_it_leaves_the_machine_in_no_backup(tmp_path: Path) -> None:
    app = guarded(tmp_path / "data")
    assert tell(app, "overtime") == 204
    assert "missed.sqlite" not in {name for name, _ in kept_files(tmp_path / "data")}
    create(tmp_path / "data", tmp_path / "kept.tar")
    assert b"overtime" not in (tmp_path / "kept.tar").read_bytes()
