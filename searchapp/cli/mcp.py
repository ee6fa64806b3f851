"""``searchapp mcp``."""

from __future__ import annotations

from typing import Annotated

import typer

from searchapp.cli.common import application


def mcp(
    groups: Annotated[
        list[str] | None,
        typer.Option("--group", "-g", help="Show only this group's documents and the open ones. May be repeated."),
    ] = None,
) -> None:
    """Offer search, answers and documents to an MCP client over stdin and stdout.

    Clients start this command themselves; docs/api.md shows how to tell them. Needs: pip install 'searchapp[mcp]'

    Examples:
      searchapp mcp

      searchapp mcp --group hr

    """
    from searchapp.errors import UsageError

    try:
        import mcp.server.mcpserver  # noqa: F401
    except ImportError as error:
        raise UsageError("The package mcp is not installed, or too old.", "pip install 'searchapp[mcp]'") from error
    from searchapp.access import read_groups
    from searchapp.mcp_server import build
    from searchapp.redaction import redact_logs, redactor

    running = application()
    redact_logs(redactor(running.settings))
    build(running, read_groups(groups)).run("stdio")
