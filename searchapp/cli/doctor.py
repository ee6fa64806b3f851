"""``searchapp doctor``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, print_list, waiting

if TYPE_CHECKING:
    from searchapp.doctor import Difference
    from searchapp.findings import Finding
    from searchapp.wiring import Application

STYLES = {"ok": "green", "info": "cyan", "warning": "yellow", "error": "red"}


def doctor(
    quick: Annotated[bool, typer.Option("--quick", help="Leave out what reads every document.")] = False,
    history: Annotated[
        bool, typer.Option("--history", help="Look at nothing, and list what earlier runs found new or gone.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at everything that can be wrong, and tell how to fix it. Nothing is changed but its own history.

    Models, Ollama, the store, the queue, and the documents; of Elasticsearch also versions, licence, health, heap,
    disks, shards, privileges, aliases, templates and unfinished work. Exit code 1: something does not work. At the end
    it tells which errors and warnings are new or gone since the run before, of a command, a schedule or the page.

    Examples:
      searchapp doctor

      searchapp doctor --history

      searchapp doctor --json | jq '.findings[] | select(.severity == "error")'

    """
    from searchapp.doctor import examine
    from searchapp.model.json import to_json

    running = application()
    if history:
        _show_history(running, as_json)
        return
    with waiting("Looking", as_json):
        made = examine(running, quick=quick, tell=lambda finding: None if as_json else _tell(finding))
    counts = {name: sum(finding.severity == name for finding in made.findings) for name in STYLES}
    if as_json:
        findings = [to_json(finding) for finding in made.findings]
        print_json({**counts, "findings": findings, "changed": to_json(made.changed)})
    else:
        console().print(f"errors: {counts['error']}, warnings: {counts['warning']}")
        _show_change(made.changed)
    if counts["error"]:
        raise typer.Exit(1)


def _tell(finding: Finding) -> None:
    out = console()
    out.print(f"{finding.severity:<8} {finding.check}: {finding.message}", style=STYLES[finding.severity])
    if finding.remedy:
        out.print(f"         {finding.remedy}")


def _show_history(running: Application, as_json: bool) -> None:
    from searchapp.doctor import History
    from searchapp.model.json import to_json

    changes = History(running.settings).read().changes
    if as_json:
        print_list("changes", [to_json(one) for one in changes])
        return
    for one in changes:
        for line in _lines(one, f"{one.at:%Y-%m-%d %H:%M} UTC"):
            console().print(line, soft_wrap=True)
    if not changes:
        console().print("No run has found an error or a warning yet.")


def _show_change(change: Difference) -> None:
    if change.since is None:
        return
    since = f"{change.since:%Y-%m-%d %H:%M} UTC"
    for line in _lines(change, f"since {since}"):
        console().print(line, soft_wrap=True)
    if not (change.new or change.gone):
        console().print(f"Nothing is new or gone since {since}.")


def _lines(change: Difference, when: str) -> list[str]:
    from searchapp.messages import shown

    told = [("new", one) for one in change.new] + [("gone", one) for one in change.gone]
    return [f"{what:<4} {when}: {one.severity} {one.check}: {shown(one.message)}" for what, one in told]
