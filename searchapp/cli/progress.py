"""How long work is shown: ingestion as a line a document above a bar, or JSON lines; other work as a bar a stage."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from searchapp import messages
from searchapp.cli.common import console, lines, print_json
from searchapp.messages import Message, reader_language
from searchapp.progress import Progress, Watcher, watched

if TYPE_CHECKING:
    from rich.console import Console

    from searchapp.ingest.retry import Notify
    from searchapp.model import IngestOutcome

Run = Callable[["Notify"], "Iterator[IngestOutcome]"]
"""Starts a run, given whom to tell what it waits for."""

LOOK_SECONDS = 0.2
"""The bar moves on at least so often, also while a large document is embedded."""


def shown(run: Run, as_json: bool, targets: Sequence[str] = ()) -> Iterator[IngestOutcome]:
    """Pass outcomes on and show each: a JSON line, or a line above a bar that counts towards all of ``targets``."""
    if as_json:
        yield from _as_json(run)
    else:
        yield from _on_terminal(run, targets)


def _as_json(run: Run) -> Iterator[IngestOutcome]:
    from searchapp.model.json import to_json

    err = console(stderr=True)
    for outcome in run(lambda sentence: err.print(sentence) if sentence else None):
        print_json(to_json(outcome))
        yield outcome


def _on_terminal(run: Run, targets: Sequence[str]) -> Iterator[IngestOutcome]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    out, err = console(), console(stderr=True)
    columns = (
        SpinnerColumn(),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False),
        TimeRemainingColumn(compact=True),
    )
    with Progress(*columns, console=err, transient=True) as progress, ExitStack() as stack:
        task = progress.add_task("documents", total=None)

        language = reader_language()  # what is waited for is told from other threads

        def notify(waits_for: Message | None) -> None:
            tell(waits_for.text(language) if waits_for is not None else "")

        def tell(sentence: str) -> None:
            if not err.is_terminal:
                if sentence:
                    err.print(sentence)
            else:
                progress.update(task, description=sentence or "documents")

        in_bar: Watcher = lambda doing, share: tell(f"{doing}, {share:.0%}" if share < 1 else "")  # noqa: E731
        stack.enter_context(watched(in_bar if err.is_terminal else lines(err)))
        _count_ahead(targets, lambda total: progress.update(task, total=total))
        rate = _Rate()
        for outcome in run(notify):
            print_outcome(out, outcome)
            rate.add(outcome.chunks if outcome.state == "indexed" else 0)
            progress.update(task, advance=1, description=f"documents, {rate.sentence}")
            yield outcome


def print_outcome(out: Console, outcome: IngestOutcome) -> None:
    """One line for one document, two where it failed."""
    if outcome.state in ("failed", "quarantined"):
        out.print(
            f"{outcome.state:<11} {outcome.source}\n            {messages.shown(outcome.error)}",
            style="red",
            soft_wrap=True,
        )
        return
    note = f" ({messages.shown(outcome.note)})" if outcome.note else ""
    out.print(f"{outcome.state:<11} {outcome.source}, {outcome.chunks} passages{note}", soft_wrap=True)


class _Rate:
    """Chunks, and how many a second lately: an average that forgets half of the past every ten seconds."""

    HALF_LIFE_SECONDS = 10.0

    def __init__(self) -> None:
        self._started = self._last = time.monotonic()
        self._chunks = 0
        self._weighted = self._weight = 0.0

    def add(self, chunks: int) -> None:
        moment = time.monotonic()
        kept = 0.5 ** ((moment - self._last) / self.HALF_LIFE_SECONDS)
        self._weighted = self._weighted * kept + chunks
        self._weight = self._weight * kept + (moment - self._last)
        self._last = moment
        self._chunks += chunks

    @property
    def sentence(self) -> str:
        per_second = self._weighted / self._weight if self._weight > 0 else 0.0
        return f"{self._chunks} passages, {per_second:.0f} a second"


def _count_ahead(targets: Sequence[str], tell: Callable[[int], None]) -> None:
    """Count the documents behind local targets beside the run, so that the bar knows its end."""
    from searchapp.sources import discover

    def count() -> None:
        tell(sum(1 for _ in discover(targets)))

    if targets and not any("://" in target for target in targets):
        threading.Thread(target=count, daemon=True).start()


@contextmanager
def stages(first: str, *, quiet: bool) -> Iterator[Progress]:
    """A bar for the stage under way on a terminal; elsewhere a line when a model is fetched or prepared."""
    err = console(stderr=True)
    if quiet or not err.is_terminal:
        with watched((lambda doing, share: None) if quiet else lines(err)):
            yield lambda what, done, total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=err, transient=True) as bars:
        tasks = {"": bars.add_task(first, total=None)}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                bars.remove_task(tasks.popitem()[1])
                tasks[what] = bars.add_task(what[0].upper() + what[1:], total=total or None)
            bars.update(tasks[what], completed=done, total=total or None)

        with watched(lambda doing, share: show(doing, round(share * 100), 100)):
            yield show
