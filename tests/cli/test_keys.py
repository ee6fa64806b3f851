"""Keys and users by the command line, and the server that they open."""

from __future__ import annotations

import json
import subprocess
import sys

import httpx
import pytest

from tests.cli.shell import Shell
from tests.cli.test_cli import shell  # noqa: F401 - a fixture
from tests.services.process import free_port


@pytest.fixture
def run(shell: Shell) -> Shell:  # noqa: F811
    return shell


def test_keys_are_made_listed_and_revoked(run: Shell) -> None:
    made = json.loads(
        run("keys", "make", "report", "--scope", "read", "--group", "law", "--days", "30", "--json").stdout
    )
    assert made["key"].startswith("sak_") and made["scopes"] == ["read"] and made["groups"] == ["law"]
    listed = run("keys", "list")
    assert "report" in listed.stdout and made["key"] not in listed.stdout and "never used" in listed.stdout
    assert run("keys", "revoke", made["id"]).returncode == 0
    assert json.loads(run("keys", "list", "--json").stdout) == {"total": 0, "keys": []}
    assert run("keys", "revoke", made["id"]).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("keys", "make", "a b"), "cannot be the name of a key"),
        (("keys", "make", "a", "--scope", "root"), "There is no scope 'root'"),
        (("keys", "make", "a", "--group", "x/y"), "cannot be the name of a group"),
        (("serve", "--host", "0.0.0.0"), "SEARCHAPP_AUTH=required"),
    ],
)
def test_bad_input_is_refused(run: Shell, arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments)
    assert result.returncode == 2 and words in result.stderr and "Traceback" not in result.stderr


def test_users_come_with_a_password_from_standard_input(run: Shell) -> None:
    command = [sys.executable, "-m", "searchapp.cli.run", "users", "add", "ada", "-s", "write", "--password-stdin"]
    for password, code in (("short", 2), ("correct horse battery", 0)):
        added = subprocess.run(
            command, input=password + "\n", cwd=run.folder, env=run.environment, capture_output=True, text=True
        )
        assert added.returncode == code and password not in added.stdout + added.stderr
    assert json.loads(run("users", "list", "--json").stdout)["users"][0]["scopes"] == ["write"]
    assert run("users", "remove", "ada").returncode == 0
    assert "No users yet" in run("users", "list").stdout


def test_a_served_installation_opens_with_a_key_alone(run: Shell) -> None:
    made = json.loads(run("keys", "make", "report", "--json").stdout)
    port = str(free_port())
    command = [sys.executable, "-m", "searchapp.cli.run", "serve", "--host", "0.0.0.0", "--port", port]
    environment = {**run.environment, "SEARCHAPP_AUTH": "required", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=run.folder, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None and "Open http" in server.stdout.readline()
            url = f"http://127.0.0.1:{port}/api/documents"
            assert httpx.get(url, timeout=60).status_code == 401
            assert httpx.get(url, headers={"Authorization": f"Bearer {made['key']}"}, timeout=60).status_code == 200
            assert run("keys", "revoke", made["id"]).returncode == 0
            assert httpx.get(url, headers={"Authorization": f"Bearer {made['key']}"}, timeout=60).status_code == 401
        finally:
            server.terminate()
