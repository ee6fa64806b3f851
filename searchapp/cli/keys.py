"""``searchapp keys``: make, list, revoke."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, print_list
from searchapp.cli.completion import values

if TYPE_CHECKING:
    from searchapp.access import Key

app = typer.Typer(help="API keys for programs.", no_args_is_help=True, rich_markup_mode=None)

ScopeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--scope",
        "-s",
        help="What it may do: read, write, operate. May be given several times; read.",
        autocompletion=values("searchapp.access:Scope"),
    ),
]
GroupOption = Annotated[
    list[str] | None,
    typer.Option("--group", "-g", help="Sees only documents of this group and open ones. May be given several times."),
]


@app.command()
def make(
    name: Annotated[str, typer.Argument(help="What the key is for, such as a program's name.")],
    scope: ScopeOption = None,
    group: GroupOption = None,
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="Worthless after so many days.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key and show it, this once.

    Programs send it as a header, Authorization: Bearer KEY.

    Example: searchapp keys make reporting --scope read --group finance --days 90
    """
    from searchapp.access import read_groups, read_scopes
    from searchapp.audit import note

    keys = application().access.keys
    lifetime = dt.timedelta(days=days) if days else None
    key, text = keys.make(name, read_scopes(scope or ["read"]), read_groups(group), lifetime)
    note(f"key:{key.name} ({key.id})", groups=key.groups, scopes=key.scopes)
    if as_json:
        print_json({**_json(key), "key": text})
        return
    console().print(text, soft_wrap=True)
    console(stderr=True).print("Keep it well: it is not stored and cannot be shown again.", style="dim")


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List the keys with what they may do; the keys themselves are not kept.

    Example: searchapp keys list
    """
    keys = application().access.keys.all()
    if as_json:
        print_list("keys", [_json(key) for key in keys])
        return
    out = console()
    for key in keys:
        facts = [key.id, f"{key.name:<20}", ",".join(sorted(key.scopes))]
        facts += [f"groups {','.join(key.groups)}"] if key.groups else []
        facts += [f"until {key.expires:%Y-%m-%d}"] if key.expires else []
        facts += [f"used {key.used:%Y-%m-%d}" if key.used else "never used"]
        out.print("  ".join(facts), soft_wrap=True)
    if not keys:
        out.print("No keys yet. Make one: searchapp keys make NAME")


@app.command()
def revoke(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids as list shows them.")],
    as_json: JsonOption = False,
) -> None:
    """Make keys worthless, at once.

    Example: searchapp keys revoke 3f9c21d07b4e
    """
    from searchapp.audit import note

    running = application()
    keys = running.access.keys
    names = {key.id: key.name for key in keys.all()}
    note(", ".join(f"key:{names[id_]} ({id_})" if id_ in names else id_ for id_ in ids))
    for id_ in ids:
        keys.revoke(id_)
        for kept in (running.conversations, running.personal, running.idempotency):
            kept.forget(f"key:{id_}")
        if as_json:
            print_json({"id": id_, "revoked": True})
        else:
            console().print(f"revoked {id_}")


def _json(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": sorted(key.scopes),
        "groups": list(key.groups) if key.groups is not None else None,
        "created": key.created.isoformat(),
        "expires": key.expires.isoformat() if key.expires else None,
        "used": key.used.isoformat() if key.used else None,
    }
