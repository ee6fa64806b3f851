"""An installation with two documents on the embedded store, and no Ollama; over HTTP it asks for keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from searchapp.access import Scope
from searchapp.settings import Settings
from searchapp.web.jobs import Jobs
from searchapp.web.server import open_server
from searchapp.wiring import Application
from tests.mcp.samples import DOCUMENTS
from tests.web.serving import serving


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of an installation that holds two documents, one of them the group hr's."""
    folder = tmp_path_factory.mktemp("mcp")
    settings = {"data_dir": str(folder), "embedding_model": "hashed:64", "ollama_url": "http://127.0.0.1:9"}
    running = Application(Settings(**settings))  # type: ignore[arg-type]
    for name, text, groups in DOCUMENTS:
        path = folder / f"{name}.md"
        path.write_text(text, encoding="utf-8")
        assert [one.error for one in running.ingester.ingest([str(path)], groups=groups)] == [""]
    return settings


@pytest.fixture
def application(settings: dict[str, str]) -> Application:
    return Application(Settings(**settings))  # type: ignore[arg-type]


class Served:
    """The installation behind a port."""

    def __init__(self, application: Application, address: str, jobs: Jobs) -> None:
        self.application, self.address, self.jobs = application, address, jobs

    def key(self, *scopes: Scope, groups: tuple[str, ...] | None = None) -> str:
        """A new key; read where no scope is named."""
        return self.application.access.keys.make("agent", frozenset(scopes or {Scope.READ}), groups)[1]


@pytest.fixture(scope="module")
def served(settings: dict[str, str]) -> Iterator[Served]:
    running = Application(Settings(**settings, auth="required", requests_per_minute=100_000))  # type: ignore[arg-type]
    jobs = Jobs(running)
    with serving(open_server(running, "127.0.0.1", 0, jobs)) as address:
        yield Served(running, address, jobs)
    jobs.stop()
