"""The embedded store."""

from __future__ import annotations

from collections.abc import Iterator

from searchapp.findings import Finding, ok
from searchapp.wiring import Application

NAME = "store"


def check(application: Application) -> Iterator[Finding]:
    """Raises as ``Store.check`` does."""
    store = application.store
    store.check()
    yield ok(NAME, f"{store.name[:1].upper()}{store.name[1:]} holds {store.count():,} passages.")
