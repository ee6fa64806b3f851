"""``GET /metrics``: what a monitor should know of this process, in Prometheus's text format."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, Histogram, generate_latest

from searchapp.errors import SearchAppError
from searchapp.ingest.metrics import PAUSED, QUEUED_BATCHES, show_states
from searchapp.web.dependencies import answer_problem, search_problem
from searchapp.web.operation import operation

if TYPE_CHECKING:
    from searchapp.wiring import Application

REQUEST_SECONDS = Histogram(
    "searchapp_http_request_seconds",
    "How long requests took, by route and status; of an answer, until its first event.",
    ["route", "status"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
)


def register(app: Flask) -> None:
    """Time every request of ``app``."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        # By route, not by address: those are without number, and hold what people searched for.
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        REQUEST_SECONDS.labels(request.endpoint or "none", response.status_code).observe(seconds)
        return response


def blueprint(application: Application) -> Blueprint:
    """The route; dependencies and documents by state are looked at when it is asked, and none need be there."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    @operation("Metrics for Prometheus", content={"text/plain": {"type": "string"}}, errors=())
    def metrics() -> Response:
        if search_problem(application) is None:
            show_states(application.store.state_counts())
            PAUSED.set(application.store.pause() is not None)
        answer_problem(application)
        if application.queue is not None:
            with contextlib.suppress(SearchAppError):
                QUEUED_BATCHES.set(application.queue.length())
        return Response(generate_latest(), content_type=CONTENT_TYPE_PLAIN_0_0_4)

    return routes
