"""How a run of ingestion is shown: a line a document above a bar, or JSON lines."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from searchapp.cli.common import console, print_json

if TYPE_CHECKING:
    from rich.console import Console

    from searchapp.model import IngestOutcome

Run = Callable[[Callable[[str], None]], "Iterator[IngestOutcome]"]
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
    from searchapp.serialise import outcome_json

    err = console(stderr=True)
    for outcome in run(lambda sentence: err.print(sentence) if sentence else None):
        print_json(outcome_json(outcome))
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
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("documents", total=None)

        def notify(sentence: str) -> None:
            if not err.is_terminal:
                if sentence:
                    err.print(sentence)
            else:
                progress.update(task, description=sentence or "documents")

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
        out.print(f"{outcome.state:<11} {outcome.source}\n            {outcome.error}", style="red", soft_wrap=True)
        return
    note = f" ({outcome.note})" if outcome.note else ""
    out.print(f"{outcome.state:<11} {outcome.source}, {outcome.chunks} passages{note}", soft_wrap=True)


class _Rate:
    """Passages, and how many a second lately: an average that forgets half of the past every ten seconds."""

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
