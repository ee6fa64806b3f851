"""The record of requests: what is kept of them, for how long, and how much."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest

from searchapp import idempotency
from searchapp.errors import ConflictError, IdempotencyError
from searchapp.idempotency import FILE, Begun, IdempotencyKeys, Recorded

DONE = Recorded(201, {"Content-Type": "application/json"}, b'{"id":"a"}')


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(tmp_path: Path, clock: Clock) -> IdempotencyKeys:
    return IdempotencyKeys(tmp_path, clock)


def begun(keys: IdempotencyKeys, key: str = "k", owner: str = "local", request: bytes = b"r") -> Begun:
    found = keys.begin(owner, key, request, 60)
    assert isinstance(found, Begun)
    return found


def test_the_same_request_has_the_same_answer_in_another_process_too(keys: IdempotencyKeys, tmp_path: Path) -> None:
    keys.end(begun(keys), DONE)
    assert IdempotencyKeys(tmp_path, lambda: 1_000_100.0).begin("local", "k", b"r", 60) == DONE


def test_another_request_is_refused(keys: IdempotencyKeys) -> None:
    keys.end(begun(keys), DONE)
    with pytest.raises(IdempotencyError):
        keys.begin("local", "k", b"another", 60)


def test_one_that_runs_is_waited_for_and_then_given_up(keys: IdempotencyKeys, clock: Clock) -> None:
    first = begun(keys)
    with pytest.raises(ConflictError, match="has not ended yet"):
        keys.begin("local", "k", b"r", 60)
    clock.now += 60
    second = begun(keys)
    keys.end(first, Recorded(200, {}, b"late"))  # it was only slow; the second one's answer is the one that counts
    with pytest.raises(ConflictError, match="has not ended yet"):
        keys.begin("local", "k", b"r", 60)
    keys.end(second, DONE)
    assert keys.begin("local", "k", b"r", 60) == DONE


def test_what_did_nothing_leaves_its_key_free(keys: IdempotencyKeys) -> None:
    keys.drop(begun(keys))
    begun(keys, request=b"another")


def test_each_caller_has_keys_of_their_own(keys: IdempotencyKeys) -> None:
    keys.end(begun(keys, owner="user:ada"), DONE)
    begun(keys, owner="user:bob", request=b"another")
    keys.forget("user:ada")
    begun(keys, owner="user:ada", request=b"a third")


def test_a_day_later_it_is_forgotten(keys: IdempotencyKeys, clock: Clock) -> None:
    keys.end(begun(keys), DONE)
    clock.now += idempotency.KEPT_SECONDS
    begun(keys, request=b"another")


@pytest.mark.parametrize("body", [None, b"x" * (idempotency.LARGEST_ANSWER + 1)])
def test_of_a_secret_and_of_too_much_only_that_it_was_done_is_kept(keys: IdempotencyKeys, body: bytes | None) -> None:
    keys.end(begun(keys), Recorded(201, {}, body))
    with pytest.raises(ConflictError, match="is not kept"):
        keys.begin("local", "k", b"r", 60)


def test_the_oldest_go_where_a_caller_keeps_too_many_or_too_much(
    keys: IdempotencyKeys, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "MOST_KEYS", 3)
    monkeypatch.setattr(idempotency, "MOST_BYTES", 2 * len(DONE.body or b""))
    for n in range(4):
        clock.now += 1
        keys.end(begun(keys, f"k{n}"), Recorded(204, {}, b""))
    begun(keys, "k0", request=b"forgotten")
    for n in range(3):
        clock.now += 1
        keys.end(begun(keys, f"large{n}"), DONE)
    begun(keys, "large0", request=b"forgotten")
    assert keys.begin("local", "large2", b"r", 60) == DONE


def test_neither_key_nor_request_can_be_read_from_the_file(keys: IdempotencyKeys, tmp_path: Path) -> None:
    keys.end(begun(keys, "a-key-of-mine", request=b"a password"), DONE)
    raw = (tmp_path / FILE).read_bytes()
    assert b"a-key-of-mine" not in raw and b"a password" not in raw
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    with sqlite3.connect(tmp_path / FILE) as connection:
        assert connection.execute("SELECT COUNT(*) FROM requests").fetchone() == (1,)
