"""Whether the aliases name the one version that searches read, and a lost index."""

from __future__ import annotations

from collections.abc import Iterator

from searchapp.cluster.aliases import aliases
from searchapp.cluster.lost import LOST, REMEDY, lost_documents
from searchapp.cluster.store import elasticsearch_store
from searchapp.findings import Finding, error, info, ok
from searchapp.wiring import Application

NAME = "aliases"


def check(application: Application) -> Iterator[Finding]:
    """A fault with the command that mends it; an error also when there is no version and should be one."""
    found = aliases(application)
    if found.fault:
        yield error(NAME, found.fault, f"searchapp es aliases shows the versions; {found.mend} mends it.")
    elif live := next((place for place in found.places if place.live), None):
        yield ok(NAME, f"Searches read {live.name}: {live.documents:,} documents, {live.chunks:,} passages.")
    elif lost := lost_documents(elasticsearch_store(application)):
        yield error(NAME, LOST.format(lost), REMEDY)
    else:
        yield info(NAME, "There is no index yet.", "searchapp es apply makes one, and so does the first ingest.")
