"""The cross-encoder that ranks the best passages anew, where one is configured."""

from __future__ import annotations

from collections.abc import Iterator

from searchapp.findings import Finding, ok
from searchapp.search.reranker import reranker_named
from searchapp.wiring import Application

NAME = "reranker"


def check(application: Application) -> Iterator[Finding]:
    """Raises ModelUnavailableError when the model cannot be loaded; says nothing where none is named."""
    settings = application.settings
    if settings.reranker:
        reranker_named(settings.reranker)
        yield ok(NAME, f"{settings.reranker} ranks the best {settings.reranked} passages anew.")
