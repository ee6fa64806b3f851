"""What readers did not find: the search page says so of a search that was sent off, operators read and clear it.

The page tells, and not the search itself, since a search is also done while somebody types. So programs, agents and
the command line count only where they say it themselves.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint
from pydantic import Field

from searchapp import limits
from searchapp.access import owner_of
from searchapp.errors import StorageError, UsageError
from searchapp.missed import MOST, Found, MissedPage
from searchapp.web.identity import caller
from searchapp.web.operation import operation
from searchapp.web.requests import MOST_ENTRIES, Body, Query

if TYPE_CHECKING:
    from searchapp.wiring import Application


class Miss(Body):
    """A search that was sent off and found too little."""

    query: str = Field(min_length=1, max_length=limits.QUERY_CHARACTERS)
    """As it was typed."""
    found: Found
    """`nothing`, or `weak`: hits, but only such as are marked `weak`."""


class MissedQueriesQuery(Query):
    """Which of the queries to list."""

    size: int = Field(50, ge=1, le=MOST_ENTRIES)
    """Queries on this page."""
    offset: int = Field(0, ge=0, le=MOST, alias="from")
    """Queries to pass over."""


def blueprint(application: Application) -> Blueprint:
    """``POST /api/searches/missed`` for readers, ``/api/operations/missed`` for operators."""
    routes = Blueprint("missed", __name__, url_prefix="/api")
    missed, personal = application.missed, application.personal

    @routes.post("/searches/missed", endpoint="count")
    @operation(
        "Say that a search found nothing",
        status=HTTPStatus.NO_CONTENT,
        errors=(UsageError, StorageError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    )
    def count(body: Miss) -> tuple[str, HTTPStatus]:
        """Counted where SEARCHAPP_MISSED_QUERIES says so: the words and the day, neither who asked nor the filters.
        Nothing is kept of what looks like a secret, nor where the caller's preferences say that searches are not
        remembered; the answer is the same.
        """
        if missed.kept and personal.settings.of(owner_of(caller())).recent:
            missed.count(body.query, body.found)
        return "", HTTPStatus.NO_CONTENT

    @routes.get("/operations/missed", endpoint="listed")
    @operation("List what readers did not find", errors=(UsageError, StorageError))
    def listed(query: MissedQueriesQuery) -> MissedPage:
        """Those that were missed most often first, without names. What was asked on one day alone is only counted."""
        return missed.page(query.offset, query.size)

    @routes.delete("/operations/missed", endpoint="clear")
    @operation("Forget what readers did not find", status=HTTPStatus.NO_CONTENT, errors=(StorageError,))
    def clear() -> tuple[str, HTTPStatus]:
        """All of it, for good."""
        missed.clear()
        return "", HTTPStatus.NO_CONTENT

    return routes
