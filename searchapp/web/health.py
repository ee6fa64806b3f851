"""Whether the process lives, and whether it can serve: for load balancers, containers and monitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from searchapp import shapes
from searchapp.errors import SearchAppError, ServiceUnavailableError
from searchapp.web.operation import operation

if TYPE_CHECKING:
    from searchapp.wiring import Application


def blueprint(application: Application) -> Blueprint:
    """``/healthz`` answers as long as the process does; ``/readyz`` is 503 while the store cannot serve."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    @operation("Whether the process lives")
    def healthz() -> shapes.Health:
        return {"status": "ok"}

    @routes.get("/readyz")
    @operation("Whether searches can be served now", errors=(ServiceUnavailableError,))
    def readyz() -> shapes.Health:
        try:
            application.store.check()
        except SearchAppError as error:
            # Whatever the store's reason, to a load balancer it means one thing: send nobody here.
            raise ServiceUnavailableError(error.message, error.remedy) from error
        return {"status": "ok"}

    return routes
