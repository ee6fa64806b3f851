"""Who asks, and whether they may: every request passes here before its handler.

A program brings an API key (``Authorization: Bearer sak_...``), a browser a session cookie; where authentication is
off, everybody is the person at this machine. ``REQUIRED`` names the scope that each route takes. A route it does not
name takes ``operate``, so that a forgotten one is closed, not open.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, Response, g, redirect, request, url_for

from searchapp import access
from searchapp.access import LOCAL, Identity, Scope, Session
from searchapp.errors import ForbiddenError, TooManyRequestsError, UnauthenticatedError
from searchapp.limits import LOCAL_ADDRESS_CHARACTERS
from searchapp.model import DocumentEntry, Filters
from searchapp.search.filters import parse_filters
from searchapp.settings import Authentication
from searchapp.web import rate_limit, rights
from searchapp.web.fairness import Shares
from searchapp.web.guesses import Guesses, Key
from searchapp.web.problems import wants_a_page
from searchapp.web.proxies import place
from searchapp.web.rate_limit import RateLimit

if TYPE_CHECKING:
    from searchapp.wiring import Application

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER, CSRF_FIELD = "X-CSRF-Token", "csrf_token"

PUBLIC = None
REQUIRED: Mapping[str, Scope | None] = {
    "static": PUBLIC,
    "health.healthz": PUBLIC,
    "health.readyz": PUBLIC,
    "login.form": PUBLIC,
    "login.submit": PUBLIC,
    "login.provider": PUBLIC,
    "login.returned": PUBLIC,
    "login.logout": PUBLIC,
    "openapi.description": PUBLIC,
    "llms.text": PUBLIC,
    "pages.search": Scope.READ,
    "pages.documents": Scope.READ,
    "pages.settings": Scope.READ,
    "preferences.shown": Scope.READ,
    "preferences.change": Scope.READ,
    "searches.listed": Scope.READ,
    "searches.remember": Scope.READ,
    "searches.clear": Scope.READ,
    "searches.save": Scope.READ,
    "searches.rename": Scope.READ,
    "searches.delete": Scope.READ,
    "searches.restore": Scope.READ,
    "missed.count": Scope.READ,
    "suggested.questions": Scope.READ,
    "pages.conversations": Scope.READ,
    "pages.shared": Scope.READ,
    "api.search": Scope.READ,
    "api.similar": Scope.READ,
    "api.complete": Scope.READ,
    "conversations.conversations": Scope.READ,
    "conversations.conversation": Scope.READ,
    "conversations.rename": Scope.READ,
    "conversations.delete": Scope.READ,
    "conversations.restore": Scope.READ,
    "conversations.share": Scope.READ,
    "conversations.unshare": Scope.READ,
    "conversations.export": Scope.READ,
    "conversations.check": Scope.READ,
    "conversations.shared": Scope.READ,
    "conversations.check_shared": Scope.READ,
    "judgements.judgements": Scope.READ,
    "judgements.judge": Scope.READ,
    "judgements.judge_answer": Scope.READ,
    "api.ask": Scope.READ,
    "mcp.serve": Scope.READ,  # each tool says what it takes beyond that
    "api.models": Scope.READ,
    "v1.models": Scope.READ,
    "v1.model": Scope.READ,
    "v1.complete": Scope.READ,
    "api.documents": Scope.READ,
    "api.document": Scope.READ,
    "collections.all_": Scope.READ,
    "collections.one": Scope.READ,
    "collections.every_tag": Scope.READ,
    "collections.make": Scope.WRITE,
    "collections.change": Scope.WRITE,
    "collections.delete": Scope.WRITE,
    "collections.restore": Scope.WRITE,
    "collections.fill": Scope.WRITE,
    "collections.tag": Scope.WRITE,
    "originals.file": Scope.READ,
    "viewer.passages": Scope.READ,
    "viewer.html": Scope.READ,
    "viewer.layers": Scope.READ,
    "viewer.outline": Scope.READ,
    "viewer.page": Scope.READ,
    "viewer.picture": Scope.READ,
    "viewer.sheets": Scope.READ,
    "folders.folders": Scope.READ,
    "reading.lines": Scope.READ,
    "reading.find": Scope.READ,
    "reading.check": Scope.READ,
    "api.add": Scope.WRITE,
    "changes.batch": Scope.WRITE,
    "changes.unlock": Scope.WRITE,
    "api.delete": Scope.WRITE,
    "api.retry": Scope.WRITE,
    "api.restore": Scope.WRITE,
    "samples.add": Scope.WRITE,
    "schedules.all": Scope.OPERATE,
    "schedules.add": Scope.OPERATE,
    "schedules.change": Scope.OPERATE,
    "schedules.runs": Scope.OPERATE,
    "schedules.run": Scope.OPERATE,
    "schedules.remove": Scope.OPERATE,
    "metrics.metrics": Scope.OPERATE,
    "pages.operations": Scope.OPERATE,
    "pages.audit": Scope.OPERATE,
    "pages.access": Scope.OPERATE,
    "access.listed": Scope.OPERATE,
    "access.add_user": Scope.OPERATE,
    "access.change_user": Scope.OPERATE,
    "access.remove_user": Scope.OPERATE,
    "access.make_key": Scope.OPERATE,
    "access.revoke_key": Scope.OPERATE,
    "audit.records": Scope.OPERATE,
    "operations.overview": Scope.OPERATE,
    "operations.board": Scope.OPERATE,
    "operations.findings": Scope.OPERATE,
    "operations.history": Scope.OPERATE,
    "operations.queue": Scope.OPERATE,
    "operations.tasks": Scope.OPERATE,
    "operations.task": Scope.OPERATE,
    "operations.start": Scope.OPERATE,
    "operations.stop": Scope.OPERATE,
    "judged.history": Scope.OPERATE,
    "missed.listed": Scope.OPERATE,
    "missed.clear": Scope.OPERATE,
}

QUEUED = frozenset({"api.ask", "v1.complete", "mcp.serve"})
"""Have a line of their own (``AnswerQueue``), or call ``take_turn`` where they have not."""

LOCAL_SHARES = 10
"""Callers whose share all have together where nobody logs in."""

FAILURES_PER_MINUTE = 20
"""Wrong keys from one address: a key cannot be guessed, but the log of a guesser need not fill the disk."""


def register(app: Flask, application: Application) -> None:
    """Find out who asks before each request of ``app``, and turn away who may not."""
    required = application.settings.auth is Authentication.REQUIRED
    guesses, shares = Guesses(), Shares()
    rate = RateLimit(application.settings.requests_per_minute)
    app.after_request(rate_limit.tell)

    @app.before_request
    def identify() -> Response | None:
        g.session = None
        if not required:
            g.caller = LOCAL
            # Everybody here is one caller, and a person's own scripts are quicker than a person.
            if REQUIRED.get(request.endpoint or "") is not PUBLIC:
                rate.count(g.caller.name, LOCAL_SHARES)
            return None
        if request.endpoint == "login.submit":  # has a token of its own, and ends the session there may be
            g.caller = None
            return None
        scope = REQUIRED.get(request.endpoint or "", Scope.OPERATE)
        g.caller = _key_holder() or _logged_in()
        if scope is PUBLIC:
            return None
        if g.caller is None:
            if wants_a_page() and request.method in SAFE_METHODS:
                path = request.full_path.rstrip("?")
                asked: dict[str, Any] = {"next": path} if len(path) <= LOCAL_ADDRESS_CHARACTERS else {}
                if request.cookies.get(cookie_name()):
                    asked["ended"] = 1  # they were logged in
                return cast(Response, redirect(url_for("login.form", **asked)))
            raise UnauthenticatedError("login_required")
        rate.count(g.caller.name)
        g.shares = shares
        if request.endpoint not in QUEUED:
            take_turn()
        if request.endpoint is not None and scope not in g.caller.scopes:
            raise ForbiddenError("scope_missing", name=g.caller.name, scope=scope)
        return None

    @app.teardown_request
    def leave(_: BaseException | None) -> None:
        if (began := g.pop("turn_began", None)) is not None:
            shares.leave(g.caller.name, began)

    @app.context_processor
    def who() -> dict[str, object]:
        current = session()
        known = {"csrf_token": current.csrf, "user": current.identity.name} if current else {}
        return {**known, **rights.served(g.get("caller"))}

    def _logged_in() -> Identity | None:
        session = _session(application)
        if session is None:
            return None
        if request.method not in SAFE_METHODS:
            refuse_without_token(session)
        g.session = session
        return session.identity

    def _key_holder() -> Identity | None:
        key = _key()
        if key is None:
            return None
        identity = application.access.keys.identity(key)
        if identity is None:  # a good key is taken however many bad ones came from its address
            limits: dict[Key, int] = {("keys", place(request.remote_addr)): FAILURES_PER_MINUTE}
            with guesses.counted(limits, lambda: TooManyRequestsError("keys_wrong", retry_after=60)) as failed:
                failed()
            raise UnauthenticatedError("key_invalid")
        return identity


def _key() -> str | None:
    """The key that this request brings, right or wrong."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    return text.strip() if kind.lower() == "bearer" else None


def _session(application: Application) -> Session | None:
    token = request.cookies.get(cookie_name())
    return application.access.sessions.find(token) if token else None


def asking(application: Application) -> Identity | None:
    """Who sends this request, by its headers alone; nothing is counted, and nobody is turned away."""
    if application.settings.auth is not Authentication.REQUIRED:
        return LOCAL
    key = _key()
    if key is not None:
        return application.access.keys.identity(key)
    session = _session(application)
    return session.identity if session is not None else None


def caller() -> Identity:
    """Who asks; only within a request that passed."""
    return cast(Identity, g.caller)


def take_turn() -> None:
    """Wait until it is the turn of one of the caller's requests. Raises TooManyRequestsError."""
    shares: Shares | None = g.get("shares")
    if shares is not None:
        g.turn_began = shares.enter(g.caller.name)


def session() -> Session | None:
    """The session of who asks, if they have one."""
    return cast("Session | None", g.get("session"))


def readable(entry: DocumentEntry | None, document_id: str) -> DocumentEntry:
    """``entry``, if the caller may see it. Raises as ``access.readable`` does."""
    return access.readable(entry, document_id, caller().groups)


def changeable(entry: DocumentEntry | None, document_id: str) -> DocumentEntry:
    """``entry``, if the caller may change it. Raises as ``access.changeable`` does."""
    return access.changeable(entry, document_id, caller())


def bounded(filters: list[str]) -> Filters:
    """The filters that were asked for, within what the caller may see. Raises UsageError."""
    return replace(parse_filters(filters), groups=caller().groups)


def cookie_name() -> str:
    """The session cookie's name. Over TLS its prefix makes browsers refuse one that another host has set."""
    return "__Host-searchapp" if request.is_secure else "searchapp"


def refuse_without_token(session: Session) -> None:
    """Raise ForbiddenError unless the request carries the session's CSRF token, in a header or a form field."""
    # A form is read only where one is expected: parsing an upload's body costs.
    sent = request.headers.get(CSRF_HEADER) or (
        request.form.get(CSRF_FIELD, "") if request.mimetype == "application/x-www-form-urlencoded" else ""
    )
    if not hmac.compare_digest(sent.encode(), session.csrf.encode()):
        raise ForbiddenError("csrf_token_missing")
