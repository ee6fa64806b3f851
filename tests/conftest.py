"""What every test may ask for: the real services, each started at most once a session and only when asked for."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Browser

from tests.services import ServiceUnavailableError, chromium, elasticsearch, tools
from tests.services import ollama as ollama_service

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def elasticsearch_url() -> Iterator[str]:
    """A green Elasticsearch without security; tests share it, so each names its own indices."""
    try:
        url = elasticsearch.running()
        server = None if url else elasticsearch.start()
    except ServiceUnavailableError as error:
        _unavailable(error)
    yield server.url if server else url
    if server:
        server.stop()


@pytest.fixture(scope="session")
def ollama() -> Iterator[ollama_service.Ollama]:
    """An Ollama that has a chat model and an embedding model."""
    try:
        service = ollama_service.running()
        server = None if service else ollama_service.start()
    except ServiceUnavailableError as error:
        _unavailable(error)
    yield ollama_service.Ollama(server.url) if server else service
    if server:
        server.stop()


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The browser's program."""
    try:
        return chromium.program()
    except ServiceUnavailableError as error:
        _unavailable(error)


@pytest.fixture(scope="session")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """A headless browser; a test opens its own context in it."""
    with chromium.launched(chromium_path) as running:
        yield running


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The judged data sets, which are too large for the repository: SEARCHAPP_SHARED_DATA, else beside it."""
    path = Path(os.environ.get("SEARCHAPP_SHARED_DATA") or SHARED_DATA)
    if not path.is_dir():
        pytest.skip(f"the judged data is not at {path} (SEARCHAPP_SHARED_DATA says where it is)")
    return path


def _unavailable(error: ServiceUnavailableError) -> NoReturn:
    if tools.required():
        pytest.fail(str(error), pytrace=False)
    pytest.skip(str(error))
