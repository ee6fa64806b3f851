"""Questions for the start page."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint

from searchapp.messages import reader_language
from searchapp.search.suggested import SuggestedQuestion, SuggestedQuestions
from searchapp.web.identity import caller
from searchapp.web.operation import SEARCH, operation

if TYPE_CHECKING:
    from searchapp.wiring import Application


@dataclass(frozen=True, slots=True)
class Suggested:
    """What might be asked."""

    questions: tuple[SuggestedQuestion, ...]


def blueprint(application: Application) -> Blueprint:
    """``/api/suggested-questions``."""
    routes = Blueprint("suggested", __name__, url_prefix="/api")
    suggested = functools.cache(lambda: SuggestedQuestions(application.store, application.searcher))  # on first use

    @routes.get("/suggested-questions", endpoint="questions")
    @operation("Suggest questions", errors=SEARCH)
    def questions() -> Suggested:
        """Up to four, made of headings of documents that the caller may see, each with a passage that answers it.
        Those in the language of the request come first.
        """
        return Suggested(suggested().of(caller().groups, reader_language()))

    return routes
