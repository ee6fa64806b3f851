"""Documents that were queued, as batches: what the web process and every worker do with them."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import cast

from searchapp.ingest import metrics
from searchapp.ingest.claims import now
from searchapp.ingest.patience import Notify
from searchapp.ingest.pipeline import Ingester
from searchapp.model import DocumentEntry, DocumentState, IngestOutcome, IngestState
from searchapp.stores import EntryOrder, Registry

log = logging.getLogger(__name__)

BATCH_DOCUMENTS = 32
"""Enough for embedding batches to form across documents, few enough for several workers to share a folder."""

MOST_WAITING = 1000
"""Entries looked at at once; those behind them come with the next look."""


def run_batch(
    ingester: Ingester, sources: Sequence[str], stopping: threading.Event, notify: Notify | None = None
) -> bool:
    """Ingest a batch; False when ``stopping`` was set before its end: what was not done is queued as before.

    What was deleted while it waited is left out: nobody wants it any more. Raises what ``Ingester.ingest`` raises.
    """
    with metrics.BATCHES_IN_HAND.track_inprogress(), metrics.BATCH_SECONDS.time():
        run = ingester.ingest(sources, queued=True, notify=notify, stopping=stopping)
        with contextlib.closing(cast("Generator[IngestOutcome]", run)):
            for outcome in run:
                metrics.count(outcome)
                if outcome.state in (IngestState.FAILED, IngestState.QUARANTINED):
                    log.warning(
                        "%s was not ingested: %s",
                        outcome.source,
                        outcome.error,
                        extra={"document_id": outcome.document_id},
                    )
                else:
                    log.info("%s is %s.", outcome.source, outcome.state, extra={"document_id": outcome.document_id})
                if stopping.is_set():
                    return False
    return True


def waiting(registry: Registry, *, since: dt.datetime | None = None, sites: bool | None = None) -> list[str]:
    """The sources that wait, the oldest first: those whose process gave no sign of life, and queued ones.

    With ``since`` queued ones only when they have waited since then. ``sites`` are those that are to be crawled: these
    alone, or all others.
    """
    moment = now()
    left = [entry for entry in _oldest(registry, DocumentState.RUNNING) if entry.lease is None or entry.lease <= moment]
    queued = [
        entry
        for entry in _oldest(registry, DocumentState.QUEUED)
        if since is None or entry.updated is None or entry.updated <= since
    ]
    return [entry.source for entry in (*left, *queued) if sites is None or sites == bool(entry.depth)]


def batched(sources: Iterable[str]) -> Iterator[list[str]]:
    """The sources in batches."""
    batch: list[str] = []
    for source in sources:
        batch.append(source)
        if len(batch) == BATCH_DOCUMENTS:
            yield batch
            batch = []
    if batch:
        yield batch


def _oldest(registry: Registry, state: DocumentState) -> Sequence[DocumentEntry]:
    return registry.entries(states=[state], size=MOST_WAITING, order=EntryOrder.OLDEST).entries
