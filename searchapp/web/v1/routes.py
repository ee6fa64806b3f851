"""``/v1/models`` and ``/v1/chat/completions``: the answerer, under the same keys, groups and bounds as ``/api/ask``.

Questions wait in the same line (``AnswerQueue``) as those of the page; a client that leaves ends the work.
"""

from __future__ import annotations

import functools
import itertools
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response, json, request

from searchapp.access import LOCAL
from searchapp.answer.context import is_zh
from searchapp.audit import note
from searchapp.errors import NotFoundError, OverloadedError, SearchAppError, TooManyRequestsError
from searchapp.messages import set_reader_language
from searchapp.model import BROKEN_OFF, AnswerEvent, Filters
from searchapp.model.json import to_json
from searchapp.redaction import redactor
from searchapp.web.answers import AnswerQueue, client_gone, event_stream
from searchapp.web.identity import caller
from searchapp.web.operation import SEARCH, STORE, operation
from searchapp.web.problems import InternalError
from searchapp.web.v1.background import reply_to_client
from searchapp.web.v1.bodies import ChatBody
from searchapp.web.v1.completions import (
    AssistantMessage,
    Choice,
    Chunk,
    ChunkChoice,
    Completion,
    Delta,
    Usage,
    annotations_of,
    usage_of,
)
from searchapp.web.v1.dialogue import read_dialogue
from searchapp.web.v1.errors import ErrorBody, error_body, param_of
from searchapp.web.v1.models import Model, Models, find_model, models_for
from searchapp.web.v1.transcript import Transcript

if TYPE_CHECKING:
    from searchapp.wiring import Application

log = logging.getLogger(__name__)

SIZE = 8
"""Passages that an answer draws on, as on the page."""

DONE = "data: [DONE]\n\n"
KEEP_ALIVE = ": still at it\n\n"
"""A comment: clients pass over it, and one that has gone is noticed."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One completion: what all of its chunks say, and where citations lead."""

    model: str
    base: str
    counted: bool
    id: str
    created: int

    def chunk(self, delta: Delta | None, finish_reason: str | None = None) -> Chunk:
        """A chunk with this news; without any where ``delta`` is None."""
        choices = () if delta is None else (ChunkChoice(delta, finish_reason),)
        return Chunk(self.id, self.created, self.model, choices)


def blueprint(application: Application, queue: AnswerQueue) -> Blueprint:
    """The routes; ``queue`` is the line in which all questions wait."""
    routes = Blueprint("v1", __name__, url_prefix="/v1")
    redact = redactor(application.settings)

    @routes.get("/models")
    @operation("List the documents as models", errors=STORE)
    def models() -> Models:
        """`searchapp` answers from all documents that the caller may read, `searchapp/NAME` from a collection."""
        return models_for(caller(), application.collections)

    @routes.get("/models/<path:model>")
    @operation("Show a model", errors=(NotFoundError, *STORE))
    def model(model: str) -> Model:
        return find_model(model, caller(), application.collections)[0]

    @routes.post("/chat/completions")
    @operation(
        "Answer as a model of OpenAI's chat completions",
        content={"text/event-stream": {"type": "string", "description": "With `stream`: chunks, and `[DONE]`."}},
        errors=(*SEARCH, NotFoundError, TooManyRequestsError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    )
    def complete(body: ChatBody) -> Response | Completion:
        """The last message is the question, those before it the conversation. The answer cites passages as `[1]`, and
        names them in `annotations`; `searchapp` holds it with each sentence and how far its passages support it.
        What the protocol has besides and is not named here is ignored.
        """
        model, filters = find_model(body.model, caller(), application.collections)
        public = application.settings.public_url or request.host_url
        counted = bool(body.stream_options and body.stream_options.include_usage)
        asked = _Asked(model.id, public, counted, f"chatcmpl-{uuid.uuid4().hex}", int(time.time()))
        job = reply_to_client(body.messages)
        if job is not None:
            note(query="")
            return event_stream(_job_told(asked, job)) if body.stream else _completion(asked, job)
        transcript = Transcript(body.stop)
        events = _events(body, filters)
        if body.stream:
            return event_stream(_told(asked, transcript, events), events)
        for event in events:
            transcript.take(event)
            if transcript.is_stopped:
                events.close()  # type: ignore[attr-defined]
        if transcript.answer is None and not transcript.is_stopped:
            raise OverloadedError("client_left")  # nobody reads it
        return _completion(asked, transcript.text, transcript)

    def _events(body: ChatBody, filters: Filters) -> Iterator[AnswerEvent]:
        dialogue = read_dialogue(body.messages)
        if "Accept-Language" not in request.headers and is_zh(dialogue.question):
            set_reader_language("zh")  # servers in between, as Open WebUI is one, do not say what their readers read
        note(query=dialogue.question, filters=[f"collection={name}" for name in filters.collections])
        gone = client_gone()
        start = functools.partial(
            application.answerer.ask,
            dialogue.question,
            history=dialogue.history,
            filters=filters,
            size=SIZE,
            given_up=gone,
            most_tokens=body.most_tokens,
        )
        return queue.held(None if caller() is LOCAL else caller().name, start, gone)

    def _told(asked: _Asked, transcript: Transcript, events: Iterator[AnswerEvent]) -> Iterator[str]:
        gone = client_gone()
        first = next(events)  # what fails here is an ordinary error
        return _chunks(asked, transcript, itertools.chain([first], events), gone)

    def _chunks(
        asked: _Asked, transcript: Transcript, events: Iterator[AnswerEvent], gone: Callable[[], bool]
    ) -> Iterator[str]:
        yield _written(asked.chunk(Delta(role="assistant", content="")))
        try:
            for event in events:
                if gone():
                    return
                new = transcript.take(event)
                yield _written(asked.chunk(Delta(content=new))) if new else KEEP_ALIVE
                if transcript.is_stopped:
                    break
            else:
                if transcript.answer is None:
                    return  # the client left
        except SearchAppError as error:
            yield _failed(error, redact)
            return
        except Exception:  # the status line is long gone: the stream itself must say so
            log.exception("An answer broke off")
            yield _failed(InternalError(), redact)
            return
        yield from _ending(asked, transcript, redact)

    return routes


def _ending(asked: _Asked, transcript: Transcript, redact: Callable[[str], str]) -> Iterator[str]:
    answer = transcript.answer
    if annotations := annotations_of(transcript.mentions, asked.base):
        yield _written(asked.chunk(Delta(annotations=annotations)))
    if answer is not None and answer.broken_off:
        yield _failing(error_body(HTTPStatus.SERVICE_UNAVAILABLE, BROKEN_OFF, redact(answer.notice), ""))
        return
    yield _written(replace(asked.chunk(Delta(), _reason(transcript)), searchapp=answer))
    if asked.counted:
        yield _written(replace(asked.chunk(None), usage=usage_of(answer)), counts=True)
    yield DONE


def _job_told(asked: _Asked, job: str) -> Iterator[str]:
    yield _written(asked.chunk(Delta(role="assistant", content=job)))
    yield _written(asked.chunk(Delta(), "stop"))
    if asked.counted:
        yield _written(replace(asked.chunk(None), usage=Usage()), counts=True)
    yield DONE


def _completion(asked: _Asked, text: str, transcript: Transcript | None = None) -> Completion:
    annotations = annotations_of(transcript.mentions, asked.base) if transcript else ()
    choice = Choice(AssistantMessage(text, annotations), _reason(transcript) if transcript else "stop")
    usage = usage_of(transcript.answer) if transcript else Usage()
    answer = transcript.answer if transcript else None
    return Completion(asked.id, asked.created, asked.model, (choice,), usage, answer)


def _reason(transcript: Transcript) -> str:
    """Why the text ends."""
    complete = transcript.is_stopped or transcript.answer is None or transcript.answer.complete
    return "stop" if complete else "length"


def _written(chunk: Chunk, *, counts: bool = False) -> str:
    """A chunk as it goes over the wire, without what it has nothing to say of."""
    told = to_json(chunk)
    for choice in told["choices"]:
        choice["delta"] = {name: value for name, value in choice["delta"].items() if value not in (None, [])}
    if not counts:
        del told["usage"]
    if told["searchapp"] is None:
        del told["searchapp"]
    return f"data: {json.dumps(told)}\n\n"


def _failed(error: SearchAppError, redact: Callable[[str], str]) -> str:
    failure = error.failure(redact)
    return _failing(error_body(error.http_status, error.reason, failure.message, failure.remedy, param_of(error)))


def _failing(body: ErrorBody) -> str:
    """An error in the middle of a stream; no ``[DONE]`` follows it."""
    return f"data: {json.dumps(to_json(body))}\n\n"
