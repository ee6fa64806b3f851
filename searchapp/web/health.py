"""Whether the process lives, and whether it can serve: for load balancers, containers and monitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from searchapp.errors import SearchAppError, ServiceUnavailableError

if TYPE_CHECKING:
    from searchapp.wiring import Application


def blueprint(application: Application) -> Blueprint:
    """``/healthz`` answers as long as the process does; ``/readyz`` is 503 while the store cannot serve."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @routes.get("/readyz")
    def readyz() -> dict[str, str]:
        try:
            application.store.check()
        except SearchAppError as error:
            # Whatever the store's reason, to a load balancer it means one thing: send nobody here.
            raise ServiceUnavailableError(error.message, error.remedy) from error
        return {"status": "ok"}

    return routes
