"""The HTTP API: search, ask, and the documents. Errors leave as exceptions; ``problems`` puts them into words."""

from __future__ import annotations

import dataclasses
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request, url_for

from searchapp.errors import UsageError
from searchapp.model import DocumentState, Filters, SearchMode, SearchRequest
from searchapp.search.filters import parse_filters
from searchapp.serialise import Json, entry_json, error_json, results_json
from searchapp.sources.addresses import normalise_address
from searchapp.web import answers
from searchapp.web.identity import caller, readable
from searchapp.web.jobs import Jobs
from searchapp.web.parameters import choice, number, text, texts

if TYPE_CHECKING:
    from searchapp.wiring import Application

MOST_HITS = 100
MOST_PASSAGES = 50
MOST_ENTRIES = 200
DEEPEST_SITE = 20
DEEPEST_OFFSET = 10_000
"""No one reads further, and both stores pay for every passage they skip."""


def blueprint(application: Application, jobs: Jobs) -> Blueprint:
    """All routes below ``/api``."""
    routes = Blueprint("api", __name__, url_prefix="/api")
    _add_search(routes, application)
    _add_documents(routes, application, jobs)
    return routes


def _add_search(routes: Blueprint, application: Application) -> None:
    @routes.get("/search")
    def search() -> Json:
        arguments = request.args
        results = application.searcher.search(
            SearchRequest(
                query=arguments.get("q", ""),
                mode=choice(SearchMode, "mode", arguments.get("mode"), SearchMode.HYBRID),
                size=number("size", arguments.get("size"), 10, 1, MOST_HITS),
                offset=number("from", arguments.get("from"), 0, 0, DEEPEST_OFFSET),
                filters=_bounded(arguments.getlist("filter")),
            )
        )
        return results_json(results)

    @routes.post("/ask")
    def ask() -> Response:
        body = _json_body()
        events = application.answerer.ask(
            text("question", body.get("question")),
            filters=_bounded(texts("filter", body.get("filter"))),
            size=number("size", body.get("size"), 8, 1, MOST_PASSAGES),
            model=text("model", body.get("model")) or None,
        )
        return answers.stream(events)


def _add_documents(routes: Blueprint, application: Application, jobs: Jobs) -> None:
    @routes.get("/documents")
    def documents() -> Json:
        arguments = request.args
        states = arguments.get("state", "").split(",")
        page = application.store.entries(
            states=[choice(DocumentState, "state", name, DocumentState.QUEUED) for name in states if name],
            offset=number("from", arguments.get("from"), 0, 0, DEEPEST_OFFSET),
            size=number("size", arguments.get("size"), 50, 1, MOST_ENTRIES),
            groups=caller().groups,
        )
        halted = jobs.problem
        return {
            "total": page.total,
            "documents": [entry_json(entry) for entry in page.entries],
            "problem": error_json(halted)["error"] if halted else None,
        }

    @routes.post("/documents")
    def add() -> tuple[Response, int]:
        depth = 0
        if request.files:
            sources = _uploaded(application)
        else:
            body = _json_body()
            sources, depth = [_address(body)], number("depth", body.get("depth"), 0, 0, DEEPEST_SITE)
        groups = caller().groups or ()
        entries = [application.ingester.queue(source, groups=groups, depth=depth) for source in sources]
        for source in sources:
            jobs.submit(source)
        response = jsonify({"documents": [entry_json(entry) for entry in entries]})
        response.headers["Location"] = url_for("api.document", document_id=entries[0].id)
        return response, HTTPStatus.ACCEPTED

    @routes.get("/documents/<document_id>")
    def document(document_id: str) -> Json:
        return entry_json(readable(application.store.entry(document_id), document_id))

    @routes.post("/documents/<document_id>/retry")
    def retry(document_id: str) -> tuple[Json, int]:
        entry = readable(application.store.entry(document_id), document_id)
        if entry.state not in (DocumentState.FAILED, DocumentState.QUARANTINED):
            raise UsageError(f"{entry.title or entry.source} did not fail.", "There is nothing to try again.")
        for source in application.ingester.forgive([document_id]):
            jobs.submit(source)
        return entry_json(readable(application.store.entry(document_id), document_id)), HTTPStatus.ACCEPTED

    @routes.delete("/documents/<document_id>")
    def delete(document_id: str) -> tuple[str, int]:
        readable(application.store.entry(document_id), document_id)
        application.delete_document(document_id)
        return "", HTTPStatus.NO_CONTENT


def _bounded(filters: list[str]) -> Filters:
    """The filters that were asked for, within what the caller may see."""
    return dataclasses.replace(parse_filters(filters), groups=caller().groups)


def _uploaded(application: Application) -> list[str]:
    """The sources of the files in this request, stored below the data folder."""
    files = [file for file in request.files.getlist("file") if file.filename]
    if not files:
        raise UsageError("The upload holds no file.", "Send each as a form field named file.")
    return [application.originals.save_upload(file.filename or "", file.stream) for file in files]


def _address(body: dict[str, Any]) -> str:
    """The web address in ``body``; anything else, a path above all, would read this machine's files."""
    address = text("url", body.get("url")).strip()
    if not address:
        raise UsageError(
            "Nothing to add was named.", 'Send files as form fields named file, or {"url": "https://..."}.'
        )
    return normalise_address(address)


def _json_body() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise UsageError("The request's body is not a JSON object.", "Send one with Content-Type: application/json.")
    return body
