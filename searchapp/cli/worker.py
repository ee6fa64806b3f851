"""``searchapp worker``."""

from __future__ import annotations

from typing import Annotated

import typer

from searchapp.cli.common import application


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

    Documents are queued by the page and by "ingest --queue"; batches of them come over Redis (SEARCHAPP_REDIS_URL). A
    worker must see files under the same paths as whoever queued them. Without Redis no worker is needed: "serve" does
    the same in the background. The documents at hand are finished first, and the exit code is 0; a second Ctrl-C leaves
    them to another worker, and the exit code is 1.

    Examples:
      searchapp worker

      searchapp worker --concurrency 2 --metrics-port 9900

    """
    from searchapp.errors import UsageError

    running = application(metrics_port=metrics_port)
    if running.queue is None:
        raise UsageError(
            "A worker needs Redis, and SEARCHAPP_REDIS_URL is not set.",
            'Set it, for example to redis://127.0.0.1:6379/0; without Redis "searchapp serve" ingests what is queued.',
        )
    from searchapp.ingest.worker import Worker
    from searchapp.memory import bound_heaps
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
        metrics_port=settings.metrics_port,
        lease_seconds=settings.lease_seconds,
    )
    raise typer.Exit(one.run())
