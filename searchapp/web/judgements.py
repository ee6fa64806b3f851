"""Thumbs: what a reader says of a hit's document, kept for ``searchapp eval``, and of an answer, for operators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from flask import Blueprint
from pydantic import FailFast, Field

from searchapp import limits
from searchapp.access import may_read
from searchapp.audit import note
from searchapp.errors import NotFoundError, StorageError, UsageError
from searchapp.search.query import clean
from searchapp.web.identity import caller, readable
from searchapp.web.operation import STORE, operation
from searchapp.web.requests import Body, Name, Query

if TYPE_CHECKING:
    from searchapp.wiring import Application


class JudgementsQuery(Query):
    """Whose judgements to list."""

    q: str = Field(min_length=1, max_length=limits.QUERY_CHARACTERS)
    """The query."""


class Thumb(Body):
    """What a reader says of a document."""

    query: str = Field(min_length=1, max_length=limits.QUERY_CHARACTERS)
    """The query that it was found for, as it was typed."""
    document_id: Name = Field(min_length=1)
    grade: int | None = Field(ge=0, le=1)
    """1: what was looked for; 0: it is not; null: nothing is said any more."""


class AnswerThumb(Body):
    """What a reader says of an answer."""

    question: str = Field(min_length=1, max_length=limits.QUERY_CHARACTERS)
    """As it was typed."""
    answer: str = Field(min_length=1, max_length=limits.ANSWER_CHARACTERS)
    """The text of the answer."""
    model: Name = ""
    """Who wrote it; empty where it was quoted."""
    sources: Annotated[list[Name], FailFast()] = Field(default=[], max_length=limits.ANSWERED_FROM)
    """The ids of the documents that it cites; those that the caller cannot see are left out."""
    grade: int | None = Field(ge=0, le=1)
    """1: a good answer; 0: a bad one; null: nothing is said any more."""


@dataclass(frozen=True, slots=True)
class Judgements:
    """What was said of documents and answers for one query."""

    query: str
    grades: Mapping[str, int]
    """By document id: 1, what was looked for; 0, it is not."""
    answers: Mapping[str, int]
    """By the text of an answer, of the caller's groups alone: 1, a good one; 0, a bad one."""


def blueprint(application: Application) -> Blueprint:
    """``/api/judgements``."""
    routes = Blueprint("judgements", __name__, url_prefix="/api")

    @routes.get("/judgements")
    @operation("List judgements of a query", errors=(UsageError, StorageError, *STORE))
    def judgements(query: JudgementsQuery) -> Judgements:
        """Those of documents that the caller may see, and those of answers."""
        found = application.judgements.of(clean(query.q), caller().groups)
        entries = application.store.known_entries([one.document_id for one in found]) if found else {}
        seen = [
            one
            for one in found
            if one.document_id in entries and may_read(caller().groups, entries[one.document_id].groups)
        ]
        answers = application.judged_answers.of(clean(query.q), caller().groups)
        return Judgements(clean(query.q), {one.document_id: one.grade for one in seen}, answers)

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

    @routes.post("/judgements/answers")
    @operation(
        "Judge an answer",
        status=HTTPStatus.NO_CONTENT,
        errors=(UsageError, StorageError, *STORE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    )
    def judge_answer(body: AnswerThumb) -> tuple[str, HTTPStatus]:
        """Say whether an answer is good; operators read it with `searchapp judgements answers`. The last word counts;
        `null` takes it back.
        """
        question, space = clean(body.question), caller().groups
        if not question:
            raise UsageError("judged_query_empty")
        entries = application.store.known_entries(body.sources)
        seen = [entry for id_ in body.sources if (entry := entries.get(id_)) and may_read(space, entry.groups)]
        groups = sorted({group for entry in seen for group in entry.groups})
        note(", ".join(entry.id for entry in seen), groups=tuple(groups), grade=body.grade)
        if application.audit.of_queries:
            note(query=question)
        if body.grade is None:
            application.judged_answers.take_back(question, body.answer, space)
        else:
            ids = tuple(dict.fromkeys(entry.id for entry in seen))
            application.judged_answers.put(question, body.answer, body.model, ids, body.grade, space)
        return "", HTTPStatus.NO_CONTENT

    return routes
