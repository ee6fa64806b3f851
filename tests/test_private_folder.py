"""What searchapp keeps is its owner's alone, also in a folder of an earlier version; what is not ours is left."""

from __future__ import annotations

import logging
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from searchapp.embedding.runtime.preparing import open_like
from searchapp.private_folder import OURS, tighten

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights otherwise")


def open_to_others(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder))
        for path in (folder, *folder.rglob("*"))
        if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077
    )


def ran(data_dir: Path, *arguments: str) -> str:
    """What a command says that runs as a process of its own, in a shell whose umask lets others read."""
    environment = {
        **os.environ,
        "SEARCHAPP_DATA_DIR": str(data_dir),
        "SEARCHAPP_EMBEDDING_MODEL": "hashed:64",
        "SEARCHAPP_OLLAMA_URL": "http://127.0.0.1:9",
    }
    command = [sys.executable, "-m", "searchapp.cli.run", *arguments]
    done = subprocess.run(command, env=environment, umask=0o022, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.slow
def test_all_that_commands_make_is_their_owners_alone(tmp_path: Path) -> None:
    page, data = tmp_path / "page.md", tmp_path / "made" / "data"
    page.write_text("# Gloves\n\nWear gloves.", encoding="utf-8")
    ran(data, "ingest", str(page))
    ran(data, "keys", "make", "reader")
    assert {"index", "access.sqlite"} <= {path.name for path in data.iterdir()} <= OURS
    assert open_to_others(data) == []

    (data / "index").chmod(0o755)  # as an earlier version left it
    data.chmod(0o755)
    told = ran(data, "search", "gloves")
    assert open_to_others(data) == [] and str(data) in told and "owner" in told
    assert "owner" not in ran(data, "search", "gloves")


def test_a_folder_of_before_is_tightened_with_a_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    data = tmp_path / "data"
    (data / "uploads" / "1").mkdir(parents=True)
    (data / "uploads" / "1" / "salaries.pdf").write_bytes(b"%PDF-")
    (data / "access.sqlite-wal").write_bytes(b"")
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    (data / "pages").symlink_to(outside)
    for path in (data, *data.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)
    with caplog.at_level(logging.WARNING):
        tighten(data)
    assert open_to_others(data) == [] and stat.S_IMODE(outside.stat().st_mode) == 0o755
    assert stat.S_IMODE((data / "uploads" / "1" / "salaries.pdf").stat().st_mode) == 0o600
    assert [str(data) in record.getMessage() for record in caplog.records] == [True]
    caplog.clear()
    tighten(data)
    assert caplog.records == []


def test_what_is_not_ours_is_left(tmp_path: Path) -> None:
    """A data folder that is somebody's home, or the system's folder for temporary files."""
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "rows").write_bytes(b"")
    (tmp_path / "thesis.md").write_text("mine", encoding="utf-8")
    for path in (tmp_path, *tmp_path.rglob("*")):
        path.chmod(0o755)
    tighten(tmp_path)
    assert open_to_others(tmp_path) == [".", "thesis.md"]

    sticky = tmp_path / "index" / "tmp"
    sticky.mkdir()
    sticky.chmod(0o1777)
    tighten(sticky)
    assert stat.S_IMODE(sticky.stat().st_mode) == 0o1777


def test_a_folder_that_is_not_there_or_not_ours_to_change_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tighten(tmp_path / "none")
    (tmp_path / "uploads").mkdir(mode=0o755)

    def refused(self: Path, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", refused)
    tighten(tmp_path)


@pytest.mark.parametrize(
    ("folder_mode", "modes"), [(0o755, (0o755, 0o644)), (0o750, (0o750, 0o640)), (0o700, (0o700, 0o600))]
)
def test_a_model_may_be_read_by_who_may_read_its_folder(
    tmp_path: Path, folder_mode: int, modes: tuple[int, int]
) -> None:
    """SEARCHAPP_MODELS_DIR may be shared by the users of a machine."""
    made = tmp_path / "model"
    made.mkdir()
    weights = made / "weights.bin"
    weights.write_bytes(b"")
    made.chmod(0o700)
    weights.chmod(0o600)
    tmp_path.chmod(folder_mode)
    open_like(tmp_path, made)
    assert (stat.S_IMODE(made.stat().st_mode), stat.S_IMODE(weights.stat().st_mode)) == modes
