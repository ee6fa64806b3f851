"""The sample documents, added at one press where there are no others yet."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint

from searchapp.access import for_readers
from searchapp.audit import note
from searchapp.errors import StorageError
from searchapp.samples import sample_folders
from searchapp.web.api import Queued
from searchapp.web.identity import caller
from searchapp.web.jobs import Jobs
from searchapp.web.operation import STORE, operation

if TYPE_CHECKING:
    from searchapp.wiring import Application


def blueprint(application: Application, jobs: Jobs) -> Blueprint:
    """``/api/samples``."""
    routes = Blueprint("samples", __name__, url_prefix="/api")

    @routes.post("/samples")
    @operation("Add the sample documents", status=HTTPStatus.ACCEPTED, errors=(StorageError, *STORE))
    def add() -> tuple[Queued, HTTPStatus]:
        """They are queued as uploads of the caller, for the caller's groups; a second time they are the same ones."""
        space = caller().groups
        sources = []
        for path in sorted(path for folder in sample_folders() for path in Path(folder).rglob("*") if path.is_file()):
            with path.open("rb") as stream:
                sources.append(application.originals.save_upload(path.name, stream, space))
        entries = tuple(for_readers(application.ingester.queue(source, space=space)) for source in sources)
        note("samples", groups=space or (), documents=[entry.id for entry in entries])
        for entry in entries:
            jobs.submit(entry.id)
        return Queued(entries), HTTPStatus.ACCEPTED

    return routes
