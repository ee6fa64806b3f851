"""An answer as it is written: server-sent events over one response."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from flask import Response, json, request

from searchapp import shapes
from searchapp.errors import SearchAppError
from searchapp.model import AnswerEvent, Done, QueryRead, SentenceChecked, SourcesFound, Token
from searchapp.serialise import answer_json, hit_json, sentence_json
from searchapp.web.problems import InternalError, problem

EVENTS = {
    "query": shapes.ReadQuery,
    "sources": shapes.Sources,
    "token": shapes.Token,
    "sentence": shapes.Sentence,
    "done": shapes.Answer,
    "error": shapes.Problem,
}
"""The events of an answer, and the type of each one's data."""

log = logging.getLogger(__name__)


def stream(events: Iterator[AnswerEvent], redact: Callable[[str], str]) -> Response:
    """Send ``events`` one by one; ends early, and ends the work behind them, when the client goes.

    The first event is awaited here, so that what fails before it (an empty question, a store that is down) is still an
    ordinary error response: raises what ``events`` raises. A later failure becomes an ``error`` event, its words passed
    through ``redact``.
    """
    first = next(events)
    gone = client_gone()

    def body() -> Iterator[str]:
        yield encode(*event_json(first))
        try:
            for event in events:
                if gone():
                    return
                yield encode(*event_json(event))
        except SearchAppError as error:
            yield encode("error", problem(error, redact))
        except Exception:  # the status line is long gone: the stream itself must say so
            log.exception("An answer broke off")
            yield encode("error", problem(InternalError(), redact))

    response = Response(body(), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"  # nginx would hold the words back
    # A generator that was never started runs no `finally`; the server calls this in every case.
    response.call_on_close(getattr(events, "close", lambda: None))
    return response


EventData: TypeAlias = shapes.ReadQuery | shapes.Sources | shapes.Token | shapes.Sentence | shapes.Answer


def client_gone() -> Callable[[], bool]:
    """What tells whether this request's client has hung up; callable from any thread."""
    gone: Callable[[], bool] = request.environ.get("waitress.client_disconnected", lambda: False)
    return gone


def event_json(event: AnswerEvent) -> tuple[str, EventData]:
    """The name and the data of one event."""
    match event:
        case QueryRead():
            return "query", {"question": event.question, "query": event.query, "rewriting": event.rewriting}
        case SourcesFound():
            return "sources", {"hits": [hit_json(hit) for hit in event.hits], "passages_used": event.passages_used}
        case Token():
            return "token", {"text": event.text}
        case SentenceChecked():
            return "sentence", sentence_json(event.sentence)
        case Done():
            return "done", answer_json(event.answer)


def encode(name: str, data: Mapping[str, object]) -> str:
    """One event as it goes over the wire; JSON escapes line breaks, so the data is one line."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
