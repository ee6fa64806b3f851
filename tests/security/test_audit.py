"""``make audit`` against a stand-in for the OSV database, which speaks its wire format, and against nobody."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

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


@pytest.mark.parametrize(
    ("package", "repaired"),
    [
        ("authlib", "1.6.5"),
        ("filelock", "3.20.3"),
        ("flask", "3.1.1"),
        ("joserfc", "1.4.2"),
        ("mammoth", "1.11.0"),
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
