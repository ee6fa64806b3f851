"""``searchapp doctor``."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import JsonOption, application, console, print_json, waiting

if TYPE_CHECKING:
    from searchapp.findings import Finding

STYLES = {"ok": "green", "info": "cyan", "warning": "yellow", "error": "red"}


def doctor(
    quick: Annotated[bool, typer.Option("--quick", help="Leave out what reads every document.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Look at everything that can be wrong, and tell how to fix it. Nothing is changed.

    Models, Ollama, the store, the queue, and the documents; of Elasticsearch also versions, licence, health, heap,
    disks, shards, privileges, aliases, templates and unfinished work. Exit code 1: something does not work.

    Examples:
      searchapp doctor

      searchapp doctor --json | jq '.findings[] | select(.severity == "error")'

    """
    from searchapp.doctor import diagnose

    found: list[Finding] = []
    running = application()
    with waiting("Looking", as_json):
        for finding in diagnose(running, quick=quick):
            found.append(finding)
            if not as_json:
                _tell(finding)
    counts = {name: sum(finding.severity == name for finding in found) for name in STYLES}
    if as_json:
        print_json({**counts, "findings": [dataclasses.asdict(finding) for finding in found]})
    else:
        console().print(f"errors: {counts['error']}, warnings: {counts['warning']}")
    if counts["error"]:
        raise typer.Exit(1)


def _tell(finding: Finding) -> None:
    out = console()
    out.print(f"{finding.severity:<8} {finding.check}: {finding.message}", style=STYLES[finding.severity])
    if finding.remedy:
        out.print(f"         {finding.remedy}")
