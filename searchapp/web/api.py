"""The HTTP API: search, ask, and the documents. Errors leave as exceptions; ``problems`` puts them into words."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, request, url_for

from searchapp.access import LOCAL, for_readers, may_read
from searchapp.audit import What, note
from searchapp.errors import (
    Failure,
    NotFoundError,
    SearchAppError,
    SourceError,
    StorageError,
    TooManyRequestsError,
    UsageError,
)
from searchapp.llm import choices
from searchapp.model import ChatModels, DocumentEntry, SearchRequest, SearchResults, Space
from searchapp.redaction import redactor
from searchapp.sources.sniff import refuse_unreadable
from searchapp.sources.source import normalise_address
from searchapp.stores import EntryPage, read_cursor, write_cursor
from searchapp.web import answers, conversations
from searchapp.web.answers import AnswerQueue
from searchapp.web.changes import Changes
from searchapp.web.identity import bounded, caller, readable
from searchapp.web.jobs import Jobs
from searchapp.web.operation import SEARCH, STORE, operation
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

if TYPE_CHECKING:
    from searchapp.wiring import Application


@dataclass(frozen=True, slots=True)
class Completions:
    """How a beginning goes on in the documents."""

    completions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """A page of documents."""

    total: int
    """The documents on all pages."""
    reachable: int
    """How many of them `from` and `size` can reach; `next` leads to the others."""
    next: str | None
    """What `cursor` takes for the documents behind these; null where there are none."""
    previous: str | None
    """The same for those before them."""
    documents: tuple[DocumentEntry, ...]
    problem: Failure | None
    """What keeps the queue as a whole from moving, if anything."""


@dataclass(frozen=True, slots=True)
class Queued:
    """What was taken in, before it is read."""

    documents: tuple[DocumentEntry, ...]


def blueprint(application: Application, jobs: Jobs, queue: AnswerQueue) -> Blueprint:
    """All routes below ``/api``; questions wait in ``queue``."""
    routes = Blueprint("api", __name__, url_prefix="/api")
    _add_search(routes, application, queue)
    _add_documents(routes, application, jobs)
    return routes


def _add_search(routes: Blueprint, application: Application, queue: AnswerQueue) -> None:
    redact = redactor(application.settings)

    @routes.get("/search")
    @operation("Find passages", errors=SEARCH)
    def search(query: SearchQuery) -> SearchResults:
        note(query=query.q, filters=query.filter)
        asked = replace(_asked(query.q, query), spelling=query.spelling, sentences=query.sentences)
        return application.searcher.search(asked)

    @routes.get("/similar")
    @operation("Find passages like one", errors=(NotFoundError, *SEARCH))
    def similar(query: SimilarQuery) -> SearchResults:
        """Chunks of other documents; `query` of the results is the title of the document that they are like."""
        note(passage=query.passage, filters=query.filter)
        return application.searcher.similar(query.passage, _asked("", query))

    @routes.get("/complete")
    @operation("Complete what is typed", errors=(UsageError, *STORE))
    def complete(query: CompletionQuery) -> Completions:
        """Titles, headings and words of the documents that the caller may see; none for a single letter."""
        return Completions(tuple(application.searcher.complete(query.q, bounded(query.filter), query.size)))

    @routes.post("/ask")
    @operation(
        "Answer a question",
        events=answers.EVENTS,
        errors=(*SEARCH, NotFoundError, TooManyRequestsError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    )
    def ask(body: Question) -> Response:
        """The answer arrives as server-sent events: `conversation` first where it is kept; within a conversation
        `query`, what is searched for in the place of a follow-up; `sources`, `reading` while whole documents are read,
        `thinking` where a model does, `token` for each piece of text, `sentence` for each checked one, and `done` with
        the whole answer, or an `error`, a problem. Closing the connection ends the work. Retry-After tells when to ask
        again where too many ask.
        """
        note(query=body.question, filters=body.filter, model=body.model)
        gone = answers.client_gone()
        start = functools.partial(
            application.answerer.ask,
            body.question,
            history=conversations.history_of(application, body),
            query=body.query,
            filters=bounded(body.filter),
            size=body.size,
            model=body.model or None,
            think=body.think,
            quotes=body.quotes,
            given_up=gone,
        )
        events = queue.held(None if caller() is LOCAL else caller().name, start, gone)
        return answers.stream(conversations.keeping(application, body, events), redact)

    @routes.get("/models")
    @operation("List the language models")
    def models() -> ChatModels:
        """Those of Ollama that can write, first the one that answers where a question names none: the configured one,
        or what stands in for it. A question may name any of them.
        """
        configured, think = application.settings.language_model.name, application.settings.llm_think
        try:
            found, answers = application.answerer.models()
        except SearchAppError as error:
            return ChatModels(configured, (), think, error.failure(redact))
        return choices(found, configured, answers, think=think)


def _add_documents(routes: Blueprint, application: Application, jobs: Jobs) -> None:
    redact, changes = redactor(application.settings), Changes(application, jobs)

    def _named(ids: list[str]) -> EntryPage:
        known = application.store.known_entries(ids).values()
        found = tuple(one for one in known if may_read(caller().groups, one.groups))
        return EntryPage(found, len(found))

    def _listed(query: EntriesQuery) -> EntryPage:
        return application.store.entries(
            states=query.state,
            contains=query.q.strip(),
            below=query.below,
            collection=query.collection,
            tag=query.tag,
            offset=query.offset,
            size=query.size,
            groups=caller().groups,
            order=query.sort,
            cursor=read_cursor(query.sort, query.cursor),
        )

    @routes.get("/documents")
    @operation("List documents", errors=(UsageError, *STORE), conditional=True)
    def documents(query: EntriesQuery) -> Entries:
        """The documents that the caller may see. However many they are, following `next` meets each of them that does
        not change meanwhile, once.
        """
        page = _named(query.ids) if query.ids else _listed(query)
        halted = jobs.problem
        return Entries(
            total=page.total,
            reachable=min(page.total, DEEPEST_OFFSET + MOST_ENTRIES),
            next=write_cursor(query.sort, page.next),
            previous=write_cursor(query.sort, page.previous),
            documents=tuple(for_readers(entry) for entry in page.entries),
            problem=halted.failure(redact) if halted else None,
        )

    @routes.post("/documents")
    @operation(
        "Add documents",
        status=HTTPStatus.ACCEPTED,
        headers={"Location": "The address of the first document's entry."},
        errors=(UsageError, SourceError, StorageError, *STORE, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    )
    def add(body: Address | None) -> tuple[Queued, HTTPStatus, dict[str, str]]:
        """Send files, or the address of a page or site. They are queued: follow each by its id until its state is
        `indexed` or `failed`. They belong to the groups of who adds them, each set of which has documents of its own.
        """
        space = caller().groups
        if body is not None:
            note(body.url, what=What.SITE_ADDED if body.depth else What.ADDRESS_ADDED, depth=body.depth)
        if body is None:
            sources, depth = _uploaded(application, space), 0
        else:
            # Normalising refuses everything but web addresses; a path above all would read this machine's files.
            sources, depth = [normalise_address(body.url.strip())], body.depth
        entries = tuple(for_readers(application.ingester.queue(source, space=space, depth=depth)) for source in sources)
        named = ", ".join(entry.title or entry.source for entry in entries)
        note(named, groups=space or (), documents=[entry.id for entry in entries])
        for entry in entries:
            jobs.submit(entry.id)
        location = url_for("api.document", document_id=entries[0].id)
        return Queued(entries), HTTPStatus.ACCEPTED, {"Location": location}

    @routes.get("/documents/<document_id>")
    @operation("Show a document", errors=(NotFoundError, *STORE), conditional=True)
    def document(document_id: str) -> DocumentEntry:
        return readable(application.store.entry(document_id), document_id)

    @routes.post("/documents/<document_id>/retry")
    @operation(
        "Try a failed document again",
        status=HTTPStatus.ACCEPTED,
        errors=(UsageError, NotFoundError, StorageError, *STORE),
        matched=True,
    )
    def retry(document_id: str) -> tuple[DocumentEntry, HTTPStatus]:
        return changes.retry(document_id), HTTPStatus.ACCEPTED

    @routes.delete("/documents/<document_id>")
    @operation(
        "Delete a document",
        status=HTTPStatus.NO_CONTENT,
        errors=(NotFoundError, StorageError, *STORE),
        matched=True,
    )
    def delete(document_id: str) -> tuple[str, HTTPStatus]:
        """Nothing finds it from now on. For SEARCHAPP_UNDO_MINUTES `restore` brings it back; then its chunks and our
        copy of its original are gone. A file that was read where it lies stays there.
        """
        changes.delete(document_id)
        return "", HTTPStatus.NO_CONTENT

    @routes.post("/documents/<document_id>/restore")
    @operation("Undo a deletion", errors=(NotFoundError, StorageError, *STORE))
    def restore(document_id: str) -> DocumentEntry:
        """Brings a document back as it was, searchable at once; one that waited to be read is queued again. What was
        added again meanwhile stays as it is.
        """
        return changes.restore(document_id)


def _asked(text: str, query: HitsQuery) -> SearchRequest:
    return SearchRequest(
        text,
        query.mode,
        query.size,
        query.offset,
        bounded(query.filter),
        sort=query.sort,
        grouped=query.group,
        folded=query.fold,
        facets=query.facets,
    )


def _uploaded(application: Application, space: Space) -> list[str]:
    """The sources of the files in this request, stored below the data folder."""
    files = [file for file in request.files.getlist("file") if file.filename]
    if not files:
        raise UsageError("upload_empty")
    for file in files:  # all of them first: nothing is kept of a request that is refused
        refuse_unreadable(file.filename or "", file.stream)
    return [application.originals.save_upload(file.filename or "", file.stream, space) for file in files]
