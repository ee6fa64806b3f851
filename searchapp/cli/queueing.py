"""``searchapp ingest --queue``: register documents, and leave the work to workers or to the web process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import typer

from searchapp.cli.common import console, print_json, waiting

if TYPE_CHECKING:
    from searchapp.model import DocumentEntry
    from searchapp.wiring import Application

SOME_FAILED = 3


def queue_all(
    running: Application, targets: Sequence[str], groups: Sequence[str] | None, depth: int, as_json: bool
) -> None:
    """Queue everything behind the targets, wake the workers, and leave with the exit code that this earned."""
    from searchapp.errors import SearchAppError
    from searchapp.ingest.batches import BATCH_DOCUMENTS

    queued = failed = 0
    problem: SearchAppError | None = None
    with waiting("Queueing", quiet=as_json):
        for entries in _batches(running.ingester.queue_all(targets, groups=groups or (), depth=depth), BATCH_DOCUMENTS):
            for entry in entries:
                _show(entry, as_json)
            good = [entry.source for entry in entries if not entry.error]
            queued, failed = queued + len(good), failed + len(entries) - len(good)
            if running.queue is not None and problem is None and good:
                try:
                    running.queue.submit(good)
                except SearchAppError as error:  # the registry holds them: a worker finds them
                    problem = error
    if problem is not None:
        console(stderr=True).print(f"{problem} What is queued is kept: workers find it when Redis is back.")
    if as_json:
        print_json({"summary": {"documents": queued + failed, "queued": queued, "failed": failed}})
    else:
        console().print(f"{queued} queued, {failed} failed. {who(running)}", soft_wrap=True)
    if failed:
        raise typer.Exit(SOME_FAILED if queued else 1)


def _show(entry: DocumentEntry, as_json: bool) -> None:
    if as_json:
        values = {"source": entry.source, "document_id": entry.id, "state": entry.state.value, "error": entry.error}
        print_json(values)
    elif entry.error:
        console().print(f"{entry.state:<11} {entry.source}\n            {entry.error}", style="red", soft_wrap=True)


def who(running: Application) -> str:
    """Who ingests what is queued, and how to see what waits."""
    if running.store.pause() is not None:
        return "The queue is paused, and nothing of it is begun before searchapp queue resume."
    taker = '"searchapp serve" ingests them' if running.queue is None else 'Each "searchapp worker" takes its share'
    return f'{taker}; "searchapp documents list --state queued" shows what waits.'


def _batches(entries: Iterator[DocumentEntry], size: int) -> Iterator[list[DocumentEntry]]:
    while batch := list(islice(entries, size)):
        yield batch
