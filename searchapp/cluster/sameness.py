"""What must hold before searches read a version that was built: it holds what the live one holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from searchapp.cluster.copying import Copier
from searchapp.ingest.reembed import rebuild_document
from searchapp.progress import Progress
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.chunks import held_documents, stored_documents
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.versions import Version

SAMPLE = 100
"""Documents whose whole text is compared, spread evenly over the index."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold before the switch, and what was found."""

    name: str
    passed: bool
    found: str


def checked(
    copier: Copier, store: ElasticsearchStore, live: Version, target: Version, show: Progress
) -> tuple[Check, ...]:
    """Whether the target holds what the live version holds."""
    show("checking", 0, 0)
    found = copier.reconcile()
    sample, differing = _sampled(store, live, target)
    stuck = f", {len(found.stuck)} differ" if found.stuck else ""
    other = f", another in {len(differing)} of {sample}: {', '.join(differing[:3])}" if differing else ""
    same = f"{sample - len(differing)} documents with the same text"
    return (
        Check("documents", not found.stuck, f"{found.documents - len(found.stuck)} in both{stuck}"),
        # Another size cuts otherwise; but what has chunks has some in the other version, too.
        Check("passages", bool(found.chunks) == bool(found.copied_chunks), f"{found.chunks} and {found.copied_chunks}"),
        Check("sample", not differing, same + other),
    )


def _sampled(store: ElasticsearchStore, live: Version, target: Version) -> tuple[int, list[str]]:
    """Compare the text of some documents, white space aside; those that change meanwhile do not count."""
    with reading(store.where):
        ids = sorted({one.document_id for one in held_documents(store.client, live.name)})
        chosen_ids = ids[:: max(1, len(ids) // SAMPLE)][:SAMPLE]
        texts: list[dict[str, tuple[Any, str]]] = []
        for version in (live, target):
            stored = stored_documents(store.client, version.name, chosen_ids) if chosen_ids else []
            texts.append({one.entry.id: (one.written, _letters(one)) for one in stored})
    both = [id_ for id_ in texts[0] if id_ in texts[1] and texts[0][id_][0] == texts[1][id_][0]]
    return len(both), [id_ for id_ in both if texts[0][id_][1] != texts[1][id_][1]]


def _letters(document: Any) -> str:
    return "".join(rebuild_document(document.entry, document.chunks).text.split())
