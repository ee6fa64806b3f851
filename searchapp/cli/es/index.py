"""How the cluster stands: ``es status``, and ``es aliases``, which mends them."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, waiting


def status(as_json: JsonOption = False) -> None:
    """Show the server, its health, the versions of the index with their models, and what is to be done.

    "searchapp doctor" looks at everything and tells how to fix it.

    Example: searchapp es status --json
    """
    from searchapp.cluster import status as run

    with waiting("Looking", as_json):
        found = run(application())
    if as_json:
        print_json(dataclasses.asdict(found))
        return
    out = console()
    out.print(f"server      {found.server} ({found.cluster}, version {found.version}, licence {found.licence})")
    out.print(f"health      {found.health}, {found.nodes} node(s)")
    out.print(f"configured  {found.configured}")
    out.print(f"indexed     {found.model or ('?' if found.fault else 'nothing yet: run searchapp es apply')}")
    if not found.matches:
        out.print("            The index was built with another model than the configured one.", style="red")
    places = {place.name: place for place in found.versions}
    for index in found.indices:
        place = places.get(index.name)
        what = place.state if place else "registry"
        held = f"{index.documents:,} entries"
        if place:
            held = f"{place.documents:,} documents, {index.documents:,} passages"
        model = f", {place.model}" if place and place.model else ""
        size = f"{index.bytes / 1e6:.1f} MB, {index.shards} shard(s), {index.replicas} replica(s)"
        out.print(f"{what:<11} {index.name}: {index.health}, {held}, {size}{model}")
    if found.shards:
        out.print(f"shards      {found.shards}")
    if found.states:
        out.print(f"documents   {', '.join(f'{count:,} {state}' for state, count in sorted(found.states.items()))}")
    if (left := found.unembedded).chunks:
        done = max(0, found.chunks - left.chunks)
        held = f"{left.chunks:,} passages of {left.documents:,} document(s) are found by their words so far"
        out.print(f"vectors     {done:,} of {found.chunks:,} passages ({done / max(1, found.chunks):.0%}); {held}")
    elif found.chunks:
        out.print(f"vectors     all of {found.chunks:,} passages")
    if found.fault:
        out.print(f"aliases     {found.fault} searchapp es aliases fixes them.", style="red")
    elif found.pending:
        out.print(f"plan        {found.pending} change(s): searchapp es plan shows them")
    else:
        out.print("plan        nothing to do")


def aliases(
    live: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", min=1, help="Fix them: let searches read this version, and no other."),
    ] = None,
    remove_index: Annotated[
        bool,
        typer.Option("--remove-index", help="Fix them: delete the index that stands in the alias's place, for good."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show which version searches read and which ones writes reach, and fix that after an accident.

    Sane aliases are left to "es reindex" and "es rollback". Exit code 1: they are not sane.

    Examples:
      searchapp es aliases

      searchapp es aliases --live 2

    """
    from searchapp.cluster.aliases import aliases as look
    from searchapp.cluster.aliases import fix

    running = application()
    found = fix(running, live, remove_index=remove_index) if live or remove_index else look(running)
    if as_json:
        print_json(dataclasses.asdict(found))
    else:
        out = console()
        for place in found.places:
            held = f"{place.documents:,} documents, {place.chunks:,} passages"
            out.print(f"{place.state:<10} {place.name}: {held}  {place.model}")
        if found.fault:
            out.print(f"{found.fault}\n{found.fix} fixes it.", style="red")
        elif not found.places:
            out.print("There is no index yet: run searchapp es apply.")
    if found.fault:
        raise typer.Exit(1)
