"""An id for every request, on every line that is logged for it, and a line when it is done.

A proxy or caller may bring the id (X-Request-ID); it goes back with the response, and with what is queued to a worker.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from flask import Flask, Response, g, request

from searchapp.telemetry import logs, tracing

log = logging.getLogger(__name__)

HEADER = "X-Request-ID"
ALLOWED = re.compile(r"[\w.:-]{1,64}", re.ASCII)
"""Another id could forge a line of the log, or fill it."""

QUIET = frozenset({"static", "health.healthz", "health.readyz", "metrics.metrics"})
"""Asked every few seconds by monitors, or many at once by a page."""

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def register(app: Flask) -> None:
    """Give each request of ``app`` its id."""

    @app.before_request
    def begin() -> None:
        brought = request.headers.get(HEADER, "")
        g.request_id = brought if ALLOWED.fullmatch(brought) else uuid.uuid4().hex
        g.request_began = time.perf_counter()
        logs.bind(request_id=g.request_id)
        request.environ["searchapp.route"] = request.endpoint or "none"

    @app.after_request
    def end(response: Response) -> Response:
        response.headers[HEADER] = g.request_id
        level = logging.DEBUG if request.endpoint in QUIET else logging.INFO
        # The route, not the address: that holds what people search for.
        facts = {
            "client": request.remote_addr or "",
            "route": request.endpoint or "none",
            "status": response.status_code,
            "ms": round((time.perf_counter() - g.request_began) * 1000, 1),
        }
        named = {"document_id": (request.view_args or {}).get("document_id"), "tool": g.get("tool")}
        log.log(level, request.method, extra=facts | {name: value for name, value in named.items() if value})
        return response


def traced(app: Wsgi) -> Wsgi:
    """``app`` with a span over each request, until the last byte of its response."""

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        headers = {"traceparent": environ["HTTP_TRACEPARENT"]} if "HTTP_TRACEPARENT" in environ else None
        with tracing.begun(environ["REQUEST_METHOD"], headers) as whole:
            with whole.within():
                body = app(environ, start_response)
            whole.rename(f"{environ['REQUEST_METHOD']} {environ.get('searchapp.route', 'none')}")
            pieces = iter(body)
            try:
                while True:
                    with whole.within():
                        piece = next(pieces, None)
                    if piece is None:
                        break
                    yield piece
            finally:
                if close := getattr(body, "close", None):
                    close()

    return call
