"""``searchapp es roles``: role descriptors, and API keys made from them."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, print_list
from searchapp.cli.completion import values

if TYPE_CHECKING:
    from searchapp.cluster.roles import ApiKey

group = typer.Typer(rich_markup_mode=None)


@group.callback(invoke_without_command=True)
def show(context: typer.Context, as_json: JsonOption = False) -> None:
    """Show what web, worker and operator may do, as role descriptors for Elasticsearch's security API.

    Examples:
      searchapp es roles --json

      searchapp es roles create web --expires 90d

    """
    if context.invoked_subcommand:
        return
    from searchapp.cluster.roles import PURPOSE, Role, descriptors

    found = descriptors(application())
    if as_json:
        print_json(found)
        return
    for name, body in found.items():
        console().print(f"{name}: {PURPOSE[Role(name)]}\n{json.dumps(body, indent=2)}\n")
    console().print("searchapp es roles create ROLE makes an API key with these rights.")


@group.command()
def create(
    role: Annotated[
        str,
        typer.Argument(
            metavar="ROLE", help="web, worker or operator.", autocompletion=values("searchapp.cluster.roles:Role")
        ),
    ],
    name: Annotated[str, typer.Option(help="The key's name. Default: index prefix and role.")] = "",
    expires: Annotated[
        str, typer.Option(metavar="TIME", help="How long it is valid: 90d, 12h. Default: for ever.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Make an API key with a role's rights. It is printed this once and cannot be read again.

    Run it as a user who may manage API keys (user:password@ in SEARCHAPP_ELASTICSEARCH_URL).

    Example: export SEARCHAPP_ELASTICSEARCH_API_KEY=$(searchapp es roles create worker --json | jq -r .api_key)
    """
    from searchapp.cluster.roles import Role, create_key
    from searchapp.errors import UsageError

    if role not in list(Role):
        raise UsageError("cluster_role_unknown", role=role, roles=tuple(Role))
    made = create_key(application(), Role(role), name=name, expires=expires)
    if as_json:
        print_json({**_json(made), "api_key": made.secret})
        return
    out = console()
    out.print(f"{made.name} (id {made.id}), {_expiry(made)}\n\n{made.secret}\n")
    out.print("The key is shown this once. Put it into SEARCHAPP_ELASTICSEARCH_API_KEY.")


@group.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List the keys in force that were made here; the keys themselves are not shown.

    Example: searchapp es roles list
    """
    from rich.table import Table

    from searchapp.cluster.roles import keys

    found = keys(application())
    if as_json:
        print_list("keys", [_json(key) for key in found])
        return
    if not found:
        console().print("No keys yet. Make one: searchapp es roles create web")
        return
    table = Table()
    for name in ("id", "name", "role", "created (UTC)", "expires (UTC)"):
        table.add_column(name)
    for key in found:
        created = f"{key.created:%Y-%m-%d %H:%M}" if key.created else ""
        table.add_row(key.id, key.name, key.role, created, f"{key.expires:%Y-%m-%d %H:%M}" if key.expires else "never")
    console().print(table)


@group.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="The key's id, as searchapp es roles list shows it.")],
    as_json: JsonOption = False,
) -> None:
    """Make a key invalid at once.

    Example: searchapp es roles revoke VuaCfGcBCdbkQm-e5aOx
    """
    from searchapp.cluster.roles import revoke as run

    run(application(), key_id)
    if as_json:
        print_json({"revoked": key_id})
    else:
        console().print(f"{key_id} is revoked.")


def _json(key: ApiKey) -> dict[str, Any]:
    shown = {name: value for name, value in dataclasses.asdict(key).items() if name != "secret"}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in shown.items()}


def _expiry(key: ApiKey) -> str:
    return f"valid until {key.expires:%Y-%m-%d %H:%M} UTC" if key.expires else "valid for ever"
