"""docs/api.md: its examples are run by curl against a served application, and its table is that of /openapi.json."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from searchapp.ingest.queue import run_batch
from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.web.jobs import Jobs
from searchapp.web.openapi import document
from searchapp.web.server import open_server
from searchapp.wiring import Application
from tests.docs.shell import examples
from tests.services import tools
from tests.web.serving import serving

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
HANDBOOK = (
    "# Press shop handbook\n\nOperators must wear cut-resistant gloves of class D.\n\n操作人员必须佩戴防割手套。\n"
)


@pytest.fixture
def application(tmp_path: Path) -> Application:
    return Application(
        Settings(
            data_dir=tmp_path / "data",
            embedding_model="hashed:64",
            least_similarity=-1.0,  # hashed vectors know no meaning, so that any passage may be shown
            ollama_url="http://127.0.0.1:9",  # none is there
        )
    )


class Uploads(Jobs):
    """Leaves web addresses queued: nobody's site is asked by a test."""

    def submit(self, document_id: str) -> None:
        if "://" not in self._application.store.entry(document_id).source:
            assert run_batch(self._application.ingester, [document_id], threading.Event())


@pytest.fixture
def address(application: Application) -> Iterator[str]:
    server = open_server(application, "127.0.0.1", 0, Uploads(application))
    with serving(server) as address:
        yield address


@pytest.mark.slow
def test_every_example_prints_what_the_page_shows(address: str, tmp_path: Path) -> None:
    if shutil.which("curl") is None and not tools.required():
        pytest.skip("curl is not installed")
    (tmp_path / "handbook.md").write_text(HANDBOOK, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("Oil the hinges every Monday.\n", encoding="utf-8")
    variables = {"SEARCHAPP": address, "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    for example in examples(PAGE):
        command = example.command
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, (command, done.stderr)
        if "-F file=" in command:
            variables["ID"] = json.loads(done.stdout)["documents"][0]["id"]
        assert re.match(example.pattern, done.stdout, re.S), (command, example.shown, done.stdout)


def test_the_table_has_every_route(application: Application) -> None:
    site = create_app(application)
    rows = [
        f"| `{method.upper()} {path}` | {told['summary']} | {told.get('x-scope', 'none')} |"
        for path, methods in document(site, application.settings.auth)["paths"].items()
        for method, told in methods.items()
    ]
    table = re.search(r"\| route \|.*\n\|---.*\n((?:\|.*\n)*)", PAGE)
    assert table is not None
    assert table.group(1).splitlines() == rows, "\n".join(["docs/api.md should have:", *rows])
