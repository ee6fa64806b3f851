"""``searchapp audit``: who did what, the newest first; and its export."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.audit.record import Outcome, What
from searchapp.cli.common import JsonOption, application, console, print_json
from searchapp.cli.terminal import short

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from searchapp.audit import Record, Wanted

app = typer.Typer(rich_markup_mode=None)

WhoOption = Annotated[str, typer.Option("--who", metavar="NAME", help="Only of who has this in their name.")]
WhatOption = Annotated[
    list[What] | None, typer.Option("--what", metavar="ACTION", help="Only this action. May be given several times.")
]
OnOption = Annotated[str, typer.Option("--on", metavar="NAME", help="Only what was done to something of this name.")]
SinceOption = Annotated[str, typer.Option("--since", metavar="TIME", help="From this day or time on, in UTC.")]
UntilOption = Annotated[str, typer.Option("--until", metavar="TIME", help="Before this day or time.")]
OutcomeOption = Annotated[
    Outcome | None, typer.Option("--outcome", help="Only what ended so; begun: its end is not known.")
]


class Format(StrEnum):
    """How records are written."""

    JSONL = "jsonl"
    CSV = "csv"


@app.callback(invoke_without_command=True)
def show(
    context: typer.Context,
    who: WhoOption = "",
    what: WhatOption = None,
    on: OnOption = "",
    since: SinceOption = "",
    until: UntilOption = "",
    outcome: OutcomeOption = None,
    size: Annotated[int, typer.Option("--size", "--limit", "-n", min=1, max=10_000, help="Most records to show.")] = 50,
    cursor: Annotated[
        int | None, typer.Option("--cursor", min=1, help='"next" of what was shown before, to go on there.')
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show who did what, when and from where, the newest first: on the page, over the API, here and by timers.

    It shows what SEARCHAPP_AUDIT=database has kept in the data folder of this machine, of documents of all groups.

    Examples:
      searchapp audit

      searchapp audit --who ada --what delete --since 2026-11-01

      searchapp audit --outcome refused --size 200 --json

    """
    if context.invoked_subcommand:
        return
    from searchapp.model.json import to_json

    audit = application().audit
    page = audit.page(_wanted(who, what, on, since, until, outcome, cursor), size)
    if as_json:
        print_json(to_json(page))
        return
    out = console()
    for record in page.records:
        _print(record)
    if not page.records:
        asked = any((who, what, on, since, until, outcome))
        out.print("No such records." if asked else "Nothing is recorded yet.")
    if page.kept != "database":
        where = "go to the output of the server" if page.kept == "stdout" else "are not made"
        console(stderr=True).print(f"New records {where} (SEARCHAPP_AUDIT={page.kept}).", style="yellow")
    if page.next is not None:
        console(stderr=True).print(f"There are more: --cursor {page.next}, or a filter.", style="dim")


@app.command()
def export(
    to: Annotated[str, typer.Argument(metavar="FILE", help="The file to write; - for standard output.")] = "-",
    format_: Annotated[
        Format, typer.Option("--format", help="jsonl: an object a line; csv: a table for spreadsheets.")
    ] = Format.JSONL,
    who: WhoOption = "",
    what: WhatOption = None,
    on: OnOption = "",
    since: SinceOption = "",
    until: UntilOption = "",
    outcome: OutcomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the records to a file that only you can read, the newest first. That you did is recorded, too.

    Examples:
      searchapp audit export november.jsonl --since 2026-11-01 --until 2026-12-01

      searchapp audit export --format csv --what login_failed > failed.csv

    """
    from searchapp.audit import note, write_csv, write_lines

    audit = application().audit
    records = audit.all(_wanted(who, what, on, since, until, outcome))
    with _opened(to) as file:
        number = (write_csv if format_ is Format.CSV else write_lines)(records, file)
    note(records=number)
    if to != "-" and as_json:
        print_json({"written": to, "records": number})
    elif to != "-":
        console().print(f"{to}: {number} records", soft_wrap=True)


@contextmanager
def _opened(to: str) -> Iterator[TextIO]:
    from searchapp.errors import StorageError

    if to == "-":
        yield sys.stdout
        return
    try:
        # The command line makes files that are their owner's alone (``make_privately``).
        with Path(to).open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise StorageError("audit_export_unwritable", path=to, why=str(error.strerror)) from error


def _wanted(
    who: str,
    what: list[What] | None,
    on: str,
    since: str,
    until: str,
    outcome: Outcome | None,
    before: int | None = None,
) -> Wanted:
    from searchapp.audit import Wanted, read_moment

    return Wanted(who, tuple(what or ()), on, read_moment(since), read_moment(until), outcome, before)


def _print(record: Record) -> None:
    """A line; what others chose, such as a title, cannot move the cursor of a terminal."""
    facts = [record.when[:19].replace("T", " "), f"{record.outcome:<8}"]
    facts += [f"{record.what:<14}", short(record.who, 40), record.where]
    line = "  ".join(facts) + (f"  {short(record.on, 80)}" if record.on else "")
    line += f"  ({record.error})" if record.error else ""
    shown = "".join(sign if sign.isprintable() else "�" for sign in line)
    console().print(shown, style="" if record.outcome in ("done", "begun") else "red", soft_wrap=True)
