"""The web application over a scripted stand-in: as a test client, and served on a port for a browser."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, BrowserContext, Page, expect

from searchapp.settings import Settings
from searchapp.web.app import create_app
from searchapp.web.jobs import Jobs
from searchapp.web.server import open_server
from searchapp.wiring import Application
from tests.cluster.conftest import document, ingest
from tests.web.samples import fill
from tests.web.serving import serving
from tests.web.stand_in import StandIn


@pytest.fixture
def app(tmp_path: Path) -> StandIn:
    return StandIn(tmp_path)


@pytest.fixture
def jobs(app: StandIn) -> Iterator[Jobs]:
    jobs = Jobs(app)  # type: ignore[arg-type]
    yield jobs
    app.ingester.gate.set()
    jobs.stop()


@pytest.fixture
def client(app: StandIn, jobs: Jobs) -> FlaskClient:
    return create_app(app, jobs=jobs).test_client()  # type: ignore[arg-type]


@pytest.fixture
def library(app: StandIn) -> StandIn:
    """The stand-in with the sample documents and an answer."""
    fill(app)
    return app


@pytest.fixture
def served() -> Iterator[Callable[[object], str]]:
    """Gives a function that serves an application on a free port and returns its address."""
    with ExitStack() as servers:

        def start(application: object) -> str:
            jobs = Jobs(application)  # type: ignore[arg-type]
            servers.callback(jobs.stop)
            server = open_server(application, "127.0.0.1", 0, jobs)  # type: ignore[arg-type]
            return servers.enter_context(serving(server))

        yield start


@pytest.fixture
def new_page(browser: Browser, served: object) -> Iterator[Callable[..., Page]]:
    """Opens pages, each in a context of its own; at the end none of them may have reported an error.

    A violation of the content security policy is such an error. ``tolerated`` names one that a test provokes. Asking
    for ``served`` lets the pages close before the server does.
    """
    expect.set_options(timeout=10_000)
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def start(*, tolerated: str = "", **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, "locale": "en-US", **options})
        contexts.append(context)
        page = context.new_page()

        def note(text: str) -> None:
            if not tolerated or tolerated not in text:
                errors.append(text)

        page.on("console", lambda message: note(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: note(str(error)))
        return page

    yield start
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def address(library: StandIn, served: Callable[[object], str]) -> str:
    """Where the sample library is served."""
    return served(library)


@pytest.fixture
def clustered(elasticsearch_url: str, tmp_path: Path) -> Iterator[Application]:
    """A few documents on the real server."""
    application = Application(
        Settings(
            data_dir=tmp_path,
            elasticsearch_url=elasticsearch_url,
            index_prefix=f"test-{uuid.uuid4().hex[:8]}",
            embedding_model="hashed:64",
            ollama_url="http://127.0.0.1:9",
        )
    )
    ingest(application, *(document(f"doc{n}") for n in range(5)))
    yield application
    application.store.drop()
