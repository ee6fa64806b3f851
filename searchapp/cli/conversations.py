"""``searchapp conversations``: list, search, show, export, delete."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import JsonOption, OffsetOption, SizeOption, application, console, print_json, print_list
from searchapp.cli.terminal import short

if TYPE_CHECKING:
    from searchapp.model import Conversation

app = typer.Typer(help="Conversations that are kept.", no_args_is_help=True, rich_markup_mode=None)

IdArgument = Annotated[str, typer.Argument(metavar="ID", help="A conversation's id, as list shows it.")]
OwnerOption = Annotated[
    str | None, typer.Option(help="Only those of this owner: local, user:NAME or key:ID. Without it: of everybody.")
]


class Format(StrEnum):
    """How a conversation is written down."""

    MARKDOWN = "markdown"
    JSON = "json"


@app.command("list")
def list_(
    owner: OwnerOption = None, size: SizeOption = 50, offset: OffsetOption = 0, as_json: JsonOption = False
) -> None:
    """List conversations, the latest first.

    Example: searchapp conversations list --owner user:ada
    """
    _list("", owner, size, offset, as_json=as_json)


@app.command()
def search(
    query: Annotated[str, typer.Argument(metavar="WORDS", help="Words of questions, answers or titles.")],
    owner: OwnerOption = None,
    size: SizeOption = 50,
    offset: OffsetOption = 0,
    as_json: JsonOption = False,
) -> None:
    """List the conversations in which all of these words occur.

    Example: searchapp conversations search "safety gloves"
    """
    _list(query, owner, size, offset, as_json=as_json)


@app.command()
def show(conversation: IdArgument, as_json: JsonOption = False) -> None:
    """Show a conversation, and what has become of the documents that it cites.

    Example: searchapp conversations show 5fW2cJx0yqLk8aTb
    """
    from searchapp.conversations.export import as_markdown
    from searchapp.model.json import to_json

    found = _read(conversation)
    if as_json:
        print_json(to_json(found))
        return
    out, changes = console(), found.changes
    out.print(as_markdown(found).rstrip(), soft_wrap=True)
    if changes.edited or changes.deleted:
        out.print(f"\n{len(changes.edited)} of {changes.cited} cited documents have been edited", style="yellow")
        for title in changes.deleted:
            out.print(f"no longer there: {title}", style="yellow", soft_wrap=True)


@app.command()
def export(
    conversation: IdArgument,
    to: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    format_: Annotated[
        Format, typer.Option("--format", help="markdown, or json with everything that is kept of it.")
    ] = Format.MARKDOWN,
    as_json: JsonOption = False,
) -> None:
    """Write a conversation to a file.

    Example: searchapp conversations export 5fW2cJx0yqLk8aTb gloves.md
    """
    import json

    from searchapp.conversations.export import as_markdown
    from searchapp.errors import StorageError
    from searchapp.model.json import to_json

    found = _read(conversation)
    text = (
        as_markdown(found) if format_ is Format.MARKDOWN else json.dumps(to_json(found), ensure_ascii=False, indent=2)
    )
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError("conversation_export_unwritable", path=to, why=error.strerror or "") from error
    if as_json:
        print_json({"written": str(to), "turns": len(found.turns)})
    else:
        console().print(f"{to}: {len(found.turns)} turns", soft_wrap=True)


@app.command()
def delete(
    conversations: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids, as list shows them.")],
    as_json: JsonOption = False,
) -> None:
    """Delete conversations. The page can undo it for SEARCHAPP_UNDO_MINUTES.

    Example: searchapp conversations delete 5fW2cJx0yqLk8aTb
    """
    store = application().conversations
    for id_ in conversations:
        store.delete(None, id_)
        if as_json:
            print_json({"id": id_, "deleted": True})
        else:
            console().print(f"deleted {id_}")


def _list(query: str, owner: str | None, size: int, offset: int, *, as_json: bool) -> None:
    from searchapp.model.json import to_json

    page = application().conversations.find(owner, query, offset, size)
    if as_json:
        lines = [{**to_json(one), "owner": one.owner} for one in page.conversations]
        print_list("conversations", lines, page.total)
        return
    out = console()
    if not page.conversations:
        out.print("No conversation has these words." if query else "No conversations yet. Ask on the page.")
        return
    for one in page.conversations:
        of_whom = "" if one.owner == "local" else f"  {one.owner}"
        when = f"{one.updated.astimezone():%Y-%m-%d %H:%M}"
        out.print(f"{one.id}  {when}  {one.turns:>3}  {short(one.title, 60)}{of_whom}", soft_wrap=True)
    out.print(f"{len(page.conversations)} of {page.total} conversations", style="dim")


def _read(id_: str) -> Conversation:
    return application().reading.own(None, id_, None)
