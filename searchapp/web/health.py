"""Whether the process lives, and whether it can serve: for load balancers, containers and monitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from searchapp import shapes
from searchapp.errors import ServiceUnavailableError
from searchapp.web.dependencies import answer_problem, search_problem
from searchapp.web.operation import operation

if TYPE_CHECKING:
    from searchapp.wiring import Application


def blueprint(application: Application) -> Blueprint:
    """``/healthz`` answers as long as the process does; ``/readyz`` is 503 while searches cannot be served."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    @operation("Whether the process lives")
    def healthz() -> shapes.Health:
        return {"status": "ok"}

    @routes.get("/readyz")
    @operation("Whether searches can be served now", errors=(ServiceUnavailableError,))
    def readyz() -> shapes.Health:
        """Asks the store and the embedding model. Without a language model searches work and answers are quotations:
        then the status is `degraded`, and nobody need be kept away.
        """
        if problem := search_problem(application):
            # Whatever the reason, to a load balancer it means one thing: send nobody here.
            raise ServiceUnavailableError(problem.message, problem.remedy) from problem
        if problem := answer_problem(application):
            return {"status": "degraded", "degraded": problem.message}
        return {"status": "ok"}

    return routes
