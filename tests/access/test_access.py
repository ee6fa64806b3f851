"""Keys, users and sessions over a real file."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

import pytest

from searchapp.access import Access, Identity, Scope, database, read_groups, read_scopes
from searchapp.errors import NotFoundError, StorageError, UsageError

READ = frozenset({Scope.READ})
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def access(tmp_path: Path) -> Access:
    return Access(tmp_path, HOUR)


def test_a_key_is_its_identity_until_it_is_revoked(access: Access, tmp_path: Path) -> None:
    key, text = access.keys.make("report", READ, ("law",))
    assert access.keys.identity(text) == Identity("key:report", READ, ("law",))
    assert Access(tmp_path, HOUR).keys.identity(text) is not None  # another process
    assert access.keys.all()[0].used is not None
    access.keys.revoke(key.id)
    assert access.keys.identity(text) is None
    with pytest.raises(NotFoundError, match="There is no key"):
        access.keys.revoke(key.id)


def test_a_key_is_kept_as_a_hash_in_a_file_of_its_owner(access: Access, tmp_path: Path) -> None:
    _, text = access.keys.make("report", READ)
    access.users.add("ada", "correct horse battery", READ)
    token = access.sessions.begin(Identity("ada", READ))
    file = tmp_path / "access.sqlite"
    stored = file.read_bytes()
    for secret in (text, text.split("_", 2)[2], "correct horse battery", token):
        assert secret.encode() not in stored
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("change", ["", "x", "sak_000000000000_" + "a" * 43, "almost", "' OR 1=1 --"])
def test_what_is_no_key_is_nobody(access: Access, change: str) -> None:
    _, text = access.keys.make("report", READ)
    assert access.keys.identity(text[:-1] + ("a" if text[-1] != "a" else "b") if change == "almost" else change) is None


def test_a_key_expires(access: Access, monkeypatch: pytest.MonkeyPatch) -> None:
    _, text = access.keys.make("report", READ, lifetime=dt.timedelta(days=1))
    assert access.keys.identity(text) is not None
    later = database.now() + dt.timedelta(days=1)
    monkeypatch.setattr("searchapp.access.keys.now", lambda: later)
    assert access.keys.identity(text) is None


def test_a_user_is_known_by_name_and_password(access: Access) -> None:
    access.users.add("ada", "correct horse battery", READ, ("law",))
    assert access.users.identity(" ada ", "correct horse battery") == Identity("ada", READ, ("law",))
    assert access.users.identity("ada", "wrong horse battery") is None
    assert access.users.identity("nobody", "correct horse battery") is None
    with pytest.raises(UsageError, match="has 5 characters"):
        access.users.add("bob", "short", READ)


def test_a_session_ends_with_its_user_its_idleness_and_the_week(
    access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = Identity("ada", READ)
    access.users.add("ada", "correct horse battery", READ)

    token = access.sessions.begin(identity)
    session = access.sessions.find(token)
    assert session is not None and session.identity == identity and len(session.csrf) > 30
    access.users.add("ada", "another horse battery", READ)  # a new password ends what the old one began
    assert access.sessions.find(token) is None

    token, start = access.sessions.begin(identity), database.now()
    for hours in range(1, 24 * 7 + 1):
        monkeypatch.setattr("searchapp.access.users.now", lambda passed=hours: start + passed * HOUR)
        assert access.sessions.find(token) is not None, hours
    monkeypatch.setattr("searchapp.access.users.now", lambda: start + dt.timedelta(days=7, hours=0.5))
    assert access.sessions.find(token) is None

    token = access.sessions.begin(identity)
    monkeypatch.setattr("searchapp.access.users.now", lambda: start + dt.timedelta(days=7, hours=2))
    assert access.sessions.find(token) is None


def test_secrets_stay_the_same_between_processes(access: Access, tmp_path: Path) -> None:
    assert access.secret("a") == Access(tmp_path, HOUR).secret("a") != access.secret("b")


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "access.sqlite").write_text("not a database, but long enough to be read as one" * 20)
    with pytest.raises(StorageError, match="cannot be read or written"):
        Access(tmp_path, HOUR).keys.all()


@pytest.mark.parametrize("names", [[], ["root"], ["read", "admin"]])
def test_unknown_scopes_are_refused(names: list[str]) -> None:
    with pytest.raises(UsageError, match="scope"):
        read_scopes(names)


@pytest.mark.parametrize("name", ["", "two words", "a/b", "x" * 65, "a'b"])
def test_names_of_groups_are_plain(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a group"):
        read_groups([name])
    assert read_groups(["b", "a", "b"]) == ("a", "b")
    assert read_groups([]) is None
