"""Serves the web application with waitress: threads, no event loop, the same on every platform."""

from __future__ import annotations

import errno
import logging
import signal
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import waitress

from searchapp import limits
from searchapp.errors import SearchAppError, UsageError
from searchapp.operations import runner_of, teller_of
from searchapp.redaction import redact_logs, redactor
from searchapp.telemetry import logs, tracing
from searchapp.web import connections, wire
from searchapp.web.admission import Admission
from searchapp.web.app import create_app
from searchapp.web.jobs import Jobs
from searchapp.web.spool import Spool

if TYPE_CHECKING:
    from searchapp.wiring import Application

log = logging.getLogger(__name__)

THREADS = 80
"""Requests served at once, besides answers: each of those keeps a thread of its own while it waits and is written.
More than callers may wait for the embedding model (``SharedEmbedder``); an idle thread costs nearly nothing."""


def serve(
    application: Application, host: str, port: int, *, on_ready: Callable[[str], None] = lambda address: None
) -> None:
    """Serve until interrupted (Ctrl-C or SIGTERM); ``on_ready`` is told the address once the port is ours.

    Raises UsageError when the port is taken, may not be used, or ``host`` is not an address of this machine.
    """
    redact_logs(redactor(application.settings))
    logs.configure(application.settings)
    traces = tracing.start(application.settings, "searchapp-web")
    jobs = Jobs(application)
    schedules, alerts = runner_of(application), teller_of(application, serves=True)
    server = open_server(application, host, port, jobs)
    if threading.current_thread() is threading.main_thread():
        # In a container we are process 1, which SIGTERM does not end by itself.
        signal.signal(signal.SIGTERM, _end)
    try:
        jobs.resume()
        application.trash.watch()
        application.conversations.watch()
    except SearchAppError as error:
        log.warning("Unfinished documents of an earlier run were not resumed: %s", error)
    if application.queue is None:  # else workers run what is due
        schedules.start()
    alerts.start()
    try:
        on_ready(f"http://{_in_address(host)}:{port}")
        server.run()  # returns on KeyboardInterrupt and SystemExit
    except KeyboardInterrupt:
        pass  # pressed between the two
    finally:
        server.close()
        schedules.stop()
        alerts.stop()
        jobs.stop()
        if traces is not None:
            traces.shutdown()


def open_server(application: Application, host: str, port: int, jobs: Jobs | None = None) -> Any:
    """Bind the port and return the waitress server, whose ``run`` and ``close`` do the rest.

    Raises UsageError as ``serve`` does.
    """
    settings = application.settings
    app = create_app(application, host=host, jobs=jobs)
    try:
        server = waitress.create_server(
            app,
            host=host,
            port=port,
            threads=THREADS + settings.answers_at_once + settings.answers_waiting,
            connection_limit=connections.CONNECTIONS,
            channel_timeout=connections.IDLE_SECONDS,
            cleanup_interval=connections.LOOK_SECONDS,
            asyncore_use_poll=True,  # select() ends the server at the descriptor 1024
            ident="searchapp",
            clear_untrusted_proxy_headers=False,  # `proxies` reads them, or takes them out
            max_request_header_size=limits.HEADER_BYTES,
            max_request_body_size=wire.NO_LIMIT,  # `wire` has one for each request
            channel_request_lookahead=1,  # reads on while a response is made, and so notices who has gone
        )
    except (OSError, ValueError) as error:
        raise _cannot_listen(host, port, error) from error
    wire.install(server, Admission(app, application, Spool(settings)), per_peer=not settings.trusted_proxies)
    return server


def _cannot_listen(host: str, port: int, error: OSError | ValueError) -> UsageError:
    place = f"{_in_address(host)}:{port}"
    code = getattr(error, "errno", None)
    if code == errno.EADDRINUSE:
        return UsageError("port_taken", place=place, other=port + 1)
    if code in (errno.EACCES, errno.EPERM):
        return UsageError("port_forbidden", place=place)
    return UsageError("address_foreign", place=place, why=str(error))


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _end(signum: int, frame: object) -> None:
    raise SystemExit(0)
