"""``searchapp users``: add, list, remove."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, print_list
from searchapp.cli.keys import GroupOption, ScopeOption

if TYPE_CHECKING:
    from searchapp.access import User

app = typer.Typer(help="People who log in on the page.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Name to log in with.")],
    scope: ScopeOption = None,
    group: GroupOption = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input instead of asking.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Add a user, or give one a new password, scopes and groups; their sessions end.

    Examples:
      searchapp users add ada --scope read --scope write

      pass show searchapp/ada | searchapp users add ada --password-stdin

    """
    from searchapp.access import read_groups, read_scopes
    from searchapp.audit import What, note

    scopes, groups = read_scopes(scope or ["read"]), read_groups(group)
    users = application().access.users
    before = next((user for user in users.all() if user.name == name.strip()), None)
    note(groups=groups, scopes=scopes)
    if before is not None:
        note(what=What.USER_CHANGED, before=_json(before))
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    user = users.add(name, password, scopes, groups)
    if as_json:
        print_json(_json(user))
    else:
        console().print(f"{user.name} may log in: {', '.join(sorted(user.scopes))}.")


@app.command("list")
def list_(as_json: JsonOption = False) -> None:
    """List the users with what they may do.

    Example: searchapp users list
    """
    users = application().access.users.all()
    if as_json:
        print_list("users", [_json(user) for user in users])
        return
    out = console()
    for user in users:
        groups = f"  groups {','.join(user.groups)}" if user.groups else ""
        out.print(f"{user.name:<20}  {','.join(sorted(user.scopes))}{groups}", soft_wrap=True)
    if not users:
        out.print("No users yet. Add one: searchapp users add NAME")


@app.command()
def remove(
    names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Names as list shows them.")],
    as_json: JsonOption = False,
) -> None:
    """Remove users; their sessions end at once, and their conversations are gone. Documents stay.

    Example: searchapp users remove ada
    """
    from searchapp.access.owners import user_owner

    running = application()
    for name in names:
        running.access.users.remove(name)
        for kept in (running.conversations, running.personal, running.idempotency):
            kept.forget(user_owner(name))  # who is given the name next is somebody else
        if as_json:
            print_json({"name": name, "removed": True})
        else:
            console().print(f"removed {name}")


def _json(user: User) -> dict[str, Any]:
    groups = list(user.groups) if user.groups is not None else None
    return {"name": user.name, "scopes": sorted(user.scopes), "groups": groups}
