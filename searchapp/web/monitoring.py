"""For load balancers, containers and monitors: whether the process lives, whether it can serve, and its metrics.

``GET /metrics`` tells what a monitor should know of this process, in Prometheus's text format.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NotRequired  # pydantic reads the one of typing only from Python 3.12 on

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, Gauge, Histogram, generate_latest
from typing_extensions import TypedDict

from searchapp.errors import SearchAppError, ServiceUnavailableError
from searchapp.ingest.metrics import CHUNKS_UNEMBEDDED, PAUSED, QUEUED_BATCHES, show_states
from searchapp.judged_runs import show as show_judged
from searchapp.schedules import ScheduleKind
from searchapp.schedules.metrics import show
from searchapp.web.operation import operation

if TYPE_CHECKING:
    from searchapp.wiring import Application

log = logging.getLogger(__name__)

UP = Gauge("searchapp_dependency_up", "Whether a dependency answered when it was last asked: 1 or 0.", ["dependency"])

REQUEST_SECONDS = Histogram(
    "searchapp_http_request_seconds",
    "How long requests took, by route and status; of an answer, until its first event.",
    ["route", "status"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
)


class Health(TypedDict):
    """The process answers."""

    status: str
    """``ok``, or ``degraded`` where searches work and answers are quotations; what does not work is a problem."""

    degraded: NotRequired[str]
    """Why, as the code of a sentence; the log has the sentence."""


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


def health(application: Application) -> Blueprint:
    """``/healthz`` answers as long as the process does; ``/readyz`` is 503 while searches cannot be served."""
    routes = Blueprint("health", __name__)
    told = ""

    def tell(problem: SearchAppError | None) -> None:
        """Log it, once until it changes: readiness is asked every few seconds."""
        nonlocal told
        now = str(problem or "")
        if now != told:
            told = now
            log.warning("%s", problem or "Everything that answers need is there again.")

    @routes.get("/healthz")
    @operation("Whether the process lives")
    def healthz() -> Health:
        return {"status": "ok"}

    @routes.get("/readyz")
    @operation("Whether searches can be served now", errors=(ServiceUnavailableError,))
    def readyz() -> Health:
        """Asks the store and the embedding model. Without a language model searches work and answers are quotations:
        then the status is `degraded`, and nobody need be kept away.
        """
        # Whatever the reason, to a load balancer it means one thing: send nobody here. It asks without a login, and the
        # sentences name addresses of this network; the log has them.
        if problem := search_problem(application):
            tell(problem)
            raise ServiceUnavailableError("not_ready", cause=problem.reason) from problem
        if problem := answer_problem(application):
            tell(problem)
            return {"status": "degraded", "degraded": problem.reason}
        tell(None)
        return {"status": "ok"}

    return routes


def metrics(application: Application) -> Blueprint:
    """``/metrics``; dependencies and documents by state are looked at when it is asked, and none need be there."""
    routes = Blueprint("metrics", __name__)

    @routes.get("/metrics")
    @operation("Metrics for Prometheus", content={"text/plain": {"type": "string"}}, errors=())
    def metrics() -> Response:
        if search_problem(application) is None:
            show_states(application.store.state_counts())
            CHUNKS_UNEMBEDDED.set(application.store.backlog().chunks)
            PAUSED.set(application.store.pause() is not None)
            _show_schedules(application)
        answer_problem(application)
        if application.queue is not None:
            with contextlib.suppress(SearchAppError):
                QUEUED_BATCHES.set(application.queue.length())
        return Response(generate_latest(), content_type=CONTENT_TYPE_PLAIN_0_0_4)

    return routes


def _show_schedules(application: Application) -> None:
    with contextlib.suppress(SearchAppError):
        schedules = application.schedules.all()
        running = next((one.id for one in schedules if one.running), "")
        show(schedules, running, application.schedules.now())
        judged = [one for one in schedules if one.kind is ScheduleKind.JUDGED and not one.paused]
        show_judged(application.judged_runs.all(), {one.target: one.least for one in judged})


def search_problem(application: Application) -> SearchAppError | None:
    """Why searches cannot be served now; None where they can."""
    return _asked("store", application.store.check) or _asked("embedding_model", application.check_model)


def answer_problem(application: Application) -> SearchAppError | None:
    """Why answers are mere quotations now; None where a language model writes them."""
    return _asked("language_model", application.check_language_model)


def _asked(name: str, check: Callable[[], object]) -> SearchAppError | None:
    try:
        check()
    except SearchAppError as error:
        UP.labels(name).set(0)
        return error
    UP.labels(name).set(1)
    return None
