"""``searchapp documents``: list, show, retry; deleting and restoring are in ``deletions``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli import deletions
from searchapp.cli.common import IdsArgument, JsonOption, application, console, id_of, one_line, print_json

if TYPE_CHECKING:
    from searchapp.model import DocumentState

app = typer.Typer(help="See, remove, restore and retry documents.", no_args_is_help=True, rich_markup_mode=None)

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="A document's id, as list shows it, or its path or address.")
]


@app.command("list")
def list_(
    state: Annotated[
        str | None, typer.Option(help="Only documents in this state, or several: failed,quarantined")
    ] = None,
    size: Annotated[int, typer.Option("--size", "-n", min=1, max=10_000, help="Most documents to show.")] = 50,
    offset: Annotated[int, typer.Option("--from", min=0, help="How many to skip.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """List documents with their state, the last updated first.

    Example: searchapp documents list --state failed
    """
    from searchapp.serialise import entry_json

    page = application().store.entries(states=_states(state), offset=offset, size=size)
    if as_json:
        print_json({"total": page.total, "documents": [entry_json(entry) for entry in page.entries]})
        return
    out = console()
    if not page.entries:
        out.print("No documents." if state else "No documents yet. Add some: searchapp ingest PATH")
        return
    for entry in page.entries:
        out.print(
            f"{entry.id}  {entry.state:<11}  {entry.chunks:>5}  {one_line(entry.title, 40):<40}  {entry.source}",
            soft_wrap=True,
        )
        if entry.error:
            out.print(f"    {entry.error}", style="red", soft_wrap=True)
    out.print(f"{len(page.entries)} of {page.total} documents", style="dim")


@app.command()
def show(document: IdArgument, as_json: JsonOption = False) -> None:
    """Show what is known about a document, and its passages.

    Example: searchapp documents show handbook.pdf
    """
    from searchapp.errors import NotFoundError
    from searchapp.serialise import chunk_json, entry_json

    store = application().store
    id_ = id_of(document)
    entry = store.entry(id_)
    if entry is None:
        raise NotFoundError(f"There is no document {document}.", "searchapp documents list shows those there are.")
    chunks = store.chunks(id_)
    if as_json:
        print_json({**entry_json(entry), "passages": [chunk_json(chunk) for chunk in chunks]})
        return
    out = console()
    for name, value in entry_json(entry).items():
        if value not in ("", None):
            out.print(f"{name:<13} {value}", soft_wrap=True)
    for chunk in chunks:
        page = f" page {chunk.page}" if chunk.page else ""
        out.print(f"\n[{chunk.position}]{page} {' › '.join(chunk.headings)}", style="bold", soft_wrap=True)
        out.print(chunk.text, soft_wrap=True)


app.command("delete")(deletions.delete)
app.command("deleted")(deletions.deleted)
app.command("restore")(deletions.restore)


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

    if not documents and not all_:
        raise UsageError("No document was named.", "Name some by id, path or address, or give --all.")
    running = application()
    sources = running.ingester.forgive(None if all_ else [id_of(document) for document in documents or ()])
    if not sources and not all_:
        raise NotFoundError(
            f"There is no document {(documents or [''])[0]}.", "searchapp documents list shows those there are."
        )
    finish(lambda notify: running.ingester.ingest(sources, notify=notify), as_json, sources)


def _states(names: str | None) -> list[DocumentState]:
    from searchapp.errors import UsageError
    from searchapp.model import DocumentState

    try:
        return [DocumentState(name.strip()) for name in names.split(",")] if names else []
    except ValueError as error:
        raise UsageError(f"There is no state '{names}'.", f"The states are {', '.join(DocumentState)}.") from error
