"""``searchapp ingest``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json

if TYPE_CHECKING:
    from searchapp.model import IngestOutcome

SOME_FAILED = 3


def ingest(
    targets: Annotated[list[str], typer.Argument(metavar="PATH|URL...", help="Files, folders and web addresses.")],
    group: Annotated[
        list[str] | None,
        typer.Option("--group", metavar="NAME", help="Only this group may read them. May be given several times."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Read documents, split them into passages, embed these, and store them.

    What has not changed since the last time is not read again. Exit code 3: some documents failed, the others are in.

    Examples:
      searchapp ingest ~/papers handbook.pdf

      searchapp ingest https://example.org/page.html --json

    """
    started = time.perf_counter()
    tally = Tally()
    for outcome in shown(application().ingester.ingest(targets, groups=group), as_json):
        tally.add(outcome)
    seconds = time.perf_counter() - started
    if as_json:
        print_json({"summary": tally.summary(seconds)})
    else:
        console().print(tally.sentence(seconds))
    if tally.failed:
        raise typer.Exit(1 if tally.failed == tally.documents else SOME_FAILED)


class Tally:
    """Counts outcomes."""

    def __init__(self) -> None:
        self.documents = self.indexed = self.unchanged = self.failed = 0
        self.chunks = self.embedded = self.reused = 0

    def add(self, outcome: IngestOutcome) -> None:
        """Count one more."""
        self.documents += 1
        setattr(self, outcome.state, getattr(self, outcome.state) + 1)
        if outcome.state == "indexed":
            self.chunks += outcome.chunks
            self.embedded += outcome.embedded
            self.reused += outcome.reused

    def summary(self, seconds: float) -> dict[str, float | int]:
        """The counts as JSON values."""
        return {
            **vars(self),
            "seconds": round(seconds, 2),
            "chunks_per_second": round(self.chunks / seconds, 1) if seconds else 0.0,
        }

    def sentence(self, seconds: float) -> str:
        """The counts for a person."""
        if not self.documents:
            return "No documents were found there. PDF, HTML, Markdown and text files are read."
        return (
            f"{self.indexed} indexed ({self.chunks} passages, {self.embedded} embedded, {self.reused} reused), "
            f"{self.unchanged} unchanged, {self.failed} failed, in {seconds:.1f} s."
        )


def shown(outcomes: Iterator[IngestOutcome], as_json: bool) -> Iterator[IngestOutcome]:
    """Pass outcomes on and show each: a JSON line, or a line above a progress display."""
    from searchapp.serialise import outcome_json

    if as_json:
        for outcome in outcomes:
            print_json(outcome_json(outcome))
            yield outcome
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    out = console()
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as progress:
        task = progress.add_task("Loading the embedding model", total=None)
        documents = chunks = 0
        for outcome in outcomes:
            documents, chunks = documents + 1, chunks + outcome.chunks
            if outcome.state == "failed":
                out.print(f"failed     {outcome.source}\n           {outcome.error}", style="red", soft_wrap=True)
            else:
                note = f" ({outcome.note})" if outcome.note else ""
                out.print(f"{outcome.state:<10} {outcome.source}, {outcome.chunks} passages{note}", soft_wrap=True)
            progress.update(task, description=f"{documents} documents, {chunks} passages")
            yield outcome
