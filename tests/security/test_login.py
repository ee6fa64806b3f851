"""What a login tells to anyone who tries names."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from searchapp.access import Scope
from searchapp.web.app import create_app
from tests.web.stand_in import StandIn


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
