"""Searchable at once under kills: an ingest is killed again and again, and nothing is lost, doubled or done twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import numpy as np
import pytest

from searchapp.model import SearchMode, SearchRequest
from searchapp.settings import Settings
from searchapp.stores import Backlog
from searchapp.wiring import Application
from tests.ingest.chaos import environment, passage, settings_for

DOCUMENTS, LONG = 36, 3
"""Short texts, and ones that are longer than what is embedded before it is found."""

MOST_STEPS = 160
"""Calls of the store and the model that a run makes at most before it is killed; a whole one makes some more.

Were all killed early, the tries would count against documents that none of them came to (``CRASHES_ALLOWED``).
"""

RUN = """
import os, signal, sys, threading, time
from searchapp.ingest import batches, late_vectors
from searchapp.settings import load_settings
from searchapp.wiring import Application

batches.BATCH_ITEMS, batches.IDLE_SECONDS = 6, 0.001
late_vectors.BATCH_CHUNKS = 10
library, log, moment = sys.argv[1], open(sys.argv[2], "a"), int(sys.argv[3])
application = Application(load_settings())
store, model = application.store, application.embedder
lock, steps = threading.Lock(), 0

def tell(event, hashes):
    with lock:
        log.writelines(f"{event} {one}\\n" for one in hashes)
        log.flush()

def stepping(call, told=lambda *arguments: None):
    def step(*arguments, **more):
        global steps
        for is_before in (True, False):
            with lock:
                steps += 1
                if steps == moment:
                    os.kill(os.getpid(), signal.SIGKILL)
            if is_before:
                result = call(*arguments, **more)
                told(*arguments)
        return result
    return step

def written(documents, *_):
    tell("written", [one.chunk.hash for write in documents for one in write.chunks if one.vector is not None])

def added(ids, vectors, *_):
    tell("written", vectors)

def embedded(texts):
    time.sleep(0.003 * len(texts))
    tell("embedded", [__import__("hashlib").sha256(text.encode()).hexdigest()[:32] for text in texts])

for name in ("claim", "settle", "change_memo", "unembedded_texts"):
    setattr(store, name, stepping(getattr(store, name)))
store.write, store.add_vectors = stepping(store.write, written), stepping(store.add_vectors, added)
model.embed_documents = stepping(model.embed_documents, embedded)
for outcome in application.ingester.ingest([library]):
    assert outcome.state in ("indexed", "unchanged"), outcome
"""


class Killed:
    """One index, the library that goes into it, and processes that are killed at it."""

    def __init__(self, folder: Path, settings: Settings, seed: int = 7) -> None:
        self.settings = settings
        self.library = folder / "library"
        self.library.mkdir()
        self._log = folder / "texts.log"
        self._log.touch()
        self._chance = random.Random(seed)
        self._version = 0
        self.application = Application(settings)

    def kill_at_random(self) -> bool:
        """Edit some of the library, and ingest until a moment chosen at random; False where that was over before."""
        self._edit()
        return self._run(self._chance.randint(1, MOST_STEPS)) != 0

    def _edit(self) -> None:
        """Give a third of the documents texts that none had before: what was replaced may be embedded again."""
        self._version += 1
        for number in range(DOCUMENTS + LONG):
            if self._version > 1 and self._chance.random() > 1 / 3:
                continue
            seed = (self._version * 100 + number) * 100
            parts = 30 if number >= DOCUMENTS else 3
            text = "\n\n".join(f"## Part {part}\n\nEdit {seed + part}. {passage(seed + part)}" for part in range(parts))
            (self.library / f"{number:03}.md").write_text(f"# Text {number}\n\n{text}", encoding="utf-8")

    def ingest_to_the_end(self) -> None:
        assert self._run(0) == 0

    def _run(self, moment: int) -> int:
        command = [sys.executable, "-c", RUN, str(self.library), str(self._log), str(moment)]
        done = subprocess.run(command, env=environment(self.settings), timeout=300, check=False, capture_output=True)
        assert done.returncode in (0, -signal.SIGKILL), done.stderr.decode()[-2000:]
        return done.returncode

    def assert_whole(self, fresh: Application) -> None:
        """Every file is found by its words and its vectors, which are those of a quiet run; none is there twice."""
        store = self.application.store
        store.refresh()
        assert store.backlog() == Backlog(0, 0)
        for _ in fresh.ingester.ingest([str(self.library)]):
            pass
        fresh.store.refresh()
        here = {str(path) for path in self.library.iterdir()}
        entries = [entry for entry in store.sources("") if entry.source in here]
        assert {entry.source for entry in entries} == here
        for entry in entries:
            chunks, wanted = store.chunks(entry.id), fresh.store.chunks(entry.id)
            assert [(one.id, one.text) for one in chunks] == [(one.id, one.text) for one in wanted], entry.source
            assert entry.chunks == len(chunks) and not entry.unembedded and entry.state in ("indexed", "unchanged")
            hashes = {one.hash for one in chunks}
            got, quiet = store.vectors(hashes), fresh.store.vectors(hashes)
            assert got.keys() == hashes
            assert all(np.allclose(got[hash_], quiet[hash_], atol=1e-5) for hash_ in hashes)
        assert store.count() == sum(entry.chunks for entry in store.sources(""))
        title = entries[0].title
        for mode in (SearchMode.KEYWORD, SearchMode.SEMANTIC):
            found = self.application.searcher.search(SearchRequest(title, mode, size=50))
            assert found.hits and not any(hit.unembedded for hit in found.hits)

    def assert_nothing_embedded_that_was_written(self) -> int:
        """Returns how many texts were embedded in all."""
        lines = [line.split() for line in self._log.read_text().splitlines()]
        there: set[str] = set()
        again = []
        for event, hash_ in lines:
            if event == "written":
                there.add(hash_)
            elif hash_ in there:
                again.append(hash_)
        assert again == []
        return sum(event == "embedded" for event, _ in lines)


def killed(folder: Path, url: str, kills: int) -> None:
    prefix = f"late-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    proof = Killed(folder, settings_for(folder / "data", url, prefix))
    fresh = Application(settings_for(folder / "fresh", url, f"{prefix}-fresh"))
    try:
        done = 0
        while done < kills:
            done += proof.kill_at_random()
        proof.ingest_to_the_end()
        proof.assert_whole(fresh)
        print(f"{kills} kills, {proof.assert_nothing_embedded_that_was_written()} texts embedded")
    finally:
        for application in (proof.application, fresh):
            application.store.drop()


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_kills_over_the_embedded_store(tmp_path: Path) -> None:
    killed(tmp_path, "", 10)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_kills_over_elasticsearch(tmp_path: Path, elasticsearch_url: str) -> None:
    killed(tmp_path, elasticsearch_url, 10)
