"""The HTTP API: search, ask, and the documents. Errors leave as exceptions; ``problems`` puts them into words."""

from __future__ import annotations

import functools
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, url_for

from searchapp import shapes
from searchapp.access import LOCAL
from searchapp.errors import (
    NotFoundError,
    SearchAppError,
    SourceError,
    StorageError,
    TooManyRequestsError,
    UsageError,
)
from searchapp.model import DocumentState, Filters, SearchRequest, Turn
from searchapp.redaction import redactor
from searchapp.search.filters import parse_filters
from searchapp.serialise import entry_json, error_json, models_json, results_json
from searchapp.sources.addresses import normalise_address
from searchapp.sources.sniff import refuse_unreadable
from searchapp.web import answers, cursors
from searchapp.web.identity import caller, readable
from searchapp.web.jobs import Jobs
from searchapp.web.operation import SEARCH, STORE, operation, refuse_if_changed
from searchapp.web.requests import (
    DEEPEST_OFFSET,
    MOST_ENTRIES,
    Address,
    CompletionQuery,
    EntriesQuery,
    HitsQuery,
    Question,
    SearchQuery,
    SimilarQuery,
)
from searchapp.web.turns import Turns

if TYPE_CHECKING:
    from searchapp.wiring import Application


def blueprint(application: Application, jobs: Jobs) -> Blueprint:
    """All routes below ``/api``."""
    routes = Blueprint("api", __name__, url_prefix="/api")
    _add_search(routes, application)
    _add_documents(routes, application, jobs)
    return routes


def _add_search(routes: Blueprint, application: Application) -> None:
    redact = redactor(application.settings)
    settings = application.settings
    turns = Turns(settings.answers_at_once, settings.answers_waiting)

    @routes.get("/search")
    @operation("Find passages", errors=SEARCH)
    def search(query: SearchQuery) -> shapes.Results:
        asked = replace(_asked(query.q, query), spelling=query.spelling, sentences=query.sentences)
        return results_json(application.searcher.search(asked))

    @routes.get("/similar")
    @operation("Find passages like one", errors=(NotFoundError, *SEARCH))
    def similar(query: SimilarQuery) -> shapes.Results:
        """Passages of other documents; `query` of the results is the title of the passage's document."""
        return results_json(application.searcher.similar(query.passage, _asked("", query)))

    @routes.get("/complete")
    @operation("Complete what is typed", errors=(UsageError, *STORE))
    def complete(query: CompletionQuery) -> shapes.Completions:
        """Titles, headings and words of the documents that the caller may see; none for a single letter."""
        return {"completions": list(application.searcher.complete(query.q, _bounded(query.filter), query.size))}

    @routes.post("/ask")
    @operation(
        "Answer a question",
        events=answers.EVENTS,
        errors=(*SEARCH, TooManyRequestsError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    )
    def ask(body: Question) -> Response:
        """The answer arrives as server-sent events: within a conversation `query` first, which tells what is searched
        for in the place of a follow-up; then `sources`, `token` for each piece of text and
        `sentence` for each sentence that was checked, and `done` with the whole answer. What fails under way ends the
        stream with an `error` event, whose data is a problem. Closing the connection ends the work. Where as many
        answers are written and wait as this server takes, Retry-After tells when to ask again.
        """
        gone = answers.client_gone()
        start = functools.partial(
            application.answerer.ask,
            body.question,
            history=[Turn(turn.question, turn.answer) for turn in body.history],
            query=body.query,
            filters=_bounded(body.filter),
            size=body.size,
            model=body.model or None,
            given_up=gone,
        )
        return answers.stream(turns.held(None if caller() is LOCAL else caller().name, start, gone), redact)

    @routes.get("/models")
    @operation("List the language models")
    def models() -> shapes.ChatModels:
        """Those of Ollama that can write, the configured one first; a question may name any of them."""
        configured = application.settings.llm_model
        try:
            return models_json(application.answerer.models(), configured)
        except SearchAppError as error:
            return models_json([], configured, error, redact)


def _add_documents(routes: Blueprint, application: Application, jobs: Jobs) -> None:
    redact = redactor(application.settings)

    @routes.get("/documents")
    @operation("List documents", errors=(UsageError, *STORE), conditional=True)
    def documents(query: EntriesQuery) -> shapes.Entries:
        """The documents that the caller may see. However many they are, following `next` meets each of them that does
        not change meanwhile, once.
        """
        page = application.store.entries(
            states=query.state,
            contains=query.q.strip(),
            offset=query.offset,
            size=query.size,
            groups=caller().groups,
            order=query.sort,
            cursor=cursors.read(query.sort, query.cursor),
        )
        halted = jobs.problem
        return {
            "total": page.total,
            "reachable": min(page.total, DEEPEST_OFFSET + MOST_ENTRIES),
            "next": cursors.written(query.sort, page.next),
            "previous": cursors.written(query.sort, page.previous),
            "documents": [entry_json(entry) for entry in page.entries],
            "problem": error_json(halted, redact)["error"] if halted else None,
        }

    @routes.post("/documents")
    @operation(
        "Add documents",
        status=HTTPStatus.ACCEPTED,
        headers={"Location": "The address of the first document's entry."},
        errors=(UsageError, SourceError, StorageError, *STORE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    )
    def add(body: Address | None) -> tuple[shapes.Queued, HTTPStatus, dict[str, str]]:
        """Send files, or the address of a page or site. They are queued: follow each by its id until its state is
        `indexed` or `failed`. They belong to the groups of who adds them.
        """
        if body is None:
            sources, depth = _uploaded(application), 0
        else:
            # Normalising refuses everything but web addresses; a path above all would read this machine's files.
            sources, depth = [normalise_address(body.url.strip())], body.depth
        groups = caller().groups or ()
        entries = [application.ingester.queue(source, groups=groups, depth=depth) for source in sources]
        for source in sources:
            jobs.submit(source)
        location = url_for("api.document", document_id=entries[0].id)
        return {"documents": [entry_json(entry) for entry in entries]}, HTTPStatus.ACCEPTED, {"Location": location}

    @routes.get("/documents/<document_id>")
    @operation("Show a document", errors=(NotFoundError, *STORE), conditional=True)
    def document(document_id: str) -> shapes.Entry:
        return entry_json(readable(application.store.entry(document_id), document_id))

    @routes.post("/documents/<document_id>/retry")
    @operation(
        "Try a failed document again",
        status=HTTPStatus.ACCEPTED,
        errors=(UsageError, NotFoundError, *STORE),
        matched=True,
    )
    def retry(document_id: str) -> tuple[shapes.Entry, HTTPStatus]:
        entry = readable(application.store.entry(document_id), document_id)
        refuse_if_changed(entry_json(entry))
        if entry.state not in (DocumentState.FAILED, DocumentState.QUARANTINED):
            raise UsageError(f"{entry.title or entry.source} did not fail.", "There is nothing to try again.")
        for source in application.ingester.forgive([document_id]):
            jobs.submit(source)
        return entry_json(readable(application.store.entry(document_id), document_id)), HTTPStatus.ACCEPTED

    @routes.delete("/documents/<document_id>")
    @operation(
        "Delete a document",
        status=HTTPStatus.NO_CONTENT,
        errors=(NotFoundError, StorageError, *STORE),
        matched=True,
    )
    def delete(document_id: str) -> tuple[str, HTTPStatus]:
        """Nothing finds it from now on. For SEARCHAPP_UNDO_MINUTES `restore` brings it back; then its passages and our
        copy of its original are gone. A file that was read where it lies stays there.
        """
        refuse_if_changed(entry_json(readable(application.store.entry(document_id), document_id)))
        application.trash.delete(document_id)
        return "", HTTPStatus.NO_CONTENT

    @routes.post("/documents/<document_id>/restore")
    @operation("Undo a deletion", errors=(NotFoundError, StorageError, *STORE))
    def restore(document_id: str) -> shapes.Entry:
        """Brings a document back as it was, searchable at once; one that waited to be read is queued again. What was
        added again meanwhile stays as it is.
        """
        readable(application.trash.entry(document_id), document_id)
        entry = application.trash.restore(document_id)
        if entry.state is DocumentState.QUEUED:
            jobs.submit(entry.source)
        return entry_json(entry)


def _asked(text: str, query: HitsQuery) -> SearchRequest:
    return SearchRequest(
        text,
        query.mode,
        query.size,
        query.offset,
        _bounded(query.filter),
        sort=query.sort,
        grouped=query.group,
        folded=query.fold,
        facets=query.facets,
    )


def _bounded(filters: list[str]) -> Filters:
    """The filters that were asked for, within what the caller may see."""
    return replace(parse_filters(filters), groups=caller().groups)


def _uploaded(application: Application) -> list[str]:
    """The sources of the files in this request, stored below the data folder."""
    files = [file for file in request.files.getlist("file") if file.filename]
    if not files:
        raise UsageError("The upload holds no file.", "Send each as a form field named file.")
    for file in files:  # all of them first: nothing is kept of a request that is refused
        refuse_unreadable(file.filename or "", file.stream)
    return [application.originals.save_upload(file.filename or "", file.stream) for file in files]
