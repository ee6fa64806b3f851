"""What ``searchapp ingest`` says of a folder that holds more than documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.sources.formats.test_archive import zipped


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path)
    folder = tmp_path / "mixed"
    folder.mkdir()
    for name in ("song.mp3", "film.MP3", "program.exe"):
        (folder / name).write_bytes(b"\x00")
    (folder / "values.yaml").write_text("server:\n  port: 8080\n")
    (folder / "pack.zip").write_bytes(zipped({"gate.md": "# Gate\n\nIt opens at nine.", "x.bin": "x"}))
    return shell


def test_what_is_passed_over_stands_below_the_summary(shell: Shell) -> None:
    said = shell("ingest", "mixed")
    assert said.returncode == 0
    told = "3 files were passed over, since nothing in them is read: 2 × .mp3 (film.MP3, song.mp3), 1 × .exe (program.exe)."
    assert said.stdout.splitlines()[-1] == told
    assert "pack.zip/gate.md, 1 passage" in said.stdout
    assert "1 × .bin (x.bin)" in said.stdout


def test_the_summary_in_json_has_it(shell: Shell) -> None:
    said = shell("ingest", "mixed", "--json")
    summary = json.loads(said.stdout.splitlines()[-1])["summary"]
    assert summary["passed_over"] == [
        {"kind": ".mp3", "count": 2, "names": ["film.MP3", "song.mp3"]},
        {"kind": ".exe", "count": 1, "names": ["program.exe"]},
    ]
    assert summary["indexed"] == 3
