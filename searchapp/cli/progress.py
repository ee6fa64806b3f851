"""How long work is shown: ingestion as a line a document above a bar, or JSON lines; other work as a bar a stage."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from searchapp import messages
from searchapp.cli.common import console, lines, print_json
from searchapp.cli.forecast import LEAST_SECONDS, Forecast, in_words
from searchapp.cli.tally import why
from searchapp.cli.terminal import NARROW, count
from searchapp.messages import Message, reader_language
from searchapp.progress import Progress, Watcher, watched

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import Task

    from searchapp.ingest.retry import Notify
    from searchapp.model import IngestOutcome

Run = Callable[["Notify"], "Iterator[IngestOutcome]"]
"""Starts a run, given whom to tell what it waits for."""


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
    out, err = console(), console(stderr=True)
    # One console for lines and bar where both are the same terminal: two would write into each other.
    screen = out if out.is_terminal and err.is_terminal else err
    forecast = Forecast()
    with _bar(screen, forecast) as bar, ExitStack() as stack:
        task = bar.add_task("documents", total=None)
        language = reader_language()  # what is waited for is told from other threads

        def notify(waits_for: Message | None) -> None:
            tell(waits_for.text(language) if waits_for is not None else "")

        def tell(sentence: str) -> None:
            if screen.is_terminal:
                bar.update(task, description=sentence or "documents")
            elif sentence:
                err.print(sentence)

        in_bar: Watcher = lambda doing, share: tell(f"{doing}, {share:.0%}" if share < 1 else "")  # noqa: E731
        stack.enter_context(watched(in_bar if screen.is_terminal else lines(err)))
        if screen.is_terminal:
            _measure_ahead(targets, forecast, lambda total: bar.update(task, total=total))
        for outcome in run(notify):
            yield outcome  # counted first: Ctrl-C may come while it is shown
            print_outcome(screen if screen is out else out, outcome)
            computed = outcome.embedded + outcome.unembedded if outcome.state == "indexed" else 0
            forecast.done(outcome.source, computed)
            bar.update(task, advance=1, description="documents")


def _bar(screen: Console, forecast: Forecast) -> Bars:
    """A line that is never longer than the terminal is wide: what is cut stands at its end."""
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, SpinnerColumn
    from rich.progress import Progress as Bars
    from rich.table import Column
    from rich.text import Text

    class Told(ProgressColumn):
        max_refresh = 0.5

        def render(self, task: Task) -> Text:
            left = forecast.seconds_left
            parts = [f"about {in_words(left)} left"] if left is not None else []
            if screen.width >= NARROW and forecast.passages:
                parts.append(f"{count(forecast.passages, 'passage')}, {forecast.per_second:.0f} a second")
            return Text(" · ".join((task.description, *parts)))

    said = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    columns: list[ProgressColumn] = [SpinnerColumn(), MofNCompleteColumn(), Told(table_column=said)]
    if screen.width >= NARROW:
        columns.insert(1, BarColumn(bar_width=20))
    return Bars(*columns, console=screen, transient=True, expand=True, disable=not screen.is_terminal)


def print_outcome(out: Console, outcome: IngestOutcome) -> None:
    """One line for one document; where it failed, why."""
    if outcome.state in ("failed", "quarantined"):
        out.print(f"{outcome.state:<11} {why(outcome, 12)}", style="red", soft_wrap=True)
        return
    note = f" ({messages.shown(outcome.note)})" if outcome.note else ""
    made = count(outcome.chunks, "passage")
    out.print(f"{outcome.state:<11} {outcome.source}, {made}{note}", soft_wrap=True)


def _measure_ahead(targets: Sequence[str], forecast: Forecast, tell: Callable[[int], None]) -> None:
    """Find the documents behind local targets beside the run, so that the bar knows its end and what it takes."""
    from searchapp.sources import discover

    def measure() -> None:
        sizes: dict[str, int] = {}
        for found in discover(targets):
            try:
                sizes[found.source] = Path(found.source).stat().st_size
            except OSError:
                sizes[found.source] = 0
        forecast.expect(sizes)
        tell(len(sizes))

    if targets and not any("://" in target for target in targets):
        threading.Thread(target=measure, daemon=True).start()


@contextmanager
def stages(first: str, *, quiet: bool) -> Iterator[Progress]:
    """A bar for the stage under way on a terminal; elsewhere a line when a model is fetched or prepared."""
    err = console(stderr=True)
    if quiet or not err.is_terminal:
        with watched((lambda doing, share: None) if quiet else lines(err)):
            yield lambda what, done, total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn
    from rich.progress import Progress as Bars
    from rich.table import Column
    from rich.text import Text

    class Told(ProgressColumn):
        def render(self, task: Task) -> Text:
            known = (
                task.time_remaining is not None and task.finished_time is None and (task.elapsed or 0) > LEAST_SECONDS
            )
            left = f" · about {in_words(task.time_remaining or 0)} left" if known else ""
            return Text(f"{task.description}{left}")

    columns: list[ProgressColumn] = [MofNCompleteColumn()]
    columns.append(Told(table_column=Column(no_wrap=True, overflow="ellipsis", ratio=1)))
    if err.width >= NARROW:
        columns.insert(0, BarColumn(bar_width=20))
    with Bars(*columns, console=err, transient=True, expand=True) as bars:
        tasks = {"": bars.add_task(first, total=None)}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                bars.remove_task(tasks.popitem()[1])
                tasks[what] = bars.add_task(what[0].upper() + what[1:], total=total or None)
            bars.update(tasks[what], completed=done, total=total or None)

        with watched(lambda doing, share: show(doing, round(share * 100), 100)):
            yield show
