"""``make audit`` against a stand-in for the OSV database, which speaks its wire format, against a file, and against nobody."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

SCRIPT = Path(__file__).parents[2] / "scripts" / "audit.py"
KNOWN = {
    "id": "PYSEC-0000-1",
    "aliases": ["CVE-0000-1"],
    "modified": "2026-01-01T00:00:00Z",
    "published": "2026-01-01T00:00:00Z",
    "details": "A hole.",
    "affected": [
        {
            "package": {"name": "example", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}],
            "versions": ["1.0"],
        }
    ],
}


class Database(BaseHTTPRequestHandler):
    """Knows one vulnerability, of example 1.0."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        hit = (asked["package"]["name"], asked["version"]) == ("example", "1.0")
        body = json.dumps({"vulns": [KNOWN]} if hit else {}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def database() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Database)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1/query"
    server.shutdown()
    server.server_close()


def audit(folder: Path, lines: str, url: str) -> subprocess.CompletedProcess[str]:
    requirements = folder / "constraints.txt"
    requirements.write_text(lines)
    return subprocess.run(
        [sys.executable, SCRIPT, "--requirements", requirements, "--osv-url", url],
        capture_output=True,
        text=True,
        timeout=240,
    )


@pytest.mark.slow
def test_a_known_vulnerability_fails_and_an_unreachable_database_does_not(database: str, tmp_path: Path) -> None:
    clean = audit(tmp_path, "example==2.0\nother==1.0 ; sys_platform == 'win32'\n", database)
    assert (clean.returncode, clean.stdout) == (0, "1 packages audited, 0 known vulnerabilities.\n"), clean.stderr
    found = audit(tmp_path, "example==1.0\n", database)
    assert found.returncode == 1
    assert found.stdout.startswith("example 1.0: PYSEC-0000-1, fixed in 2.0.\n")
    away = audit(tmp_path, "example==1.0\n", "http://127.0.0.1:9/v1/query")
    assert away.returncode == 0 and away.stdout.startswith("NOT AUDITED"), (away.stdout, away.stderr)
    broken = audit(tmp_path, "this is no requirement ][\n", database)
    assert broken.returncode == 1 and "The audit is broken" in broken.stderr


def record(
    id_: str, name: str, *events: dict[str, str], versions: tuple[str, ...] = (), **more: object
) -> dict[str, Any]:
    """A vulnerability of a package of PyPI in OSV's format."""
    affected = {
        "package": {"ecosystem": "PyPI", "name": name},
        "ranges": [{"type": "ECOSYSTEM", "events": list(events)}] if events else [],
        "versions": list(versions),
    }
    return {"id": id_, "modified": "2025-06-01T00:00:00Z", "affected": [affected], **more}


PUBLISHED = [
    # Facts of the advisories: https://github.com/advisories/<id>
    record("GHSA-9298-4cf8-g4wj", "waitress", {"introduced": "2.0.0"}, {"fixed": "3.0.1"}, aliases=["CVE-2024-49768"]),
    record("GHSA-9hjg-9r4m-mvj7", "requests", {"introduced": "0"}, {"fixed": "2.32.4"}, aliases=["CVE-2024-47081"]),
    record("GHSA-xg8h-j46f-w952", "Pillow", {"introduced": "11.2.0"}, {"fixed": "11.3.0"}, aliases=["CVE-2025-48379"]),
]


def by_file(folder: Path, lines: str, database: Path) -> subprocess.CompletedProcess[str]:
    requirements = folder / "constraints.txt"
    requirements.write_text(lines)
    command = [sys.executable, SCRIPT, "--requirements", requirements, "--database", database]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.fixture(params=["zip", "list", "folder"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The published vulnerabilities in each form that a database is kept in."""
    if request.param == "list":
        (tmp_path / "all.json").write_text(json.dumps(PUBLISHED))
        return tmp_path / "all.json"
    if request.param == "zip":
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            for one in PUBLISHED:
                archive.writestr(f"{one['id']}.json", json.dumps(one))
        return tmp_path / "all.zip"
    (tmp_path / "records").mkdir()
    for one in PUBLISHED:
        (tmp_path / "records" / f"{one['id']}.json").write_text(json.dumps(one))
    return tmp_path / "records"


def test_a_database_in_a_file_tells_the_same_and_nobody_is_asked(kept: Path, tmp_path: Path) -> None:
    old = "waitress==3.0.0\nrequests==2.32.3 ; sys_platform == 'win32'\npillow==11.2.1  # a comment\n"
    found = by_file(tmp_path, old, kept)
    assert found.returncode == 1, found.stderr
    assert found.stdout.splitlines() == [
        f"By {kept.name}: 3 records, the newest of 2025-06-01.",
        "waitress 3.0.0: GHSA-9298-4cf8-g4wj, fixed in 3.0.1.",
        "requests 2.32.3: GHSA-9hjg-9r4m-mvj7, fixed in 2.32.4.",
        "pillow 11.2.1: GHSA-xg8h-j46f-w952, fixed in 11.3.0.",
        "3 packages audited, 3 known vulnerabilities.",
    ]
    clean = by_file(tmp_path, "waitress==3.0.1\nrequests==2.32.4\npillow==11.1.0\nother==1\n", kept)
    assert (clean.returncode, clean.stdout.splitlines()[-1]) == (0, "4 packages audited, 0 known vulnerabilities.")


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ("0.9", True), ("1.0.dev1", True), ("1.0rc1", True), ("1.0", False), ("1.5", False), ("2.0a1", False), ("2.0", True),
        ("2.1.post1", True), ("2.2", True), ("2.2+cpu", True), ("2.2.1", False), ("3.0", False), ("3.1", True), ("4!0.1", False),
        ("2004.4", True),
    ],
)  # fmt: skip
def test_versions_are_compared_as_python_does(version: str, affected: bool, tmp_path: Path) -> None:
    database = tmp_path / "all.json"
    one = record(
        "PYSEC-0000-2", "Some_Package", {"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "2.0"}, {"last_affected": "2.2"},
        versions=("3.1", "2004.4", "2004d"),
    )  # fmt: skip
    git = {"type": "GIT", "events": [{"introduced": "0"}]}
    one["affected"][0]["ranges"].append(git)
    other = record("RUSTSEC-0", "some-package", {"introduced": "0"})
    other["affected"][0]["package"]["ecosystem"] = "crates.io"
    withdrawn = record("PYSEC-0000-3", "some-package", {"introduced": "0"}, withdrawn="2025-01-01T00:00:00Z")
    odd = record("PYSEC-0000-4", "some-package", {"introduced": "2004d"})
    again = {**one, "id": "GHSA-again", "aliases": ["PYSEC-0000-2"]}
    database.write_text(json.dumps([one, again, other, withdrawn, odd]))
    done = by_file(tmp_path, f"some.package=={version}\n", database)
    assert done.stdout.splitlines()[-1] == f"1 packages audited, {int(affected)} known vulnerabilities.", done


@pytest.mark.parametrize("text", ["", "[]", "{}", "no json", '[{"id": "x", "affected": [{}]}]', '{"id": 1}', "[1]"])
def test_a_file_that_is_no_database_is_no_clean_result(text: str, tmp_path: Path) -> None:
    (tmp_path / "all.json").write_text(text)
    for database in (tmp_path / "all.json", tmp_path / "absent.zip"):
        done = by_file(tmp_path, "example==1.0\n", database)
        assert done.returncode == 1 and "The audit is broken" in done.stderr and not done.stdout
    (tmp_path / "good.json").write_text(json.dumps(PUBLISHED))
    for lines in ("this is no requirement ][\n", "example>=1.0\n"):
        done = by_file(tmp_path, lines, tmp_path / "good.json")
        assert done.returncode == 1 and "The audit is broken" in done.stderr


@pytest.mark.parametrize(
    ("package", "repaired"),
    [
        ("authlib", "1.6.5"),
        ("filelock", "3.20.3"),
        ("flask", "3.1.1"),
        ("joserfc", "1.4.2"),
        ("pillow", "11.3.0"),
        ("pypdf", "6.4.0"),
        ("requests", "2.32.4"),
        ("torch", "2.6.0"),
        ("tqdm", "4.66.3"),
        ("waitress", "3.0.1"),
        ("werkzeug", "3.1.4"),
    ],
)
def test_no_version_with_a_published_fault_is_let_in(package: str, repaired: str) -> None:
    """Who installs without constraints.txt may already have an older one, which pip leaves where it fits."""
    project = tomllib.loads((SCRIPT.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    named = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    (asked,) = [one for one in map(Requirement, named) if one.name == package]
    (least,) = [Version(one.version) for one in asked.specifier if one.operator in (">=", "==")]
    assert least >= Version(repaired)
