"""What stays up: ``searchapp serve``, ``searchapp worker`` and ``searchapp mcp``."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from searchapp.cli.common import application, console, lines

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
    from searchapp.ingest.leases import in_use
    from searchapp.memory import bound_heaps
    from searchapp.web import serve as serve_web

    def ready(address: str) -> None:
        # The first search should not wait for the model.
        threading.Thread(target=_warm, args=(running,), daemon=True).start()
        console().print(f"Open {address} in a browser. Ctrl-C ends.", style="bold")

    bound_heaps()
    with in_use(running.settings.data_dir):
        serve_web(running, running.settings.host, running.settings.port, on_ready=ready)


def _warm(running: Application) -> None:
    from searchapp.progress import watched

    try:
        with watched(lines(console(stderr=True))):
            running.embedder.embed_query("warm")
    except Exception:  # the first search meets it too, and tells whom it concerns
        log.debug("The model was not loaded ahead.", exc_info=True)


def worker(
    concurrency: Annotated[
        int, typer.Option("--concurrency", "-c", min=1, max=64, help="Batches at once; they share one embedding model.")
    ] = 1,
    metrics_port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Port of the Prometheus metrics, 0 for none (SEARCHAPP_METRICS_PORT; 9808)."
        ),
    ] = None,
) -> None:
    """Ingest what is queued, beside other workers, until Ctrl-C or SIGTERM.

    Documents are queued by the page and by "ingest --queue"; batches of them come over Redis (SEARCHAPP_REDIS_URL).
    Workers run what is scheduled, too ("schedules"). A
    worker must see files under the same paths as the process that queued them. Without Redis no worker is needed:
    "serve" does the same in the background. The documents at hand are finished first, and the exit code is 0; a second
    Ctrl-C leaves them to another worker, and the exit code is 1.

    Examples:
      searchapp worker

      searchapp worker --concurrency 2 --metrics-port 9900

    """
    from searchapp.errors import UsageError

    running = application(metrics_port=metrics_port)
    if running.queue is None:
        raise UsageError("worker_without_redis")
    from searchapp.ingest.leases import in_use
    from searchapp.ingest.worker import Worker
    from searchapp.memory import bound_heaps
    from searchapp.operations import runner_of, teller_of
    from searchapp.redaction import redact_logs, redactor
    from searchapp.telemetry import logs, tracing

    bound_heaps()
    settings = running.settings
    redact_logs(redactor(settings))
    logs.configure(settings)
    tracing.start(settings, "searchapp-worker")
    one = Worker(
        running.store,
        running.ingester,
        running.queue,
        concurrency=concurrency,
        metrics_host=settings.metrics_host,
        metrics_port=settings.metrics_port,
        lease_seconds=settings.lease_seconds,
    )
    schedules, alerts = runner_of(running), teller_of(running, serves=False)
    schedules.start()
    alerts.start()
    try:
        with in_use(settings.data_dir):
            code = one.run()
    finally:
        schedules.stop()
        alerts.stop()
    raise typer.Exit(code)


def mcp(
    groups: Annotated[
        list[str] | None,
        typer.Option("--group", "-g", help="Show only this group's documents and the open ones. May be repeated."),
    ] = None,
    writes: Annotated[
        bool, typer.Option("--write", help="Let the client add and delete documents, too; by itself it only reads.")
    ] = False,
) -> None:
    """Offer search, answers and documents to an MCP client over stdin and stdout.

    Clients start this command themselves; docs/how-to/agents.md shows how to tell them. A server offers the same at
    /mcp, for the holders of keys. Needs: pip install 'searchapp[mcp]'

    Examples:
      searchapp mcp

      searchapp mcp --group hr

      searchapp mcp --write

    """
    from searchapp.errors import UsageError

    try:
        import mcp.server.lowlevel  # noqa: F401
    except ImportError as error:
        raise UsageError("mcp_missing") from error
    from searchapp.access import read_groups
    from searchapp.ingest.leases import in_use
    from searchapp.mcp.context import local
    from searchapp.mcp.server import serve_stdio
    from searchapp.redaction import redact_logs, redactor

    running = application()
    redact_logs(redactor(running.settings))
    with in_use(running.settings.data_dir):
        serve_stdio(local(running, read_groups(groups), writes=writes))
