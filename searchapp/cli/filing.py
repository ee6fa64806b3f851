"""What the commands that file documents share: which documents are meant, and what became of them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import console, print_json
from searchapp.cli.exit_codes import SOME_FAILED

if TYPE_CHECKING:
    from searchapp.filing import Filed
    from searchapp.wiring import Application

DocumentsArgument = Annotated[
    list[str] | None, typer.Argument(metavar="[DOCUMENT]...", help="Ids, paths or addresses of documents.")
]
BelowOption = Annotated[
    list[str] | None,
    typer.Option("--below", metavar="PLACE", help="All documents below this folder or address. Several times."),
]
ReopenOption = Annotated[
    bool, typer.Option("--reopen", help="Also where documents will be for others than now, or for everybody.")
]


def ids_of(running: Application, documents: Sequence[str] | None, below: Sequence[str] | None) -> list[str]:
    """The ids of the documents that are named. Raises UsageError where none is."""
    from searchapp.errors import UsageError
    from searchapp.sources import id_of

    if not documents and not below:
        raise UsageError("documents_unnamed")
    places = [one if "://" in one else os.path.abspath(one) for one in below or ()]  # noqa: PTH100 - as discovery does
    found = [entry.id for place in places for entry in running.store.sources(place)]
    return [*map(id_of, documents or ()), *found]


def tell(filed: Filed, as_json: bool) -> None:
    """Say what became of documents; exit code 3 where that is not what was asked for with some, 1 with all."""
    from searchapp.audit import note
    from searchapp.model.json import to_json

    note(documents=filed.changed)
    if as_json:
        print_json(to_json(filed))
    else:
        out = console()
        out.print(f"{len(filed.changed)} changed, {len(filed.unchanged)} as before")
        for ids, what in (
            (filed.stated, "keep it: front matter, a sidecar or a path rule states it. Change it there."),
            (filed.absent, "are not there."),
        ):
            if ids:
                out.print(f"{len(ids)} {what}", style="yellow", soft_wrap=True)
                out.print(f"  {' '.join(ids)}", soft_wrap=True)
    if filed.stated or filed.absent:
        raise typer.Exit(SOME_FAILED if filed.changed or filed.unchanged else 1)
