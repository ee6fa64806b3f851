"""``searchapp documents``: list, show, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, one_line, print_json

if TYPE_CHECKING:
    from searchapp.model import DocumentState

app = typer.Typer(help="See and remove documents.", no_args_is_help=True, rich_markup_mode=None)

IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="A document's id, as list shows it, or its path or address.")
]


@app.command("list")
def list_(
    state: Annotated[str | None, typer.Option(help="Only documents in this state: queued, indexed, failed ...")] = None,
    size: Annotated[int, typer.Option("--size", "-n", min=1, max=10_000, help="Most documents to show.")] = 50,
    offset: Annotated[int, typer.Option("--from", min=0, help="How many to skip.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """List documents with their state, the last updated first.

    Example: searchapp documents list --state failed
    """
    from searchapp.serialise import entry_json

    page = application().store.entries(state=_state(state), offset=offset, size=size)
    if as_json:
        print_json({"total": page.total, "documents": [entry_json(entry) for entry in page.entries]})
        return
    out = console()
    if not page.entries:
        out.print("No documents." if state else "No documents yet. Add some: searchapp ingest PATH")
        return
    for entry in page.entries:
        out.print(
            f"{entry.id}  {entry.state:<8}  {entry.chunks:>5}  {one_line(entry.title, 40):<40}  {entry.source}",
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
    id_ = _id(document)
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


@app.command()
def delete(
    documents: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids, paths or addresses.")],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Remove documents from the index. Your own files are not touched; ingest brings them back.

    Example: searchapp documents delete 129a63fbf2a2ee52072b --yes
    """
    if not yes and not as_json:
        typer.confirm(f"Remove {len(documents)} document(s) from the index?", abort=True)
    running = application()
    for document in documents:
        running.delete_document(_id(document))
        if as_json:
            print_json({"document_id": _id(document), "deleted": True})
        else:
            console().print(f"deleted {document}", soft_wrap=True)


def _id(text: str) -> str:
    """An id as it is; a path or an address as the id that belongs to it."""
    import re

    from searchapp.sources import discover

    if re.fullmatch(r"[0-9a-f]{20}", text):
        return text
    return next((found.id for found in discover([text])), text)


def _state(name: str | None) -> DocumentState | None:
    from searchapp.errors import UsageError
    from searchapp.model import DocumentState

    try:
        return DocumentState(name) if name else None
    except ValueError as error:
        raise UsageError(f"There is no state '{name}'.", f"The states are {', '.join(DocumentState)}.") from error
