"""How judged queries were answered over time, for operators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint
from pydantic import Field

from searchapp import limits
from searchapp.errors import StorageError, UsageError
from searchapp.judged_runs import MOST, JudgedRun
from searchapp.web.operation import STORE, operation
from searchapp.web.requests import Query

if TYPE_CHECKING:
    from searchapp.wiring import Application


class JudgedQuery(Query):
    """Which runs to list."""

    target: str = Field("", max_length=limits.ADDRESS_CHARACTERS)
    """Only those of this file or folder, or of `thumbs`."""
    size: int = Field(MOST, ge=1, le=MOST)
    """Runs at most, the latest."""


@dataclass(frozen=True, slots=True)
class JudgedHistory:
    """Runs of judged queries."""

    total: int
    """How many are kept."""
    runs: tuple[JudgedRun, ...]
    """The newest first."""


def blueprint(application: Application) -> Blueprint:
    """``/api/operations/judged``, which takes the scope ``operate``."""
    routes = Blueprint("judged", __name__, url_prefix="/api/operations")

    @routes.get("/judged", endpoint="history")
    @operation("List the runs of judged queries", errors=(UsageError, StorageError, *STORE))
    def history(query: JudgedQuery) -> JudgedHistory:
        """What schedules of the kind `judged` measured: nDCG@10 by hybrid search, and with which index, model and
        settings.
        """
        runs = application.judged_runs.all(query.target)
        return JudgedHistory(len(runs), runs[::-1][: query.size])

    return routes
