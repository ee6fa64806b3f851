"""Moving the index while it is searched and written to, and after a kill."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from searchapp.cluster import reindex, rollback
from searchapp.cluster.build import Build
from searchapp.cluster.reindex import Options
from searchapp.model import SearchMode, SearchRequest
from searchapp.stores.elasticsearch.versions import read_versions
from searchapp.wiring import Application
from tests.cluster.conftest import Configured, document, ingest, store_of


class Load:
    """Searchers and a writer that never rest; what fails is kept."""

    def __init__(self, configured: Configured) -> None:
        self._configured = configured
        self._stop = threading.Event()
        self.searches = 0
        self.failures: list[BaseException] = []
        self.written: list[str] = []

    @contextmanager
    def running(self) -> Iterator[Load]:
        targets = (self._search, self._search, self._write)
        threads = [threading.Thread(target=self._kept, args=(target, self._configured())) for target in targets]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _kept(self, work: Callable[[Application], None], application: Application) -> None:
        try:
            while not self._stop.is_set():
                work(application)
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            self.failures.append(error)

    def _search(self, application: Application) -> None:
        results = application.searcher.search(SearchRequest("The end of base3 valve", SearchMode.HYBRID, size=50))
        assert "base3" in {hit.document_id for hit in results.hits}
        self.searches += 1

    def _write(self, application: Application) -> None:
        name = f"new{len(self.written)}"
        ingest(application, document(name, paragraphs=3))
        self.written.append(name)


@pytest.mark.slow
def test_searches_and_writes_go_on_while_the_index_moves(configured: Configured) -> None:
    base = [f"base{number}" for number in range(40)]
    ingest(configured(), *(document(name, paragraphs=8) for name in base))
    with Load(configured).running() as load:
        there = reindex(configured(embedding_model="hashed:128"), Options(throttle=200))
        smaller = reindex(configured(embedding_model="hashed:128", chunk_tokens=64))
        undone = rollback(configured())
        back = reindex(configured())
        writes = len(load.written)
        until = time.monotonic() + 60
        while len(load.written) < writes + 3 and not load.failures and time.monotonic() < until:
            time.sleep(0.1)
    assert load.failures == []
    assert there.switched and smaller.switched and back.switched and undone.repaired == 0
    assert load.searches > 0 and load.written
    application = configured()
    application.store.refresh()
    for name in (*base, *load.written):
        chunks = application.store.chunks(name)
        assert chunks and [chunk.position for chunk in chunks] == list(range(len(chunks))), name


class Killed(BaseException):
    """Ends the run where a kill would."""


def test_a_killed_reindex_goes_on_where_it_stopped(configured: Configured, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = configured(), configured(embedding_model="hashed:128")
    ingest(old, *(document(f"doc{number:03d}", paragraphs=30) for number in range(60)))
    whole = reindex(new, Options(dry_run=True)).documents
    windows = 0

    def show(what: str, done: int, total: int) -> None:
        nonlocal windows
        windows += what == "copying"
        if windows == 2:  # told at the start, and after the first of two windows
            raise Killed

    with pytest.raises(Killed):
        reindex(new, show=show)
    store = store_of(old)
    half = read_versions(store.client, store.names)[-1]
    assert half.build is not None and not half.live and half.written
    # Writes reach the half-built version, and searches still read the old one.
    ingest(old, document("meanwhile"))
    assert old.searcher.search(SearchRequest("The end of doc007")).hits

    build = Build(store, half)
    assert build.progress.documents < whole
    done = reindex(new)
    assert done.resumed and done.switched and done.target == half.name and done.documents == whole + 1
    # By words: 8.19's vector graph loses a passage among the hundreds of near copies that these documents are.
    found = configured().searcher.search(SearchRequest("The end of meanwhile", SearchMode.KEYWORD)).hits
    assert found[0].document_id == "meanwhile"
