"""``searchapp documents delete``, ``deleted`` and ``restore``: removing documents, and the way back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from searchapp.cli.common import IdsArgument, JsonOption, application, console, id_of, one_line, print_json

if TYPE_CHECKING:
    from searchapp.wiring import Application

SOME_FAILED = 3


def delete(
    documents: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids, paths or addresses.")],
    for_good: Annotated[
        bool, typer.Option("--for-good", help="Keep nothing for an undo, also of what was deleted before.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove documents from the index. Your own files are not touched; ingest brings them back.

    For SEARCHAPP_UNDO_MINUTES "documents restore" brings them back as they were; what it needs lies in the data folder
    that long. It is removed by a running server, else by the next command that ingests, deletes or restores. Exit code
    3: some were not there, the others are deleted.

    Examples:
      searchapp documents delete 129a63fbf2a2ee52072b --yes

      searchapp documents delete 129a63fbf2a2ee52072b --for-good

    """
    if not yes and not as_json:
        how = "for good, without an undo" if for_good else "from the index"
        typer.confirm(f"Remove {len(documents)} document(s) {how}?", abort=True)
    running = application()
    running.trash.purge()
    undo: list[str] = []

    def one(id_: str, named: str) -> dict[str, Any]:
        until = running.trash.delete(id_, for_good=for_good)
        if until is not None:
            undo.append(id_)
        if not as_json:
            console().print(f"deleted {named}", soft_wrap=True)
        return {"deleted": True, "restorable_until": _iso(until)}

    try:
        _each(documents, one, as_json)
    finally:
        if undo and not as_json:
            minutes = running.settings.undo_minutes
            console().print(
                f"To undo it within {minutes:g} min: searchapp documents restore {' '.join(undo)}", soft_wrap=True
            )


def deleted(as_json: JsonOption = False) -> None:
    """List what was deleted and can be restored, the latest first, on the page and by other commands too.

    Each line begins with the id and the time until which it can be restored. It is what lies in SEARCHAPP_DATA_DIR: on
    another machine with a folder of its own something else was deleted.

    Example: searchapp documents deleted
    """
    from searchapp.serialise import entry_json

    trash = application().trash
    trash.purge()
    found = trash.all()
    if as_json:
        rows = [
            {**entry_json(one.entry), "deleted": _iso(one.deleted), "restorable_until": _iso(trash.until(one))}
            for one in found
        ]
        print_json({"documents": rows})
        return
    out = console()
    for one in found:
        until = trash.until(one).astimezone()
        out.print(
            f"{one.entry.id}  {until:%Y-%m-%d %H:%M}  {one_line(one.entry.title, 40):<40}  {one.entry.source}",
            soft_wrap=True,
        )
    out.print("To bring one back: searchapp documents restore ID" if found else "Nothing can be restored.", style="dim")


def restore(
    documents: IdsArgument = None,
    all_: Annotated[bool, typer.Option("--all", help="All that can be restored.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring deleted documents back as they were, searchable at once: the undo of delete, here and on the page.

    No source is read and no model used. What waited to be ingested when it was deleted is queued again, and what was
    added again meanwhile stays as it is. Exit code 3: some could not be restored, the others are.

    Examples:
      searchapp documents restore 129a63fbf2a2ee52072b

      searchapp documents restore --all

    """
    from searchapp.errors import UsageError
    from searchapp.model import DocumentState

    if bool(documents) == all_:
        raise UsageError("Name documents, or give --all.", "searchapp documents deleted shows what can be restored.")
    running = application()
    running.trash.purge()
    queued: list[str] = []

    def one(id_: str, named: str) -> dict[str, Any]:
        entry = running.trash.restore(id_)
        waits = entry.state is DocumentState.QUEUED
        if waits:
            queued.append(entry.source)
        if not as_json:
            console().print(f"{'queued' if waits else 'restored'} {named}", soft_wrap=True)
        return {"restored": True, "state": entry.state.value}

    wanted = [one.entry.id for one in running.trash.all()] if all_ else documents or []
    try:
        _each(wanted, one, as_json)
    finally:
        if queued:
            _hand_on(running, queued, as_json)
    if not wanted and not as_json:
        console().print("Nothing can be restored.")


def _each(documents: Sequence[str], act: Callable[[str, str], dict[str, Any]], as_json: bool) -> None:
    """Do ``act`` with each id and what it was named by; one that is not there costs only itself, and an exit code."""
    from searchapp.errors import NotFoundError

    absent = 0
    for named in documents:
        id_ = id_of(named)
        try:
            told = act(id_, named)
        except NotFoundError as error:
            if len(documents) == 1:
                raise
            absent += 1
            told = {"error": str(error)}
            console(stderr=True).print(str(error), soft_wrap=True)
        if as_json:
            print_json({"document_id": id_, **told})
    if absent:
        raise typer.Exit(1 if absent == len(documents) else SOME_FAILED)


def _hand_on(running: Application, sources: list[str], as_json: bool) -> None:
    """Wake the workers, and say who ingests what is queued again."""
    from searchapp.cli.queueing import who
    from searchapp.errors import SearchAppError

    if running.queue is not None:
        try:
            running.queue.submit(sources)
        except SearchAppError as error:  # the registry holds them: a worker finds them
            console(stderr=True).print(f"{error} What is queued is kept: workers find it when Redis is back.")
    if not as_json:
        console().print(who(running), soft_wrap=True)


def _iso(moment: dt.datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
