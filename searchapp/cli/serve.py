"""``searchapp serve``."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import application, console

if TYPE_CHECKING:
    from searchapp.wiring import Application

log = logging.getLogger(__name__)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (SEARCHAPP_HOST; 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port (SEARCHAPP_PORT; 8080).")] = None,
) -> None:
    """Serve the search page and the API until Ctrl-C.

    Example: searchapp serve --port 9000
    """
    run(application(host=host, port=port))


def run(running: Application) -> None:
    """Serve an application by its settings; once the port is ours, the model loads in the background."""
    from searchapp.memory import bound_heaps
    from searchapp.web import serve as serve_web

    def ready(address: str) -> None:
        # The first search should not wait for the model.
        threading.Thread(target=_warm, args=(running,), daemon=True).start()
        console().print(f"Open {address} in a browser. Ctrl-C ends.", style="bold")

    bound_heaps()
    serve_web(running, running.settings.host, running.settings.port, on_ready=ready)


def _warm(running: Application) -> None:
    try:
        running.embedder.embed_query("warm")
    except Exception:  # the first search meets it too, and tells whom it concerns
        log.debug("The model was not loaded ahead.", exc_info=True)
