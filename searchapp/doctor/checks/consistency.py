"""Passages that no entry of the registry knows, and entries whose passages are gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from searchapp.findings import Finding, ok, warning
from searchapp.model import DocumentEntry, DocumentState
from searchapp.stores import Store
from searchapp.wiring import Application

NAME = "documents"
SHOWN = 20
"""Ids in a remedy; with more of them the command is run again."""

SEARCHABLE = (DocumentState.INDEXED, DocumentState.UNCHANGED)


def check(application: Application) -> Iterator[Finding]:
    """Compare every document of the passages with every entry of the registry."""
    store = application.store
    held = set(store.held())
    orphans, hollow, entries = set(held), [], 0
    for entry in store.sources(""):
        entries += 1
        orphans.discard(entry.id)
        if entry.state in SEARCHABLE and entry.chunks and entry.id not in held:
            hollow.append(entry)
    # A document that was written, or deleted, while this was read is none of them.
    orphans -= set(store.known_entries(sorted(orphans)))
    hollow = [entry for entry in hollow if _is_hollow(store, entry)]
    if orphans:
        yield warning(
            NAME, f"{len(orphans):,} documents have passages, and no entry in the registry: {_few(orphans)}.",
            f"searchapp documents delete --yes {_few(orphans, ' ')}",
        )  # fmt: skip
    if hollow:
        ids = [entry.id for entry in hollow]
        yield warning(
            NAME, f"{len(hollow):,} documents count as indexed, and have no passages: {hollow[0].source}"
            + (" and others." if hollow[1:] else "."),
            f"searchapp documents retry {_few(ids, ' ')}",
        )  # fmt: skip
    if not orphans and not hollow:
        yield ok(NAME, f"Every passage belongs to one of the {entries:,} documents, and none lacks its own.")


def _is_hollow(store: Store, entry: DocumentEntry) -> bool:
    return store.entry(entry.id) == entry and not store.chunks(entry.id)


def _few(ids: Sequence[str] | set[str], between: str = ", ") -> str:
    return between.join(sorted(ids)[:SHOWN])
