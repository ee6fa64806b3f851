"""``es snapshot drill``: whether the latest snapshot would bring everything back, tried beside the live index.

It is restored as an installation of its own, whose prefix nobody else has, asked what the live index is asked, and
removed. What a killed drill left is removed by the next one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from searchapp import audit
from searchapp.cluster.agreement import QUERIES, TOP, Agreement, compare
from searchapp.cluster.repository import registered
from searchapp.cluster.restoring import restore_as
from searchapp.cluster.snapshots import LATEST, Snapshot, find
from searchapp.cluster.store import Json, elasticsearch_store
from searchapp.cluster.turns import Renew, Turn, taking_turns
from searchapp.errors import StorageError
from searchapp.progress import Progress
from searchapp.stores.elasticsearch import ElasticsearchStore
from searchapp.stores.elasticsearch.connection import reading
from searchapp.stores.elasticsearch.memos import NO_DOCUMENT
from searchapp.wiring import Application

LEAST_AGREEMENT = 0.8
"""Share of these that both must have. Of documents that are the same, an index restored whole ranks all but a few as
the live one does: a search by a graph is approximate, and words weigh by how many documents there are."""

_MADE = re.compile(r"[0-9a-f]{8}-(chunks-[0-9]{6}|documents)")
"""What stands behind the prefix in the name of an index that a drill made."""

ONE_COPY: Json = {"index.auto_expand_replicas": "false", "index.number_of_replicas": 0}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold, and what was found."""

    name: str
    passed: bool
    found: str


@dataclass(frozen=True, slots=True)
class Drill:
    """What was found of a snapshot ``taken`` then; ``cleaned`` are indices that killed drills had left."""

    snapshot: str
    taken: str
    chunks: int
    documents: int
    seconds: float
    checks: tuple[Check, ...]
    cleaned: tuple[str, ...]
    searches: Agreement

    @property
    def passed(self) -> bool:
        """Whether all checks did."""
        return all(check.passed for check in self.checks)


def drill(
    application: Application,
    name: str = LATEST,
    *,
    queries: int = QUERIES,
    take_over: bool = False,
    progress: Progress = lambda what, done, total: None,
) -> Drill:
    """Restore a snapshot beside the live index, count and ask it, and remove it again.

    Raises NotFoundError without a whole snapshot, ConflictError while another drill is at work, StorageError for a
    snapshot that is not whole or that no node takes. ``take_over``: as ``taking_turns`` has it.
    """
    started = time.monotonic()
    store = elasticsearch_store(application)
    with reading(store.where), taking_turns(store, Turn.DRILLING, take_over=take_over) as renew:
        cleaned = _clean(store)
        snapshot = find(store, registered(store), name)
        if snapshot.state != "SUCCESS":
            raise StorageError("snapshot_not_whole", name=snapshot.name, state=snapshot.state)
        audit.note(snapshot.name, cleaned=list(cleaned))
        with _restored(application, store, snapshot, _renewing(progress, renew)) as trial:
            chunks, documents = (
                int(trial.client.count(index=one, query={"bool": NO_DOCUMENT})["count"])
                for one in (trial.names.version(1), trial.names.documents)
            )
            live = store if store.live() is not None else None
            found = compare(application, live, trial, queries, _renewing(progress, renew))
    checks = (
        _counted("passages", chunks, snapshot.chunks),
        _counted("documents", documents, snapshot.documents),
        *_looked(found),
    )
    audit.note(passed=all(check.passed for check in checks))
    taken, seconds = snapshot.started.isoformat(timespec="seconds"), round(time.monotonic() - started, 1)
    return Drill(snapshot.name, taken, chunks, documents, seconds, checks, cleaned, found)


def _renewing(progress: Progress, renew: Renew) -> Progress:
    def tell(what: str, done: int, total: int) -> None:
        renew()
        progress(what, done, total)

    return tell


def _looked(found: Agreement) -> Iterator[Check]:
    if found.queries:
        yield Check("searches", found.answered > 0, f"{found.answered} of {found.queries} queries find something")
    if found.share is not None:
        like = f"{found.share:.0%} of the {TOP} best documents as in the live index, of those unchanged since"
        yield Check("ranking", found.share >= LEAST_AGREEMENT, like)


def _clean(store: ElasticsearchStore) -> tuple[str, ...]:
    """Remove what killed drills left; only we drill now. Returns the names of the indices."""
    begin = f"{store.names.prefix}-drill-"
    found = store.client.indices.get(index=f"{begin}*", ignore_unavailable=True, features="aliases")
    left = sorted(name for name in found if _MADE.fullmatch(name.removeprefix(begin)))
    for name in left:
        store.client.options(ignore_status=404).indices.delete(index=name)
    return tuple(left)


@contextmanager
def _restored(
    application: Application, store: ElasticsearchStore, snapshot: Snapshot, progress: Progress
) -> Iterator[ElasticsearchStore]:
    """The snapshot as an installation of its own, without replicas; removed afterwards, however that comes."""
    prefix = f"{store.names.prefix}-drill-{uuid4().hex[:8]}"
    trial = ElasticsearchStore(application.settings.model_copy(update={"index_prefix": prefix}))
    index = trial.names.version(1)
    renamed = {snapshot.index: index, store.names.documents: trial.names.documents}
    try:
        restore_as(store, registered(store), snapshot.name, renamed, progress, ONE_COPY)
        store.client.indices.put_alias(index=index, name=trial.names.chunks, is_write_index=True)
        yield trial
    finally:
        for made in renamed.values():
            store.client.options(ignore_status=404).indices.delete(index=made)


def _counted(what: str, found: int, wanted: int | None) -> Check:
    """Where a policy of the server took the snapshot, nobody counted."""
    told = f"{found:,}" if wanted is None else f"{found:,} of {wanted:,}"
    return Check(what, found == wanted if wanted is not None else found > 0, told)
