"""Attacks on the audit log: what it must not hold, who must not read it, and what must not push records out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from searchapp.access import Scope
from searchapp.audit import Actor, Audit, Outcome, Wanted, What
from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.web.identity import SAFE_METHODS
from searchapp.web.login import TRIES_PER_PLACE
from tests.security.oidc_provider import provided
from tests.security.test_authorisation import EVERY, key
from tests.security.test_oidc import site as oidc_site
from tests.security.test_oidc import to_provider
from tests.web.samples import fill
from tests.web.stand_in import StandIn
from tests.web.test_audit import login, records

SECRET = "s3cret-of-the-store-00"


@pytest.fixture
def guarded(tmp_path: Path) -> StandIn:
    app = StandIn(tmp_path, auth="required", requests_per_minute=100_000)
    fill(app)
    return app


def test_no_secret_comes_into_the_log(tmp_path: Path) -> None:
    audit = Audit(Settings(data_dir=tmp_path, elasticsearch_api_key=SECRET, elasticsearch_url="http://u:pw9999@es"))
    key_text = "sak_0123456789ab_" + "k" * 43
    with audit.recorded(What.ES_APPLY, Actor(SECRET, "cli"), f"https://u:{SECRET}@host/?token=abcdefgh") as action:
        action.note(deep={"list": [f"ApiKey {SECRET}", key_text]}, text="http://u:pw9999@es")
    kept = (tmp_path / "audit.sqlite").read_bytes()
    for secret in (SECRET, "abcdefgh", "k" * 43, "pw9999"):
        assert secret.encode() not in kept


def test_a_password_in_the_field_of_the_name_is_not_kept(guarded: StandIn, tmp_path: Path) -> None:
    guarded.access.users.add("ada", "correct horse battery", frozenset({Scope.READ}))
    client = create_app(guarded, host="0.0.0.0").test_client()  # type: ignore[arg-type]
    assert login(client, "correct horse battery", "") == 401
    (failed,) = records(guarded)
    assert (failed.what, failed.who) == (What.LOGIN_FAILED, "")
    assert b"correct horse" not in (tmp_path / "audit.sqlite").read_bytes()


def test_nobody_but_an_operator_reads_the_log(guarded: StandIn) -> None:
    client = create_app(guarded, host="0.0.0.0").test_client()  # type: ignore[arg-type]
    assert client.get("/api/audit").status_code == 401
    others = key(guarded, frozenset({Scope.READ, Scope.WRITE}))
    assert client.get("/api/audit", headers=others).status_code == 403
    assert client.get("/api/audit", headers=key(guarded, frozenset({Scope.OPERATE}))).status_code == 200


def test_no_route_changes_or_deletes_a_record(guarded: StandIn) -> None:
    site = create_app(guarded, host="0.0.0.0")  # type: ignore[arg-type]
    rules = [rule for rule in site.url_map.iter_rules() if "audit" in rule.rule or rule.endpoint.startswith("audit.")]
    changing = {rule.rule: (rule.methods or set()) - SAFE_METHODS for rule in rules}
    assert changing == {"/api/audit": set(), "/operations/audit": set()}
    client, headers = site.test_client(), key(guarded, EVERY)
    client.delete("/api/documents/lockout", headers=headers)
    before = records(guarded)
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert client.open("/api/audit", method=method, headers=headers, json={}).status_code == 405
    assert records(guarded) == before


def test_what_cannot_be_recorded_is_refused_before_it_is_done(guarded: StandIn, tmp_path: Path) -> None:
    guarded.access.users.add("ada", "correct horse battery", EVERY)
    client = create_app(guarded, host="0.0.0.0").test_client()  # type: ignore[arg-type]
    headers = key(guarded, EVERY)
    (tmp_path / "audit.sqlite").mkdir()  # no user, root neither, can write it now
    response = client.delete("/api/documents/lockout", headers=headers)
    assert (response.status_code, response.json["reason"]) == (507, "audit_unwritable")
    assert str(tmp_path) not in response.text
    assert guarded.store.entry("lockout") is not None
    assert client.get("/api/documents/lockout", headers=headers).status_code == 200  # reading goes on
    assert login(client, "ada", "correct horse battery") == 507
    assert client.get_cookie("searchapp") is None


def test_strangers_cannot_fill_the_log(guarded: StandIn) -> None:
    client = create_app(guarded, host="0.0.0.0").test_client()  # type: ignore[arg-type]
    for number in range(100):
        client.get("/api/audit", headers={"Authorization": f"Bearer sak_{number}"})
        client.post("/logout")
        client.post("/login", data={"name": "ada"})
        client.delete(f"/api/documents/{number}")
    assert {one.what for one in records(guarded)} == {What.LOGIN_FAILED} and len(records(guarded)) <= 20


def test_returns_from_a_provider_are_recorded_and_cannot_fill_the_log(tmp_path: Path) -> None:
    with provided() as provider:
        app, client = oidc_site(tmp_path, provider)
        assert client.get(to_provider(client)).status_code == 302
        (record,) = records(app)
        assert (record.what, record.who, record.where) == (What.LOGIN, "oidc:ada", "127.0.0.1")
        statuses = [client.get("/login/returned?code=x&state=forged").status_code for _ in range(60)]
        assert statuses == [403] * TRIES_PER_PLACE + [429] * (60 - TRIES_PER_PLACE)
        left = records(app)
        assert 2 <= len(left) <= 21 and {one.what for one in left[:-1]} == {What.LOGIN_FAILED}
        assert {one.error for one in left[:-1]} == {"oidc_answer_invalid"}


def test_records_of_what_was_refused_push_none_out_of_what_was_done(tmp_path: Path) -> None:
    audit = Audit(Settings(data_dir=tmp_path, audit_records=100))
    audit.write(What.KEY_CREATED, Actor("mallory", "10.0.0.9"), Outcome.DONE, "key:backdoor")
    for _ in range(500):
        audit.write(What.DELETE, Actor("mallory", "10.0.0.9"), Outcome.REFUSED, "", "scope_missing")
    assert [one.on for one in audit.all(Wanted(what=(What.KEY_CREATED,)))] == ["key:backdoor"]


def test_a_title_moves_no_cursor_of_a_terminal(tmp_path: Path) -> None:
    from tests.cli.shell import Shell

    shell = Shell(tmp_path)
    audit = Audit(Settings(data_dir=tmp_path / "data"))
    audit.write(What.UPLOAD, Actor("ada", "10.0.0.7"), Outcome.DONE, "a\x1b[2Jb\r\nforged\u202ec\x9b1m")
    out = shell("audit").stdout
    assert len(out.splitlines()) == 1 and not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out)
