"""``searchapp collections``: named sets of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import JsonOption, OffsetOption, SizeOption, application, console, print_json, print_list
from searchapp.cli.filing import BelowOption, DocumentsArgument, ReopenOption, ids_of, tell
from searchapp.cli.terminal import column, short

if TYPE_CHECKING:
    from searchapp.filing import CollectionShown

app = typer.Typer(help="Named sets of documents.", no_args_is_help=True, rich_markup_mode=None)

NameArgument = Annotated[str, typer.Argument(metavar="COLLECTION", help="A collection's name, or its id.")]
GroupsOption = Annotated[
    list[str] | None, typer.Option("--group", help="A group that reads what is put in. Several times.")
]
DescriptionOption = Annotated[str | None, typer.Option(help="What is in it.")]


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List the collections with the number of their documents; those too that documents or path rules only name.

    Example: searchapp collections list
    """
    from searchapp.access import LOCAL
    from searchapp.model.json import to_json

    found = application().collections.all(LOCAL)
    if as_json:
        print_list("collections", [to_json(one) for one in found])
        return
    out = console()
    for one in found:
        facts = [short(one.description, 60), f"groups {', '.join(one.groups)}" if one.groups else ""]
        out.print("  ".join((f"{one.documents:>7}", one.name, *filter(None, facts))), soft_wrap=True)
    if not found:
        out.print("No collections yet. Make one: searchapp collections create NAME")


@app.command()
def show(
    collection: NameArgument, size: SizeOption = 1000, offset: OffsetOption = 0, as_json: JsonOption = False
) -> None:
    """Show a collection and its documents.

    Example: searchapp collections show Minutes
    """
    from searchapp.access import LOCAL
    from searchapp.model.json import to_json
    from searchapp.stores import EntryOrder

    running = application()
    one = running.collections.find(collection, LOCAL)
    page = running.store.entries(collection=one.name, offset=offset, size=size, order=EntryOrder.SOURCE)
    if as_json:
        print_list("entries", [to_json(entry) for entry in page.entries], page.total, **to_json(one))
        return
    out = console()
    _print(one)
    for entry in page.entries:
        out.print(f"  {entry.id}  {column(entry.title, 40)}  {entry.source}", soft_wrap=True)
    if page.total > len(page.entries):
        out.print(f"  {len(page.entries)} of {page.total} documents", style="dim")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Its name; documents hold it, and filters ask for it.")],
    description: DescriptionOption = None,
    group: GroupsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a collection. With groups, what is put in is for these, too; what was open to everybody is for them alone.

    Examples:
      searchapp collections create Minutes

      searchapp collections create Salaries --group hr

    """
    from searchapp.access import LOCAL

    made = application().collections.create(name, LOCAL, description=description or "", groups=group or ())
    _tell(made, as_json)


@app.command()
def rename(collection: NameArgument, name: str, as_json: JsonOption = False) -> None:
    """Give a collection another name. Documents that state the old one keep that.

    Example: searchapp collections rename Minutes "Minutes 2025"
    """
    from searchapp.access import LOCAL

    _tell(application().collections.change(collection, LOCAL, name=name), as_json)


@app.command()
def change(
    collection: NameArgument,
    description: DescriptionOption = None,
    group: GroupsOption = None,
    untie: Annotated[bool, typer.Option("--untie", help="Tie it to no group any more.")] = False,
    reopen: ReopenOption = False,
    as_json: JsonOption = False,
) -> None:
    """Describe a collection otherwise, or tie it to other groups, with all that is in it.

    Example: searchapp collections change Salaries --group hr --group board --reopen
    """
    from searchapp.access import LOCAL

    groups = [] if untie else group
    after = application().collections.change(collection, LOCAL, description=description, groups=groups, reopen=reopen)
    _tell(after, as_json)


@app.command()
def delete(
    collection: NameArgument,
    reopen: ReopenOption = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Delete a collection, and none of its documents. "collections restore" brings it back for SEARCHAPP_UNDO_MINUTES.

    Example: searchapp collections delete Minutes --yes
    """
    from searchapp.access import LOCAL

    running = application()
    one = running.collections.find(collection, LOCAL)
    if not yes and not as_json:
        typer.confirm(f"Delete {one.name} with {one.documents} document(s) in it, which stay?", abort=True)
    _tell(running.collections.delete(one.id or one.name, LOCAL, reopen=reopen), as_json)
    if not as_json:
        console().print(f"To undo it: searchapp collections restore {one.id}")


@app.command()
def restore(
    collection: Annotated[str, typer.Argument(metavar="ID", help="The id that delete told.")],
    as_json: JsonOption = False,
) -> None:
    """Bring a deleted collection back, with the documents that are in it.

    Example: searchapp collections restore 6f1ed002ab5595859014
    """
    from searchapp.access import LOCAL

    _tell(application().collections.restore(collection, LOCAL), as_json)


@app.command()
def add(
    collection: NameArgument,
    documents: DocumentsArgument = None,
    below: BelowOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put documents in a collection. Nothing is read or embedded again. Exit code 3: some are not there.

    Examples:
      searchapp collections add Minutes minutes-march.pdf

      searchapp collections add Minutes --below ./minutes

    """
    from searchapp.access import LOCAL

    running = application()
    tell(running.collections.put_in(collection, ids_of(running, documents, below), LOCAL), as_json)


@app.command()
def remove(
    collection: NameArgument,
    documents: DocumentsArgument = None,
    below: BelowOption = None,
    reopen: ReopenOption = False,
    as_json: JsonOption = False,
) -> None:
    """Take documents out of a collection. Exit code 3: some stay, since front matter or a path rule puts them in.

    Example: searchapp collections remove Minutes minutes-march.pdf
    """
    from searchapp.access import LOCAL

    running = application()
    tell(running.collections.take_out(collection, ids_of(running, documents, below), LOCAL, reopen=reopen), as_json)


def _tell(one: CollectionShown, as_json: bool) -> None:
    from searchapp.model.json import to_json

    if as_json:
        print_json(to_json(one))
    else:
        _print(one)


def _print(one: CollectionShown) -> None:
    facts = [f"{one.documents} documents", one.id, f"groups {', '.join(one.groups)}" if one.groups else ""]
    console().print("  ".join((one.name, *filter(None, facts), one.description)).rstrip(), soft_wrap=True)
