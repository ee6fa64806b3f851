"""The wheel carries everything that runs: templates, pages, prompts, samples."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_wheel_carries_its_data(tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    command = [str(uv) if uv.exists() else "uv", "build", "--wheel", "--quiet", "--out-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    (wheel,) = tmp_path.glob("searchapp-*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in (ROOT / "es").rglob("*.json"):
        assert f"searchapp/{path.relative_to(ROOT).as_posix()}" in names
    for folder in ("web/templates", "web/static", "answer/prompts", "samples"):
        files = [path for path in (ROOT / "searchapp" / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"]
        assert files
        for path in files:
            assert path.relative_to(ROOT).as_posix() in names
    assert not any(name.startswith("tests/") for name in names)
