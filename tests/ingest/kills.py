"""Proof that nothing is lost: ingestion is disturbed at random moments, goes on or is begun again, and stores compared.

``python -m tests.ingest.kills --rounds 20`` makes the whole proof and prints a table; the suite does a few rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from searchapp.errors import SearchAppError
from searchapp.model import DocumentState
from searchapp.settings import Settings
from searchapp.wiring import Application
from tests.ingest import chaos
from tests.ingest.proxy import Proxy
from tests.services import elasticsearch, process, redis
from tests.waiting import eventually

DOCUMENTS = 60
HEAP = "384m"
END_SECONDS = 240.0
LATEST = 0.9
"""Of the requests of an undisturbed run, so that the moment comes although no two runs make quite as many."""

HEADER = f"{'disturbance':<24} {'phase':<7} {'at request':<18} {'done':>5} {'chunks':>7} {'store':>6} {'seconds':>8}"


@dataclass
class Moment:
    """When it happens, and how many documents were indexed by then."""

    request: int
    of: int
    before: bool
    done: int = 0


class Proof:
    """Rounds of disturbances against one Elasticsearch: of a folder's first ingestion, and in turn of its update.

    A round returns its line of the table; a store that is not equal raises AssertionError.
    """

    def __init__(self, folder: Path, elasticsearch_url: str, redis_url: str = "", seed: int = 1) -> None:
        self._folder = folder
        self._url = elasticsearch_url
        self._redis_url = redis_url
        self._random = random.Random(seed)
        self._wanted: dict[bool, dict[str, Any]] = {}
        self._requests: dict[tuple[bool, bool], int] = {}
        self._library = folder / "library"
        self._number = self._worlds = 0
        self.told = ""

    def kill_process(self) -> str:
        """Kill -9 ``ingest``, and begin it again."""

        def disturb(world: World) -> None:
            victim = world.start(*self._ingest)
            world.act(lambda: chaos.kill(victim))
            world.wait_for_the_moment(victim)
            again = world.start(*self._ingest, SEARCHAPP_ELASTICSEARCH_URL=self._url)
            world.must_end(again)

        return self._round("ingest killed", disturb, by_worker=False)

    def kill_worker(self) -> str:
        """Kill -9 a worker, and start another."""

        def disturb(world: World) -> None:
            victim = world.start("worker")
            world.act(lambda: chaos.kill(victim))
            world.wait_for_the_moment(victim)
            world.start("worker", SEARCHAPP_ELASTICSEARCH_URL=self._url)
            world.wait_until_settled()

        return self._round("worker killed", disturb, by_worker=True)

    def restart_redis(self, server: process.Server) -> process.Server:
        """Stop Redis while two workers work, and start an empty one in its place, which is returned."""
        servers = [server]

        def disturb(world: World) -> None:
            world.act(server.stop)
            workers = [world.start("worker") for _ in range(2)]
            world.wait_for_the_moment(workers[0])
            servers.append(redis.start(int(server.url.rpartition(":")[2].partition("/")[0])))
            world.wait_until_settled()

        self.told = self._round("Redis restarted", disturb, by_worker=True)
        return servers[-1]

    def restart_elasticsearch(self, server: RestartedElasticsearch, *, hard: bool) -> str:
        """Stop Elasticsearch (kill -9 if ``hard``) while ``ingest`` runs, which must simply go on."""

        def disturb(world: World) -> None:
            world.act(lambda: server.stop(hard=hard))
            run = world.start(*self._ingest)
            world.wait_for_the_moment(run)
            server.start()
            world.must_end(run)

        return self._round(f"Elasticsearch {'killed' if hard else 'restarted'}", disturb, by_worker=False)

    # --- one round

    def _round(self, what: str, disturb: Callable[[World], None], *, by_worker: bool) -> str:
        self._number += 1
        update = self._number % 2 == 0
        self._measure(update, by_worker)
        requests = self._requests[update, by_worker]
        started = time.perf_counter()
        while True:
            moment = Moment(self._random.randint(1, int(requests * LATEST)), requests, self._random.random() < 0.5)
            with self._world(update, by_worker, moment) as world:
                try:
                    disturb(world)
                except NeverCame:
                    continue
                world.end()
                chaos.assert_equal(chaos.chunks_of(world.settings), self._wanted[update])
                chaos.assert_settled(world.application)
            when = f"{moment.request} of {moment.of}, {'before' if moment.before else 'after'}"
            return (
                f"{what:<24} {'update' if update else 'first':<7} {when:<18} {moment.done:>5} "
                f"{len(self._wanted[update]):>7} {'equal':>6} {time.perf_counter() - started:>8.1f}"
            )

    def _measure(self, update: bool, by_worker: bool) -> None:
        """An undisturbed run: what the store must hold then, and how many requests it takes."""
        if (update, by_worker) in self._requests:
            return
        with self._world(update, by_worker, None) as world:
            run = world.start(*(["worker"] if by_worker else self._ingest))
            if by_worker:
                world.wait_until_settled()
                world.end()
            else:
                world.must_end(run)
            self._requests[update, by_worker] = world.proxy.seen
            chunks = chaos.chunks_of(world.settings)
        chaos.assert_equal(chunks, self._wanted.setdefault(update, chunks))

    @contextmanager
    def _world(self, update: bool, by_worker: bool, moment: Moment | None) -> Iterator[World]:
        """The folder and the index as they are before the run; for an update a first ingestion has been done."""
        self._worlds += 1
        prefix = f"kills-{os.getpid()}-{self._worlds}"
        settings = chaos.settings_for(
            self._folder / prefix, self._url, prefix, redis_url=self._redis_url if by_worker else ""
        )
        application = Application(settings)
        world = World(settings, application, Proxy(self._url), moment)
        try:
            shutil.rmtree(self._library, ignore_errors=True)
            chaos.write_corpus(self._library, DOCUMENTS, 0)
            if update:
                assert {one.state for one in application.ingester.ingest([str(self._library)])} == {"indexed"}
                chaos.write_corpus(self._library, DOCUMENTS, 1)
            if by_worker:
                assert application.queue is not None
                entries = application.ingester.queue_all([str(self._library)])
                application.queue.submit([entry.id for entry in entries])
            yield world
        finally:
            world.close()
            with contextlib.suppress(SearchAppError):
                application.store.drop()
            shutil.rmtree(settings.data_dir, ignore_errors=True)

    @property
    def _ingest(self) -> list[str]:
        return ["ingest", str(self._library), "--sync"]


class NeverCame(Exception):  # noqa: N818 - no error: the run made fewer requests than usual
    """The run was over before its moment."""


class World:
    """One index, the proxy before its server, and the processes that work on it."""

    def __init__(self, settings: Settings, application: Application, proxy: Proxy, moment: Moment | None) -> None:
        self.settings = settings
        self.application = application
        self.proxy = proxy
        self._moment = moment
        self._running: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """``searchapp`` behind the proxy."""
        self._running.append(
            chaos.searchapp(self.settings, *arguments, **{"SEARCHAPP_ELASTICSEARCH_URL": self.proxy.url, **more})
        )
        return self._running[-1]

    def act(self, action: Callable[[], object]) -> None:
        """At the chosen moment."""
        moment = self._moment
        assert moment is not None

        def noted() -> None:
            counts = self.application.store.state_counts()
            moment.done = counts.get(DocumentState.INDEXED, 0) + counts.get(DocumentState.UNCHANGED, 0)
            action()

        self.proxy.when("", moment.request, noted, before=moment.before)

    def wait_for_the_moment(self, run: subprocess.Popen[str]) -> None:
        eventually(lambda: self.proxy.fired.is_set() or run.poll() is not None)
        if not self.proxy.fired.wait(5):
            raise NeverCame

    def must_end(self, run: subprocess.Popen[str]) -> None:
        """Well, and by itself; where it hangs, the stack of each of its threads is shown with its log."""
        try:
            code = run.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            run.send_signal(signal.SIGABRT)
            code = run.wait()
        assert code == 0, chaos.log(self.settings)

    def wait_until_settled(self) -> None:
        store = self.application.store
        eventually(lambda: not {DocumentState.QUEUED, DocumentState.RUNNING} & set(store.state_counts()))
        eventually(lambda: not store.backlog().chunks)

    def end(self) -> None:
        """Ask what still runs to finish: a worker tidies up after a document whose entry says already that it is done."""
        for process_ in self._running:
            if process_.poll() is None:
                process_.terminate()
                process_.wait(END_SECONDS)

    def close(self) -> None:
        for process_ in self._running:
            chaos.kill(process_)
        self.proxy.close()


class RestartedElasticsearch:
    """A server of its own whose data survives that it stops."""

    def __init__(self) -> None:
        user = elasticsearch.UNPRIVILEGED_USER if os.geteuid() == 0 else None
        self._data = process.scratch_folder("elasticsearch-data", user)
        self._port = process.free_port()
        self.start()

    @property
    def url(self) -> str:
        return self._server.url

    def start(self) -> None:
        self._server = elasticsearch.start(self._port, {"path.data": str(self._data)}, heap=HEAP)

    def stop(self, *, hard: bool = False) -> None:
        if hard:
            os.killpg(self._server.process.pid, signal.SIGKILL)
        self._server.stop()

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self._data, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.ingest.kills", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="kills of each kind (20)")
    parser.add_argument("--restarts", type=int, default=4, help="restarts of Elasticsearch and of Redis (4)")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with contextlib.ExitStack() as left:
        folder = Path(left.enter_context(tempfile.TemporaryDirectory()))
        url = elasticsearch.running()
        if not url:
            shared = elasticsearch.start()
            left.callback(shared.stop)
            url = shared.url
        broker = redis.start()
        left.callback(lambda: broker.stop())
        proof = Proof(folder, url, broker.url, arguments.seed)
        print(HEADER, flush=True)
        for _ in range(arguments.rounds):
            print(proof.kill_process(), flush=True)
        for _ in range(arguments.rounds):
            print(proof.kill_worker(), flush=True)
        for _ in range(arguments.restarts):
            broker = proof.restart_redis(broker)
            print(proof.told, flush=True)
        if arguments.restarts:
            server = RestartedElasticsearch()
            left.callback(server.close)
            proof = Proof(folder, server.url, seed=arguments.seed)
            for number in range(arguments.restarts):
                print(proof.restart_elasticsearch(server, hard=number >= arguments.restarts // 2), flush=True)
    print("Every store equals that of an undisturbed run: ids, texts and vectors.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
