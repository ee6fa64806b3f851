"""Thumbs: what a reader says of a hit's document, kept for ``searchapp eval``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint

from searchapp.access import may_read
from searchapp.audit import note
from searchapp.errors import NotFoundError, StorageError, UsageError
from searchapp.search.query import clean
from searchapp.web.identity import caller, readable
from searchapp.web.operation import STORE, operation
from searchapp.web.requests import JudgementsQuery, Thumb

if TYPE_CHECKING:
    from searchapp.wiring import Application


@dataclass(frozen=True, slots=True)
class Judgements:
    """What was said of documents for one query."""

    query: str
    grades: Mapping[str, int]
    """By document id: 1, what was looked for; 0, it is not."""


def blueprint(application: Application) -> Blueprint:
    """``/api/judgements``."""
    routes = Blueprint("judgements", __name__, url_prefix="/api")

    @routes.get("/judgements")
    @operation("List judgements of a query", errors=(UsageError, StorageError, *STORE))
    def judgements(query: JudgementsQuery) -> Judgements:
        """Those of documents that the caller may see."""
        found = application.judgements.of(clean(query.q), caller().groups)
        entries = application.store.known_entries([one.document_id for one in found]) if found else {}
        seen = [
            one
            for one in found
            if one.document_id in entries and may_read(caller().groups, entries[one.document_id].groups)
        ]
        return Judgements(clean(query.q), {one.document_id: one.grade for one in seen})

    @routes.post("/judgements")
    @operation(
        "Judge a document",
        status=HTTPStatus.NO_CONTENT,
        errors=(UsageError, NotFoundError, StorageError, *STORE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    )
    def judge(body: Thumb) -> tuple[str, HTTPStatus]:
        """Say whether a document is what the query looked for. The last word counts; `null` takes it back."""
        query = clean(body.query)
        if not query:
            raise UsageError("judged_query_empty")
        entry = readable(application.store.entry(body.document_id), body.document_id)
        note(f"{entry.id} {entry.title or entry.source}", groups=entry.groups, grade=body.grade)
        if application.audit.of_queries:
            note(query=query)
        if body.grade is None:
            application.judgements.take_back(query, entry.id, caller().groups)
        else:
            application.judgements.put(query, entry.id, body.grade, entry.source, entry.title, caller().groups)
        return "", HTTPStatus.NO_CONTENT

    return routes
