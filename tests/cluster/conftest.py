"""An installation of its own on the shared server, filled with a few documents."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from hashlib import sha256
from pathlib import Path

import pytest

from searchapp.model import Document, Section, SourceType
from searchapp.settings import load_settings
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.wiring import Application
from tests.services import cluster as cluster_service
from tests.services.cluster import Cluster

Configured = Callable[..., Application]


@pytest.fixture(scope="package")
def cluster(
    tmp_path_factory: pytest.TempPathFactory, service_or_skipped: Callable[[], AbstractContextManager[None]]
) -> Iterator[Cluster]:
    """Three nodes with TLS and security on, for the files that kill some."""
    with service_or_skipped():
        running = cluster_service.start(tmp_path_factory.mktemp("certificates"))
    yield running
    running.stop()


@pytest.fixture
def configured(elasticsearch_url: str, tmp_path: Path) -> Iterator[Configured]:
    """Makes applications on one installation, each with settings of its own."""
    prefix = f"test-{uuid.uuid4().hex[:8]}"

    def make(**settings: object) -> Application:
        chosen = {"embedding_model": "hashed:64", "data_dir": tmp_path, "ocr": "off", **settings}  # doctor tries it
        return Application(load_settings(elasticsearch_url=elasticsearch_url, index_prefix=prefix, **chosen))

    yield make
    make().store.drop()


@pytest.fixture
def application(configured: Configured) -> Application:
    return configured()


@pytest.fixture
def with_repository(configured: Configured) -> Iterator[Application]:
    """One whose snapshots go to a folder of the server's; they go with it."""
    prefix = configured().settings.index_prefix
    application = configured(snapshot_repository=f"fs:{prefix}")
    yield application
    forget_snapshots(application)


def forget_snapshots(application: Application) -> None:
    """Delete its snapshots, and their repository."""
    prefix = application.settings.index_prefix
    client = store_of(application).client.options(ignore_status=404)
    client.snapshot.delete(repository=f"{prefix}-snapshots", snapshot=f"{prefix}-*")
    client.snapshot.delete_repository(name=f"{prefix}-snapshots")


def store_of(application: Application) -> ElasticsearchStore:
    assert isinstance(application.store, ElasticsearchStore)
    return application.store


def ingest(application: Application, *documents: Document) -> None:
    outcomes = list(application.ingester.ingest_documents(documents))
    assert [outcome.error for outcome in outcomes] == [""] * len(documents)


def document(name: str, *, paragraphs: int = 12, text: str = "") -> Document:
    """Two sections of several paragraphs, long enough for a few passages."""
    part = "\n\n".join(
        f"Paragraph {number} of {name} tells about valve {number * 7}. {text} It closes at {number} bar, and 阀门在{number}巴时关闭。"
        for number in range(paragraphs)
    )
    first, second = f"Opening\n\n{part}", f"Closing\n\n{part}\n\nThe end of {name}."
    whole = f"{first}\n\n{second}"
    return Document(
        id=name,
        source=f"/docs/{name}.txt",
        title=f"The {name}",
        type=SourceType.TEXT,
        text=whole,
        sections=(Section(0, len(first), ("Opening",)), Section(len(first) + 2, len(whole), ("Closing",))),
        content_hash=sha256(whole.encode()).hexdigest(),
        language="en",
    )


def other_text(original: Document, text: str) -> Document:
    return dataclasses.replace(document(original.id, text=text))
