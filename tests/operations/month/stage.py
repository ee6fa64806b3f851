"""What the steps of the month act on: a node, an installation with its schedules, an operator's shell, a clock."""

from __future__ import annotations

import datetime as dt
import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

from searchapp.errors import SearchAppError
from searchapp.messages import shown
from searchapp.operations import runner_of
from searchapp.schedules import Run, Runner, Schedule
from searchapp.schedules.book import utc_now
from searchapp.settings import Settings, load_settings
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.wiring import Application
from tests.cli.shell import Done, Shell
from tests.operations.month.library import Library
from tests.operations.month.log import Line, Log
from tests.services import elasticsearch, prepared_models, process
from tests.services.machine_clock import MachineClock

FIRST = dt.datetime(2027, 3, 15, 6, tzinfo=dt.UTC)
"""A Monday in the middle of a month: thirty days from it see five weeks and two months."""
MODEL = "sentence-transformers:all-MiniLM-L6-v2"
PREFIX = "month"
LEASE_SECONDS = 10.0
"""A run whose store is away for so long ends; the usual minute would be waited for."""
MOST_RUNS = 20
"""Of one look at what is due; more would be schedules that never end."""


class Node:
    """The one Elasticsearch, which can be killed: its data and snapshots stay, as a machine's disk does."""

    def __init__(self) -> None:
        user = elasticsearch.UNPRIVILEGED_USER if os.geteuid() == 0 else None
        self.disk = process.scratch_folder("month", user)
        self.port = process.free_port()
        self.start()

    def start(self) -> None:
        """Start it, and wait until it is green."""
        self.server = elasticsearch.start(self.port, {
            "path.data": str(self.disk / "data"), "path.repo": str(self.disk / "snapshots"),
            "thread_pool.estimated_time_interval": "0ms",  # it keeps no time of its own beside the clock
        })  # fmt: skip

    def kill(self) -> None:
        """kill -9, as when the power fails."""
        os.killpg(self.server.process.pid, signal.SIGKILL)
        self.server.stop()


@dataclass
class Stage:
    """``folder`` has the library and what operators keep; the rest is made in it."""

    folder: Path
    clock: MachineClock
    node: Node
    log: Log = field(default_factory=Log)
    kinds: dict[str, str] = field(default_factory=dict)
    """Of schedules, by their ids."""

    def __post_init__(self) -> None:
        self.clock.go(FIRST - utc_now())
        self.library = Library(self.folder)
        self.shell = Shell(self.folder)
        self.shell.environment |= {
            "SEARCHAPP_ELASTICSEARCH_URL": self.node.server.url,
            "SEARCHAPP_INDEX_PREFIX": PREFIX,
            "SEARCHAPP_EMBEDDING_MODEL": MODEL,
            "SEARCHAPP_SNAPSHOT_REPOSITORY": f"fs:{PREFIX}",
            prepared_models.SETTING: os.environ[prepared_models.SETTING],
        }
        self.application = Application(self.settings())
        self.runner = self.new_runner()

    def settings(self) -> Settings:
        """Those of the shell, for the process that runs schedules."""
        return load_settings(
            elasticsearch_url=self.node.server.url,
            index_prefix=PREFIX,
            embedding_model=MODEL,
            snapshot_repository=f"fs:{PREFIX}",
            data_dir=self.folder / "data",
            lease_seconds=LEASE_SECONDS,
            ollama_url=self.shell.environment["SEARCHAPP_OLLAMA_URL"],
        )

    def new_runner(self) -> Runner:
        """What the page's server, or a worker, has."""
        return runner_of(self.application)

    @property
    def store(self) -> ElasticsearchStore:
        """The live index and the registry."""
        assert isinstance(self.application.store, ElasticsearchStore)
        return self.application.store

    def schedule(self, kind: str) -> Schedule:
        """The one of that kind."""
        found = next(one for one in self.application.schedules.all() if one.kind == kind)
        self.kinds[found.id] = kind
        return found

    def note(self, who: str, what: str, outcome: str, said: str = "") -> None:
        """Write down what was done otherwise than by the timer or a command."""
        self.log.write(Line(utc_now(), who, self._readable(what), outcome, self._readable(said)))

    def operator(self, *typed: str, code: int = 0, say: str = "") -> Done:
        """Type a command, which must end with ``code``; ``say`` picks the line of its output that is written down."""
        done = self.shell(*typed)
        text = done.stdout + done.stderr
        assert done.returncode == code, (typed, done.returncode, text)
        lines = [" ".join(line.split()) for line in text.splitlines() if say in line and line.strip()]
        assert lines or not say, (typed, say, text)
        self.note("operator", " ".join(typed[:4]), f"exit {code}", lines[0] if lines else "")
        return done

    def look(self, runner: Runner | None = None) -> list[Run]:
        """Run all that is due, as the page's server does; where the store is away, that is written down."""
        ran: list[Run] = []
        while len(ran) < MOST_RUNS:
            try:
                run = (runner or self.runner).look()
            except SearchAppError as error:
                self.note("timer", "look", "failed", str(error).splitlines()[0])
                return ran
            if run is None:
                return ran
            ran.append(run)
            self.tell(run)
        raise AssertionError(f"{MOST_RUNS} runs at once")

    def tell(self, run: Run) -> None:
        """Write down a run of a schedule."""
        one = next(one for one in self.application.schedules.all() if one.last == run)
        said = self._readable(shown(run.message))
        self.log.write(Line(run.began, "timer", str(one.kind), str(run.outcome), said, one.next))

    def _readable(self, text: str) -> str:
        """Without this machine's folder and port, and with the kinds of schedules for their ids."""
        text = text.replace(f"{self.folder}/", "").replace(str(self.node.port), "9200")
        for id_, kind in self.kinds.items():
            text = text.replace(id_, f"({kind})")
        return text
