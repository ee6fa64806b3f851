"""The model that the index was built with beside the configured one."""

from __future__ import annotations

from collections.abc import Iterator

from searchapp.findings import Finding, info, ok
from searchapp.stores import model_in_use
from searchapp.wiring import Application

NAME = "model"


def check(application: Application) -> Iterator[Finding]:
    """Raises ModelMismatchError where vectors of two models would meet."""
    store = application.store
    indexed = store.fingerprint()
    if indexed is None:
        yield info(NAME, "Nothing is indexed yet.", "searchapp ingest PATH")
        return
    configured = application.embedder.fingerprint
    used = model_in_use(store, configured)
    if used.matches(configured):
        yield ok(NAME, f"The index was built with the configured model, {indexed}.")
    else:
        yield info(
            NAME, f"The index was moved to {indexed}; processes with other settings follow it.",
            f"Set SEARCHAPP_EMBEDDING_MODEL={indexed.provider}:{indexed.model}, to spare them loading two models.",
        )  # fmt: skip
