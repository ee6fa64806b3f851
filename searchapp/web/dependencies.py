"""What a search and an answer need from elsewhere, asked whether it is there now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from prometheus_client import Gauge

from searchapp.errors import SearchAppError

if TYPE_CHECKING:
    from searchapp.wiring import Application

UP = Gauge("searchapp_dependency_up", "Whether a dependency answered when it was last asked: 1 or 0.", ["dependency"])


def search_problem(application: Application) -> SearchAppError | None:
    """Why searches cannot be served now; None where they can."""
    return _asked("store", application.store.check) or _asked("embedding_model", application.check_model)


def answer_problem(application: Application) -> SearchAppError | None:
    """Why answers are mere quotations now; None where a language model writes them."""
    return _asked("language_model", application.check_language_model)


def _asked(name: str, check: Callable[[], object]) -> SearchAppError | None:
    try:
        check()
    except SearchAppError as error:
        UP.labels(name).set(0)
        return error
    UP.labels(name).set(1)
    return None
