"""Every request that changes something leaves a record, and so does every login; operators list them.

What a route does is named in ``ACTIONS``. One that it does not name and that changes something is recorded as
``other``. The record is begun before the route's own code, and where that cannot be, the request is refused. Who is
not known leaves no record but for a wrong password or key, so many a minute: anybody could fill the log otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from flask import Blueprint, Flask, Response, g, request
from limits import RateLimitItemPerMinute, storage, strategies
from pydantic import BeforeValidator, FailFast, Field

from searchapp import limits
from searchapp.access import LOCAL
from searchapp.audit import MOST_SHOWN, Actor, Outcome, Page, Wanted, What, bind, of_status, read_moment
from searchapp.errors import StorageError, UsageError
from searchapp.redaction import redactor
from searchapp.web.identity import SAFE_METHODS
from searchapp.web.operation import operation
from searchapp.web.problems import problem, respond
from searchapp.web.requests import MOST_STATES, Query, split

if TYPE_CHECKING:
    from searchapp.wiring import Application

ACTIONS: Mapping[str, What] = {
    "login.submit": What.LOGIN,
    "login.returned": What.LOGIN,
    "login.logout": What.LOGOUT,
    "api.add": What.UPLOAD,
    "api.delete": What.DELETE,
    "api.retry": What.RETRY,
    "api.restore": What.RESTORE,
    "changes.batch": What.DELETE,  # or what it turns out to ask for
    "changes.unlock": What.RETRY,
    "schedules.add": What.SCHEDULE_ADDED,
    "schedules.change": What.SCHEDULE_CHANGED,
    "schedules.run": What.SCHEDULE_RUN,
    "schedules.remove": What.SCHEDULE_REMOVED,
    "conversations.rename": What.CONVERSATION_RENAMED,
    "conversations.delete": What.CONVERSATION_DELETED,
    "conversations.restore": What.CONVERSATION_RESTORED,
    "conversations.share": What.CONVERSATION_SHARED,
    "conversations.unshare": What.CONVERSATION_UNSHARED,
    "collections.make": What.COLLECTION_CREATED,
    "collections.change": What.COLLECTION_CHANGED,
    "collections.delete": What.COLLECTION_DELETED,
    "collections.restore": What.COLLECTION_RESTORED,
    "collections.fill": What.COLLECTION_FILLED,
    "collections.tag": What.TAGGED,
    "judgements.judge": What.JUDGED,
    "samples.add": What.UPLOAD,
    "preferences.change": What.PERSONAL,
    "searches.clear": What.PERSONAL,
    "searches.save": What.PERSONAL,
    "searches.rename": What.PERSONAL,
    "searches.delete": What.PERSONAL,
    "searches.restore": What.PERSONAL,
    "access.add_user": What.USER_CREATED,
    "access.change_user": What.USER_CHANGED,
    "access.remove_user": What.USER_DELETED,
    "access.make_key": What.KEY_CREATED,
    "access.revoke_key": What.KEY_REVOKED,
    "judgements.judge_answer": What.JUDGED,
    "operations.queue": What.QUEUE_PAUSED,
    "operations.start": What.ES_REINDEX,
    "operations.stop": What.TASK_STOPPED,
    "missed.clear": What.MISSED_CLEARED,
}
QUERIES: Mapping[str, What] = {
    "api.search": What.SEARCH,
    "api.similar": What.SEARCH,
    "api.ask": What.ASK,
    "v1.complete": What.ASK,
    "reading.find": What.SEARCH,
    "reading.check": What.SEARCH,
}
"""Recorded where SEARCHAPP_AUDIT_QUERIES says so."""

UNRECORDED = frozenset({"searches.remember", "missed.count", "mcp.serve"})
"""The caller's own list of what they searched for: queries are recorded where they are asked, or not at all. What they
did not find, which is kept without their names. And the calls of tools, which record themselves what they do."""

LOGINS = frozenset({"login.submit", "login.returned"})
STRANGERS_PER_MINUTE = 20
"""Records of wrong passwords and keys from one address; as many as are looked at (``identity``, ``login``)."""


class AuditQuery(Query):
    """Which records of the audit log to list."""

    who: str = Field("", max_length=limits.NAME_CHARACTERS)
    """Only of who has this in their name."""
    what: Annotated[list[What], FailFast(), BeforeValidator(split)] = Field(default=[], max_length=MOST_STATES)
    """Only these actions, separated by commas."""
    on: str = Field("", max_length=limits.NAME_CHARACTERS)
    """Only what was done to something with this in its id, title or name."""
    since: str = Field("", max_length=40)
    """From this day or time on, in ISO 8601; UTC unless it has an offset."""
    until: str = Field("", max_length=40)
    """Before this day or time."""
    outcome: Outcome | None = None
    """Only what ended so."""
    size: int = Field(50, ge=1, le=MOST_SHOWN)
    """Records on this page."""
    cursor: int | None = Field(None, ge=1, le=2**53)
    """`next` of a page, for the one behind it."""
    before: int | None = Field(None, ge=1, le=2**53)
    """What `cursor` was called first; it goes with 0.4."""


def register(app: Flask, application: Application) -> None:
    """Record what requests to ``app`` do. It comes behind ``identity``, which says who asks."""
    audit, redact = application.audit, redactor(application.settings)
    strangers = strategies.MovingWindowRateLimiter(storage.MemoryStorage())
    share = RateLimitItemPerMinute(STRANGERS_PER_MINUTE)

    @app.before_request
    def begin() -> None:
        what = _what()
        if what is None or request.endpoint in LOGINS or g.get("caller") is None:
            return
        g.audited = audit.begin(what, actor(), _named())
        bind(g.audited)

    @app.after_request
    def end(response: Response) -> Response:
        action, code = g.pop("audited", None), g.get("problem", "")
        bind(None)
        try:
            if action is None:
                _record_late(response.status_code, code)
            elif not (action.handed_on and response.status_code < 400):
                action.end(of_status(response.status_code), code)
        except StorageError as error:
            return respond(problem(error, redact))  # no cookie of a login leaves with it
        return response

    @app.teardown_request
    def leave(error: BaseException | None) -> None:
        bind(None)

    def _what() -> What | None:
        endpoint = request.endpoint or ""
        if endpoint in QUERIES:
            return QUERIES[endpoint] if audit.of_queries else None
        changes = endpoint not in {"", *UNRECORDED} and request.method not in SAFE_METHODS
        return ACTIONS.get(endpoint, What.OTHER if changes else None)

    def _record_late(status: int, code: str) -> None:
        """Logins, wrong keys, and what was refused to somebody we know before ``begin``."""
        place, what = request.remote_addr or "", _what()
        if (name := g.get("logged_in")) is not None:
            audit.write(What.LOGIN, Actor(name, place), Outcome.DONE)
        elif (request.endpoint in LOGINS and status in (401, 403) and _is_tried()) or code == "key_invalid":
            if strangers.hit(share, place):
                audit.write(What.LOGIN_FAILED, Actor(_typed(), place), Outcome.REFUSED, error=code or "password_wrong")
        elif what is not None and status == 403 and g.get("caller") is not None:
            audit.write(what, actor(), Outcome.REFUSED, _named(), code)

    def _is_tried() -> bool:
        """Whether somebody tried to log in: a page that was opened before a restart is no attempt."""
        return request.endpoint == "login.returned" or g.get("problem", "") == ""

    def _typed() -> str:
        """The name that a login was tried with, where there is such a user: people type passwords into that field."""
        if request.endpoint != "login.submit":
            return ""
        name = request.form.get("name", "").strip()
        return name if any(user.name == name for user in application.access.users.all()) else ""


def actor() -> Actor:
    """The caller of this request, for a record."""
    caller = g.caller
    name = "open" if caller is LOCAL else f"{caller.name} ({caller.key})" if caller.key else caller.name
    return Actor(name, request.remote_addr or "")


def _named() -> str:
    named = request.view_args or {}
    return str(named.get("document_id", named.get("task_id", named.get("collection", ""))))[:128]


def blueprint(application: Application) -> Blueprint:
    """``/api/audit``, which takes the scope ``operate``: a record tells of documents whatever their groups."""
    routes = Blueprint("audit", __name__, url_prefix="/api")

    @routes.get("/audit")
    @operation("List who did what", errors=(UsageError, StorageError))
    def records(query: AuditQuery) -> Page:
        """The audit log, the newest record first, of documents of all groups; nothing over HTTP changes or deletes
        one. Queries and questions are in it only where SEARCHAPP_AUDIT_QUERIES says so.
        """
        wanted = Wanted(
            who=query.who,
            what=tuple(query.what),
            on=query.on,
            since=read_moment(query.since),
            until=read_moment(query.until),
            outcome=query.outcome,
            before=query.cursor or query.before,
        )
        return application.audit.page(wanted, query.size)

    return routes
