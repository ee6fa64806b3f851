"""``searchapp documents``: list, show, retry; delete, deleted and restore."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from searchapp.cli.common import (
    IdsArgument,
    JsonOption,
    OffsetOption,
    SizeOption,
    application,
    console,
    print_json,
    print_list,
)
from searchapp.cli.completion import values
from searchapp.cli.exit_codes import SOME_FAILED
from searchapp.cli.terminal import column
from searchapp.messages import shown

if TYPE_CHECKING:
    from searchapp.model import DocumentEntry, DocumentState
    from searchapp.wiring import Application

app = typer.Typer(help="See, remove, restore and retry documents.", no_args_is_help=True, rich_markup_mode=None)

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="A document's id, as list shows it, or its path or address.")
]


@app.command("list")
def list_(
    state: Annotated[
        str | None,
        typer.Option(
            help="Only documents in this state, or several: failed,quarantined",
            autocompletion=values("searchapp.model:DocumentState"),
        ),
    ] = None,
    size: SizeOption = 50,
    offset: OffsetOption = 0,
    as_json: JsonOption = False,
) -> None:
    """List documents with their state, the last updated first.

    Example: searchapp documents list --state failed
    """
    from searchapp.model.json import to_json

    page = application().store.entries(states=_states(state), offset=offset, size=size)
    if as_json:
        print_list("documents", [to_json(entry) for entry in page.entries], page.total)
        return
    out = console()
    if not page.entries:
        out.print("No documents." if state else "No documents yet. Add some: searchapp ingest PATH")
        return
    for entry in page.entries:
        out.print(
            f"{entry.id}  {entry.state:<11}  {entry.chunks:>5}  {column(entry.title, 40)}  {entry.source}",
            soft_wrap=True,
        )
        if entry.error:
            out.print(f"    {shown(entry.error)}", style="red", soft_wrap=True)
    out.print(f"{len(page.entries)} of {page.total} documents", style="dim")


@app.command()
def show(document: IdArgument, as_json: JsonOption = False) -> None:
    """Show what is known about a document, and its chunks.

    Example: searchapp documents show handbook.pdf
    """
    from searchapp.errors import NotFoundError
    from searchapp.model.json import to_json
    from searchapp.sources import id_of

    store = application().store
    id_ = id_of(document)
    entry = store.entry(id_)
    if entry is None:
        raise NotFoundError("document_unlisted", id=document)
    chunks = store.chunks(id_)
    if as_json:
        print_json({**to_json(entry), "passages": [to_json(chunk) for chunk in chunks]})
        return
    out = console()
    for name, value in to_json(entry).items():
        if value not in ("", None, [], {}):
            out.print(f"{name:<13} {value}", soft_wrap=True)
    for chunk in chunks:
        page = f" page {chunk.page}" if chunk.page else ""
        out.print(f"\n[{chunk.position}]{page} {' › '.join(chunk.headings)}", style="bold", soft_wrap=True)
        out.print(chunk.text, soft_wrap=True)


@app.command()
def retry(
    documents: IdsArgument = None,
    all_: Annotated[bool, typer.Option("--all", help="All that failed or are in quarantine.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Read documents again, as if for the first time: those that failed, or any that are named.

    Examples:
      searchapp documents retry 129a63fbf2a2ee52072b

      searchapp documents retry --all

    """
    from searchapp.cli.ingest import finish
    from searchapp.errors import NotFoundError, UsageError
    from searchapp.sources import id_of

    if not documents and not all_:
        raise UsageError("documents_unnamed")
    running = application()
    ids = running.ingester.reset_failures(None if all_ else [id_of(document) for document in documents or ()])
    if not ids and not all_:
        raise NotFoundError("document_unlisted", id=(documents or [""])[0])
    finish(lambda notify: running.ingester.ingest(ids, queued=True, notify=notify), as_json, ids)


def _states(names: str | None) -> list[DocumentState]:
    from searchapp.errors import UsageError
    from searchapp.model import DocumentState

    try:
        return [DocumentState(name.strip()) for name in names.split(",")] if names else []
    except ValueError as error:
        raise UsageError("document_state_unknown", state=names or "", states=tuple(DocumentState)) from error


@app.command()
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
        _each(running, documents, one, as_json)
    finally:
        if undo and not as_json:
            within = f"{running.settings.undo_minutes:g} min"
            console().print(f"To undo it within {within}: searchapp documents restore {' '.join(undo)}", soft_wrap=True)


@app.command()
def deleted(as_json: JsonOption = False) -> None:
    """List what was deleted and can be restored, the latest first, on the page and by other commands too.

    Each line begins with the id and the time until which it can be restored. It is what lies in SEARCHAPP_DATA_DIR: on
    another machine with a folder of its own something else was deleted.

    Example: searchapp documents deleted
    """
    from searchapp.model.json import to_json

    trash = application().trash
    trash.purge()
    found = trash.all()
    if as_json:
        rows = [
            {**to_json(one.entry), "deleted": _iso(one.deleted), "restorable_until": _iso(trash.until(one))}
            for one in found
        ]
        print_list("documents", rows)
        return
    out = console()
    for one in found:
        until = trash.until(one).astimezone()
        out.print(
            f"{one.entry.id}  {until:%Y-%m-%d %H:%M}  {column(one.entry.title, 40)}  {one.entry.source}",
            soft_wrap=True,
        )
    out.print("To bring one back: searchapp documents restore ID" if found else "Nothing can be restored.", style="dim")


@app.command()
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
        raise UsageError("restored_documents_unnamed")
    running = application()
    running.trash.purge()
    queued: list[str] = []

    def one(id_: str, named: str) -> dict[str, Any]:
        entry = running.trash.restore(id_)
        waits = entry.state is DocumentState.QUEUED
        if waits:
            queued.append(entry.id)
        if not as_json:
            console().print(f"{'queued' if waits else 'restored'} {named}", soft_wrap=True)
        return {"restored": True, "state": entry.state.value}

    wanted = [one.entry.id for one in running.trash.all()] if all_ else documents or []
    try:
        _each(running, wanted, one, as_json)
    finally:
        if queued:
            from searchapp.cli.queue import hand_on

            hand_on(running, queued, as_json)
    if not wanted and not as_json:
        console().print("Nothing can be restored.")


def _each(
    running: Application, documents: Sequence[str], act: Callable[[str, str], dict[str, Any]], as_json: bool
) -> None:
    """Do ``act`` with each id and what it was named by; one that is not there costs only itself, and an exit code."""
    from searchapp.audit import note
    from searchapp.errors import NotFoundError
    from searchapp.sources import id_of

    absent, done = 0, list[dict[str, Any]]()
    for named in documents:
        id_ = id_of(named)
        try:
            known = running.store.entry(id_)
            told = act(id_, named)
            done.append(_audited(id_, known or running.store.entry(id_)))
        except NotFoundError as error:
            if len(documents) == 1:
                raise
            absent += 1
            told = {"error": str(error.sentence.whole), "reason": error.reason}
            done.append({"id": id_, "error": error.reason})
            if not as_json:
                console(stderr=True).print(str(error.sentence.whole), soft_wrap=True)
        finally:
            note(documents=done)
        if as_json:
            print_json({"document_id": id_, **told})
    if absent:
        raise typer.Exit(1 if absent == len(documents) else SOME_FAILED)


def _audited(id_: str, entry: DocumentEntry | None) -> dict[str, Any]:
    """A document as the audit log keeps it."""
    return {"id": id_} if entry is None else {"id": id_, "title": entry.title, "groups": list(entry.groups)}


def _iso(moment: dt.datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
