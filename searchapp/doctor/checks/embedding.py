"""The embedding model: here, and loadable."""

from __future__ import annotations

from collections.abc import Iterator

from searchapp.embedding import is_here
from searchapp.findings import Finding, ok, warning
from searchapp.wiring import Application

NAME = "embedding model"


def check(application: Application) -> Iterator[Finding]:
    """Loads the model; raises as the embedder does."""
    settings = application.settings
    if not is_here(settings):
        yield warning(
            NAME, f"{settings.embedding_model} is not on this machine; it is fetched when it is first used.",
            "Give a folder with the model, or fetch it while you are online: searchapp search anything.",
        )  # fmt: skip
        return
    fingerprint = application.embedder.fingerprint
    yield ok(NAME, f"{fingerprint}, up to {fingerprint.max_tokens} tokens, works offline.")
