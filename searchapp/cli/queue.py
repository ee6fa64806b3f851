"""``searchapp queue``: how it stands, pausing and resuming it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from searchapp.cli.common import JsonOption, application, console, print_json

if TYPE_CHECKING:
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
    import dataclasses

    from searchapp.operations import queue_of

    queue = queue_of(running)
    if as_json:
        print_json(dataclasses.asdict(queue))
        return
    out = console()
    if queue.paused is None:
        out.print("The queue is not paused.")
    else:
        out.print(f"The queue is paused since {queue.paused.since} by {queue.paused.by}: nothing new is begun.")
    waiting, running_now = queue.states.get("queued", 0), queue.states.get("running", 0)
    out.print(f"{waiting:,} documents queued, {running_now:,} in work, in the hands of {queue.workers} process(es).")
    if queue.problem:
        out.print(queue.problem, style="red", soft_wrap=True)
    elif queue.batches is not None:
        out.print(f"{queue.batches:,} batches wait in Redis, {queue.in_hand or 0:,} documents are in workers' hands.")
