"""docker/prepare, with a fake uv that puts fake programs into the environment it is asked for."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FAKE_UV = """#!/bin/sh
# A fake: "uv venv" makes an environment whose programs note what they are told; the model "absent" cannot be prepared.
[ "$1" = venv ] || exit 0
for folder; do :; done
mkdir -p "$folder/bin"
cat > "$folder/bin/python" << 'END'
#!/bin/sh
echo "python $*" >> "$NOTED"
END
cat > "$folder/bin/searchapp" << 'END'
#!/bin/sh
echo "searchapp $*" >> "$NOTED"
[ "$3" != absent ] || exit 1
mkdir -m 0700 "$SEARCHAPP_MODELS_DIR/$3"
END
chmod +x "$folder/bin/python" "$folder/bin/searchapp"
"""


@pytest.fixture
def noted(tmp_path: Path) -> Path:
    (tmp_path / "bin").mkdir()
    (tmp_path / "work").mkdir()
    uv = tmp_path / "bin" / "uv"
    uv.write_text(FAKE_UV)
    uv.chmod(0o755)
    return tmp_path / "noted"


def prepare(noted: Path, names: str) -> int:
    """Run it as the Dockerfile does; its exit code."""
    folder = noted.parent
    env = {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "NOTED": str(noted), "TMPDIR": str(folder / "work")}
    command = ["docker/prepare", folder / "models", names]
    return subprocess.run(command, cwd=ROOT, env=env, check=False, timeout=60).returncode


def test_each_model_is_prepared_and_what_prepared_it_is_gone(noted: Path) -> None:
    assert prepare(noted, "one two") == 0
    lines = noted.read_text().splitlines()
    assert lines[0].startswith("python scripts/install.py ") and lines[0].endswith(" multilingual")
    assert lines[1:] == ["searchapp models prepare one", "searchapp models prepare two"]
    models = noted.parent / "models"
    assert sorted(path.name for path in models.iterdir()) == ["one", "two"]
    assert all(path.stat().st_mode & 0o055 == 0o055 for path in models.iterdir()), "another user reads them"
    assert list((noted.parent / "work").iterdir()) == []


def test_without_a_name_there_is_an_empty_folder_and_nothing_is_installed(noted: Path) -> None:
    assert prepare(noted, "") == 0
    assert list((noted.parent / "models").iterdir()) == []
    assert not noted.exists()


def test_a_model_that_cannot_be_prepared_ends_the_build(noted: Path) -> None:
    assert prepare(noted, "absent two") != 0
    assert "two" not in noted.read_text()
