"""Three real nodes: the index is split and shrunk while it is written and searched, and a node dies meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from searchapp.cluster import reindex
from searchapp.cluster.reindex import Options, Reindexed
from searchapp.errors import SearchAppError
from searchapp.model import SearchMode, SearchRequest
from searchapp.settings import Settings, load_settings
from searchapp.stores.elasticsearch.chunks import held_documents
from searchapp.stores.elasticsearch.versions import read_versions
from searchapp.wiring import Application
from tests.cluster.conftest import document, ingest, store_of
from tests.services.cluster import Cluster

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

NAMES = [f"base{number}" for number in range(60)]
PATIENCE_SECONDS = 600.0


@pytest.fixture
def settings(cluster: Cluster, tmp_path: Path) -> Settings:
    return load_settings(
        elasticsearch_url=cluster.urls_as("elastic", cluster.password),
        elasticsearch_ca_certs=cluster.certificates.authority,
        index_prefix="many",
        embedding_model="hashed:64",
        data_dir=tmp_path,
        patience_seconds=PATIENCE_SECONDS,
    )


class Writer:
    """Ingests a document after another all the while; what was said to be done must be there."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._stop = threading.Event()
        self.written: list[str] = []
        self.failures: list[BaseException] = []

    @contextmanager
    def running(self) -> Iterator[Writer]:
        thread = threading.Thread(target=self._write)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()

    def _write(self) -> None:
        try:
            while not self._stop.is_set():
                name = f"new{len(self.written)}"
                ingest(self._application, document(name, paragraphs=3))
                self.written.append(name)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.failures.append(error)

    def go_on(self, count: int) -> None:
        """Wait until it has written so many more."""
        wanted, until = len(self.written) + count, time.monotonic() + PATIENCE_SECONDS
        while len(self.written) < wanted and not self.failures and time.monotonic() < until:
            time.sleep(0.1)


def reindexed(settings: Settings, shards: int) -> Reindexed:
    """As an operator does it: a run that ends because a node died is run again, and goes on."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return reindex(Application(settings), Options(shards=shards))
        except SearchAppError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def test_split_and_shrunk_while_a_node_dies(cluster: Cluster, settings: Settings) -> None:
    application = Application(settings)
    ingest(application, *(document(name) for name in NAMES))
    killer = threading.Timer(0.0, cluster.kill, (0,))  # the node that leads the cluster
    with Writer(Application(settings)).running() as writer:
        writer.go_on(2)
        killer.start()
        split = reindexed(settings, 3)
        writer.go_on(2)
        shrunk = reindexed(settings, 2)
        writer.go_on(2)
    killer.join()
    assert writer.failures == [] and split.switched and shrunk.switched
    assert (split.source_shards, split.shards, shrunk.shards) == (1, 3, 2)
    assert split.embedded == shrunk.embedded == 0
    cluster.wait(lambda health: health.get("number_of_nodes") == 2 and health["status"] == "green")

    store = store_of(application)
    store.refresh()
    (live,) = (version for version in read_versions(store.client, store.names) if version.live)
    assert (live.name, live.shards) == (shrunk.target, 2)
    held = list(held_documents(store.client, live.name))
    assert {one.document_id for one in held} == {*NAMES, *writer.written} and all(one.whole for one in held)
    for name in (NAMES[0], NAMES[-1], writer.written[-1]):
        found = application.searcher.search(SearchRequest(f"The end of {name}", SearchMode.KEYWORD))
        assert found.hits[0].document_id == name

    cluster.replace_dead()
    assert application.store.count() == sum(one.chunks for one in held)
