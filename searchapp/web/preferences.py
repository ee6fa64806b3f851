"""What the caller has set for the page: the routes, and what served pages take of it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, g, request
from pydantic import Field

from searchapp import limits
from searchapp.access import owner_of
from searchapp.errors import StorageError, UsageError
from searchapp.messages import reader_language, set_reader_language
from searchapp.model.json import to_json
from searchapp.personal import Language, Preferences, Theme, Thinking
from searchapp.personal.preferences import LEAST_RESULTS, MOST_RESULTS
from searchapp.web.identity import caller
from searchapp.web.operation import operation
from searchapp.web.requests import Body

if TYPE_CHECKING:
    from searchapp.wiring import Application

COOKIE_SECONDS = 365 * 24 * 60 * 60


class Changes(Body):
    """What to set; what is not named, or null, stays as it is."""

    language: Language | None = None
    """Which language the page speaks."""
    theme: Theme | None = None
    """Which colours the page has."""
    model: str | None = Field(None, max_length=limits.NAME_CHARACTERS)
    """The language model that answers; empty: the configured one."""
    thinking: Thinking | None = None
    """Whether a model that can think does so before it answers."""
    results: int | None = Field(None, ge=LEAST_RESULTS, le=MOST_RESULTS)
    """Hits on a page."""
    answers: bool | None = None
    """Whether a question is answered without being asked to."""
    recent: bool | None = None
    """Whether recent searches are kept."""


def register(app: Flask, application: Application) -> None:
    """Have pages served as their reader has set them. It comes behind ``identity``."""

    @app.before_request
    def read() -> None:
        g.preferences = None
        if (request.endpoint or "").startswith("pages.") and g.get("caller") is not None:
            g.preferences = application.personal.settings.of(owner_of(caller()))
            chosen = g.preferences.language
            if chosen is not Language.BROWSER and "lang" not in request.args:
                set_reader_language(chosen.value)

    @app.after_request
    def keep_language(response: Response) -> Response:
        """What the page's scripts ask for comes in its language."""
        chosen = g.get("preferences")
        if (
            chosen is not None
            and chosen.language is not Language.BROWSER
            and request.cookies.get("lang") != reader_language()
        ):
            response.set_cookie("lang", reader_language(), max_age=COOKIE_SECONDS, path="/", samesite="Lax")
        return response

    @app.context_processor
    def served() -> dict[str, object]:
        chosen = g.get("preferences")
        return {"preferences": None if chosen is None else to_json(chosen)}


def blueprint(application: Application) -> Blueprint:
    """``/api/preferences``."""
    routes = Blueprint("preferences", __name__, url_prefix="/api")
    settings = application.personal.settings

    @routes.get("/preferences", endpoint="shown")
    @operation("Show the caller's preferences", errors=(StorageError,))
    def shown() -> Preferences:
        return settings.of(owner_of(caller()))

    @routes.patch("/preferences", endpoint="change")
    @operation(
        "Change the caller's preferences",
        errors=(UsageError, StorageError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    )
    def change(body: Changes) -> Preferences:
        """They hold for the caller alone, in every browser."""
        return settings.change(owner_of(caller()), body.model_dump(exclude_none=True, mode="json"))

    return routes
