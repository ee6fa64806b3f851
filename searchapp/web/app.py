"""The Flask application: its parts, and the headers that every response carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, Request, Response, request

from searchapp.messages import LANGUAGES, reader_language, set_reader_language
from searchapp.messages.labels import label
from searchapp.web import (
    accounts,
    admission,
    api,
    audit,
    bounds,
    changes,
    collections,
    conversations,
    folders,
    guards,
    idempotency,
    identity,
    judged,
    judgements,
    llms,
    login,
    mcp,
    missed,
    monitoring,
    openapi,
    operations,
    originals,
    pages,
    preferences,
    problems,
    proxies,
    reading,
    request_log,
    samples,
    schedules,
    searches,
    static_files,
    suggested,
    viewer,
    watchdog,
)
from searchapp.web.answers import AnswerQueue
from searchapp.web.jobs import Jobs
from searchapp.web.spool import Spool, stream_of
from searchapp.web.v1 import routes as v1

if TYPE_CHECKING:
    from searchapp.wiring import Application

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create_app(application: Application, *, host: str | None = None, jobs: Jobs | None = None) -> Flask:
    """The web application over ``application``.

    ``host`` is the address it will be served on (``settings.host`` by default); where a container's port is published
    on another, ``settings.published_host`` says so and counts instead. On a loopback address only requests that name a
    loopback host are answered. ``jobs`` takes in what is uploaded (one of its own by default).
    Raises UsageError for an address on a network without authentication.
    """
    settings = application.settings
    app = Flask(__name__, static_url_path=f"/static/{static_files.version()}")
    spooled = {"_get_file_stream": staticmethod(stream_of(Spool(settings)))}
    app.request_class = type("SpooledRequest", (Request,), spooled)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_file_mb * 1024 * 1024 + admission.MULTIPART_ROOM
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the order of the contract reads better
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Chinese stays readable in curl

    bounds.register(app)
    app.before_request(_read_language)
    app.jinja_env.globals.update(language=reader_language, label=label)
    problems.register(app, settings)
    request_log.register(app)  # before all, so that every line has its id
    monitoring.register(app)  # first, so that refusals are timed too
    guards.register(app, settings.published_host or host or settings.host, settings.auth)
    identity.register(app, application)
    admission.register(app)
    login.register(app, application)
    idempotency.register(app, application)
    audit.register(app, application)
    preferences.register(app, application)
    app.register_blueprint(pages.blueprint(settings, application.store))
    jobs = jobs or Jobs(application)
    answers = AnswerQueue(
        settings.answers_at_once, settings.answers_waiting, settings.request_seconds + settings.llm_timeout_seconds
    )
    app.register_blueprint(api.blueprint(application, jobs, answers))
    app.register_blueprint(mcp.blueprint(application, jobs, answers))
    app.register_blueprint(v1.blueprint(application, answers))
    app.register_blueprint(changes.blueprint(application, jobs))
    app.register_blueprint(folders.blueprint(application))
    app.register_blueprint(audit.blueprint(application))
    app.register_blueprint(conversations.blueprint(application))
    app.register_blueprint(collections.blueprint(application))
    app.register_blueprint(judgements.blueprint(application))
    app.register_blueprint(accounts.blueprint(application))
    app.register_blueprint(preferences.blueprint(application))
    app.register_blueprint(samples.blueprint(application, jobs))
    app.register_blueprint(searches.blueprint(application))
    app.register_blueprint(suggested.blueprint(application))
    app.register_blueprint(operations.blueprint(application, jobs))
    app.register_blueprint(judged.blueprint(application))
    app.register_blueprint(missed.blueprint(application))
    app.register_blueprint(originals.blueprint(application))
    app.register_blueprint(viewer.blueprint(application))
    app.register_blueprint(reading.blueprint(application))
    app.register_blueprint(schedules.blueprint(application))
    app.register_blueprint(monitoring.health(application))
    app.register_blueprint(monitoring.metrics(application))
    app.register_blueprint(openapi.blueprint(settings.auth))
    app.register_blueprint(llms.blueprint())
    static_files.register(app)  # before the headers: what is registered last is done first
    app.after_request(_add_headers)
    app.wsgi_app = watchdog.watched(app.wsgi_app, settings.request_seconds)  # type: ignore[method-assign,assignment]
    if settings.traces_url:
        app.wsgi_app = request_log.traced(app.wsgi_app)  # type: ignore[method-assign,assignment]
    app.wsgi_app = proxies.behind(app.wsgi_app, settings)  # type: ignore[method-assign,assignment]
    return app


def _read_language() -> None:
    """Answer in the language that the page shows (its cookie), that the address names, or that the client accepts."""
    named = request.args.get("lang") or request.cookies.get("lang")
    wanted = [named] if named else request.accept_languages.values()  # the best first
    known = (one for tag in wanted for one in LANGUAGES if tag.lower().partition("-")[0] == one)
    set_reader_language(next(known, "en"))


def _add_headers(response: Response) -> Response:
    response.vary.update(("Accept-Language", "Cookie"))
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)  # originals bring a policy of their own
    return response
