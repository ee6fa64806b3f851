"""``searchapp grep`` and ``searchapp check``: what they print, for people and for programs, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from searchapp.cli.run import app
from searchapp.errors import UsageError
from searchapp.settings import load_settings
from searchapp.wiring import Application


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DATA_DIR": str(tmp_path / "data"), "EMBEDDING_MODEL": "hashed:64"}.items():
        monkeypatch.setenv(f"SEARCHAPP_{name}", value)
    (tmp_path / "press.md").write_text("# Press\n\nWear gloves.\n\nThe press weighs 41 tonnes.", encoding="utf-8")
    (tmp_path / "手套.md").write_text("必须佩戴防割手套。", encoding="utf-8")
    running = Application(load_settings())
    assert [one.error for one in running.ingester.ingest([str(tmp_path)])] == ["", ""]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_lines_are_printed_with_their_numbers() -> None:
    told = run("grep", "gloves", "-C", "2")
    assert told.exit_code == 0
    lines = [line.rstrip() for line in told.stdout.splitlines()]
    assert lines[:4] == ["Press (1 line)", "      1  Press", "      2", "      3: Wear gloves."]
    assert lines[-1] == "1 line in 1 document read"
    found = json.loads(run("grep", "-e", "手套|tonnes", "-m", "0", "--json").stdout)
    assert (found["total"], found["read"], found["next"]) == (2, 2, None)
    part = run("grep", "-e", ".", "-n", "1")
    cursor = part.stdout.split()[-1]
    assert "1 not read yet" in part.stdout
    assert json.loads(run("grep", "-e", ".", "--cursor", cursor, "--json").stdout)["unread"] == 0
    assert isinstance(run("grep", "-e", "(").exception, UsageError)


def test_sentences_are_checked() -> None:
    told = run("check", "The press weighs 41 tonnes.")
    assert told.exit_code == 0 and told.stdout.startswith("supported    The press weighs 41 tonnes.")
    wrong = run("check", "The press weighs 99 tonnes.", "--json")
    (sentence,) = json.loads(wrong.stdout)["sentences"]
    assert wrong.exit_code == 3 and (sentence["support"], sentence["missing"]) == ("unsupported", ["99"])
