"""``searchapp grep``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from searchapp import limits
from searchapp.cli.common import (
    CollectionOption,
    FieldOption,
    FilterOption,
    JsonOption,
    TagOption,
    application,
    console,
    filters_of,
    print_json,
    waiting,
)
from searchapp.cli.terminal import count

if TYPE_CHECKING:
    from rich.console import Console

    from searchapp.model import FoundLine, GrepResults


def grep(
    words: Annotated[str, typer.Argument(help="Words in a row, as a phrase in quotation marks.")] = "",
    pattern: Annotated[
        str, typer.Option("--pattern", "-e", help="A regular expression of RE2; lines that match it are found.")
    ] = "",
    filters: FilterOption = None,
    tag: TagOption = None,
    collection: CollectionOption = None,
    field: FieldOption = None,
    context: Annotated[
        int, typer.Option("--context", "-C", min=0, max=limits.CONTEXT_LINES, help="Lines above and below each.")
    ] = 0,
    size: Annotated[int, typer.Option("--size", "-n", min=1, max=limits.FOUND_LINES, help="Lines in all.")] = 100,
    per_document: Annotated[
        int,
        typer.Option("--per-document", "-m", min=0, max=limits.FOUND_LINES, help="Lines of one document; 0: count."),
    ] = 20,
    cursor: Annotated[str, typer.Option("--cursor", help="Go on: what the last line of the output before says.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Find lines in documents, with their numbers.

    Words are looked up in the index, so that only documents that have them are read. A pattern alone has every document
    read that the filters leave, some 200 at once.

    Examples:
      searchapp grep "gloves of class D"

      searchapp grep -e "PPR-[0-9]{4}" --filter type=pdf -C 1

      searchapp grep 手套 -m 0 --json

    """
    from searchapp.model.json import to_json
    from searchapp.search.grep import GrepRequest
    from searchapp.search.grep import grep as find

    request = GrepRequest(
        words=words,
        pattern=pattern,
        filters=filters_of(filters, tag, field, collection),
        context=context,
        size=size,
        per_document=per_document,
        cursor=cursor,
    )
    with waiting("Reading", as_json):
        found = find(application().store, request)
    if as_json:
        print_json(to_json(found))
    else:
        _print(found, console())


def _print(found: GrepResults, out: Console) -> None:
    for one in found.documents:
        out.print(f"{one.title or one.source} ({count(one.total, 'line')})", style="bold")
        for line in one.lines:
            _print_line(line, out)
        if one.next is not None:
            out.print(f"  ... more from line {one.next} on: --filter document={one.document_id}", style="dim")
    out.print(f"{count(found.total, 'line')} in {count(found.read, 'document')} read", style="dim")
    for id_ in found.too_long:
        out.print(f"Too long to be read whole: {id_}", style="dim")
    if found.next is not None:
        more = "or more " if found.unread_more else ""
        out.print(f"{found.unread} {more}not read yet; go on with --cursor {found.next}", style="dim")


def _print_line(line: FoundLine, out: Console) -> None:
    first = line.line - len(line.before)
    for number, text in enumerate(line.before, start=first):
        out.print(f"{number:>7}  {text}", style="dim")
    out.print(f"{line.line:>7}: {line.text}")
    for number, text in enumerate(line.after, start=line.line + 1):
        out.print(f"{number:>7}  {text}", style="dim")
