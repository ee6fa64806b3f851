"""``searchapp serve``."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import application, console

if TYPE_CHECKING:
    from searchapp.wiring import Application


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (SEARCHAPP_HOST; 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port (SEARCHAPP_PORT; 8080).")] = None,
) -> None:
    """Serve the search page and the API until Ctrl-C.

    Example: searchapp serve --port 9000
    """
    run(application(host=host, port=port))


def run(running: Application) -> None:
    """Serve an application by its settings; the model loads in the background meanwhile."""
    from searchapp.memory import bound_heaps
    from searchapp.web import serve as serve_web

    bound_heaps()
    # The first search should not wait for the model; a failure is told there, to whom it concerns.
    threading.Thread(target=_warm, args=(running,), daemon=True).start()
    settings = running.settings
    serve_web(
        running,
        settings.host,
        settings.port,
        on_ready=lambda address: console().print(f"Open {address} in a browser. Ctrl-C ends.", style="bold"),
    )


def _warm(running: Application) -> None:
    import contextlib

    from searchapp.errors import SearchAppError

    with contextlib.suppress(SearchAppError):
        running.embedder.embed_query("warm")
