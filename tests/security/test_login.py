"""What a login tells to anyone who tries names, and what it costs us when many try."""

from __future__ import annotations

import hashlib
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from searchapp.access import Scope
from searchapp.web.app import create_app
from searchapp.web.login import HASHES_AT_ONCE, TRIES_PER_PLACE
from tests.security.server_process import running
from tests.web.stand_in import StandIn

MANY = 60


def test_a_wrong_name_and_a_wrong_password_are_not_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = StandIn(tmp_path, auth="required")
    app.access.users.add("ada", "correct horse battery", frozenset({Scope.READ}))
    site = create_app(app, host="0.0.0.0")  # type: ignore[arg-type]
    real, runs = hashlib.scrypt, []
    monkeypatch.setattr(hashlib, "scrypt", lambda *args, **kwargs: (runs.append(1), real(*args, **kwargs))[1])
    app.access.users.identity("ada", "wrong")  # the first login of a server prepares what is compared for unknown names
    told = []
    for name in ("ada", "bob"):
        client = site.test_client()
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
        assert token
        before = len(runs)
        response = client.post("/login", data={"csrf_token": token[1], "name": name, "password": "wrong"})
        assert len(runs) - before == 1  # the costly part is done for both, so that time tells nothing either
        told.append((response.status_code, re.sub(r'value="[^"]*"', "", response.text)))
    assert told[0] == told[1]
    assert told[0][0] == 401


def try_to_log_in(address: str, number: int) -> httpx.Response:
    with httpx.Client(base_url=address, timeout=120) as client:
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
        assert token
        return client.post("/login", data={"csrf_token": token[1], "name": f"name{number}", "password": "wrong" * 20})


@pytest.mark.skipif(sys.platform != "linux", reason="a process's peak of memory is read from /proc")
def test_many_logins_at_once_are_counted_before_they_are_hashed(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        assert try_to_log_in(server.address, 0).status_code == 401
        server.forget_peak()
        before = server.peak_mib()
        with ThreadPoolExecutor(MANY) as pool:
            got = list(pool.map(lambda number: try_to_log_in(server.address, number), range(1, MANY)))
        statuses = [response.status_code for response in got]
        # 32 MiB for each hash; 60 of them took 1.9 GB.
        assert server.peak_mib() - before < HASHES_AT_ONCE * 32 + 100
        assert statuses.count(401) <= TRIES_PER_PLACE - 1
        assert set(statuses) <= {401, 429, 503} and 429 in statuses
        assert all(int(response.headers["Retry-After"]) > 0 for response in got if response.status_code != 401)
        assert httpx.get(f"{server.address}/api/documents", headers=server.key()).status_code == 200


def test_a_right_password_is_not_counted_as_a_guess(tmp_path: Path) -> None:
    app = StandIn(tmp_path, auth="required")
    app.access.users.add("ada", "correct horse battery", frozenset({Scope.READ}))
    site = create_app(app, host="0.0.0.0")  # type: ignore[arg-type]
    for _ in range(TRIES_PER_PLACE + 1):
        client = site.test_client()
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login").text)
        assert token
        data = {"csrf_token": token[1], "name": "ada", "password": "correct horse battery"}
        assert client.post("/login", data=data).status_code == 302
