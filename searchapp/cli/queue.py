"""``searchapp queue``: how it stands, pausing and resuming it; and ``ingest --queue``, which leaves work to workers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, waiting
from searchapp.cli.exit_codes import SOME_FAILED
from searchapp.messages import shown

if TYPE_CHECKING:
    from searchapp.model import DocumentEntry
    from searchapp.wiring import Application

app = typer.Typer(help="See, pause and resume the queue of documents.", no_args_is_help=True, rich_markup_mode=None)

BY = "the command line"
"""Who paused it, as the page and the workers tell it."""


@app.command()
def status(as_json: JsonOption = False) -> None:
    """Show what waits, who works on it, and whether the queue is paused.

    Example: searchapp queue status
    """
    _show(application(), as_json)


@app.command()
def pause(as_json: JsonOption = False) -> None:
    """Have workers and servers begin nothing new; they finish the batches, of at most 32 documents, in their hands.

    It holds until "queue resume", also for processes that start later, and whatever Redis forgets. Documents can be
    queued meanwhile, and "ingest" without --queue and "documents retry" read what they name. Workers stay up.

    Example: searchapp queue pause
    """
    from searchapp.operations import pause as begin

    running = application()
    begin(running.store, BY)
    _show(running, as_json)


@app.command()
def resume(as_json: JsonOption = False) -> None:
    """Let what waits be begun again, within seconds.

    Example: searchapp queue resume
    """
    from searchapp.operations import resume as end

    running = application()
    end(running.store)
    _show(running, as_json)


def _show(running: Application, as_json: bool) -> None:

    from searchapp.model.json import to_json
    from searchapp.operations import queue_of

    queue = queue_of(running)
    if as_json:
        print_json(to_json(queue))
        return
    out = console()
    if queue.paused is None:
        out.print("The queue is not paused.")
    else:
        since = queue.paused.since.isoformat(timespec="seconds")
        out.print(f"The queue is paused since {since} by {queue.paused.by}: nothing new is begun.")
    waiting, running_now = queue.states.get("queued", 0), queue.states.get("running", 0)
    out.print(f"{waiting:,} documents queued, {running_now:,} in work, in the hands of {queue.workers} process(es).")
    if queue.unembedded:
        out.print(f"{queue.unembedded:,} passages are found by their words so far; their vectors follow.")
    if queue.problem:
        out.print(queue.problem, style="red", soft_wrap=True)
    elif queue.batches is not None:
        out.print(f"{queue.batches:,} batches wait in Redis, {queue.in_hand or 0:,} documents are in workers' hands.")


def queue_all(
    running: Application, targets: Sequence[str], groups: Sequence[str] | None, depth: int, as_json: bool
) -> None:
    """Queue everything behind the targets, wake the workers, and leave with the exit code that this earned."""
    from searchapp.audit import note
    from searchapp.errors import SearchAppError
    from searchapp.ingest.queue import BATCH_DOCUMENTS
    from searchapp.messages import Message

    queued = failed = 0
    problem: SearchAppError | None = None
    with waiting("Queueing", quiet=as_json):
        for entries in _batches(running.ingester.queue_all(targets, groups=groups, depth=depth), BATCH_DOCUMENTS):
            for entry in entries:
                _show_entry(entry, as_json)
            good = [entry.id for entry in entries if not entry.error]
            queued, failed = queued + len(good), failed + len(entries) - len(good)
            if running.queue is not None and problem is None and good:
                try:
                    running.queue.submit(good)
                except SearchAppError as error:  # the registry holds them: a worker finds them
                    problem = error
    note(queued=queued, failed=failed)
    if problem is not None:
        console(stderr=True).print(str(Message("queued_kept", problem=problem.sentence.whole)))
    if as_json:
        print_json({"summary": {"documents": queued + failed, "queued": queued, "failed": failed}})
    else:
        console().print(f"{queued} queued, {failed} failed. {who(running)}", soft_wrap=True)
    if failed:
        raise typer.Exit(SOME_FAILED if queued else 1)


def _show_entry(entry: DocumentEntry, as_json: bool) -> None:
    error = shown(entry.error)
    if as_json:
        values = {"source": entry.source, "document_id": entry.id, "state": entry.state.value, "error": error}
        print_json(values)
    elif error:
        console().print(f"{entry.state:<11} {entry.source}\n            {error}", style="red", soft_wrap=True)


def who(running: Application) -> str:
    """Who ingests what is queued, and how to see what waits."""
    if running.store.pause() is not None:
        return "The queue is paused, and nothing of it is begun before searchapp queue resume."
    taker = '"searchapp serve" ingests them' if running.queue is None else 'Each "searchapp worker" takes its share'
    return f'{taker}; "searchapp documents list --state queued" shows what waits.'


def hand_on(running: Application, ids: list[str], as_json: bool) -> None:
    """Wake the workers, and say who ingests what is queued again."""
    from searchapp.errors import SearchAppError
    from searchapp.messages import Message

    if running.queue is not None:
        try:
            running.queue.submit(ids)
        except SearchAppError as error:  # the registry holds them: a worker finds them
            console(stderr=True).print(str(Message("queued_kept", problem=error.sentence.whole)))
    if not as_json:
        console().print(who(running), soft_wrap=True)


def _batches(entries: Iterator[DocumentEntry], size: int) -> Iterator[list[DocumentEntry]]:
    while batch := list(islice(entries, size)):
        yield batch
