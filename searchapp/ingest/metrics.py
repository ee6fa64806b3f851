"""What a monitor should know of ingestion, as Prometheus metrics; the web process and the worker both count here."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import Counter, Gauge, Histogram

from searchapp.model import DocumentState, IngestOutcome

DOCUMENTS_DONE = Counter("searchapp_ingest_documents", "Documents that a run came to an end with.", ["outcome"])
CHUNKS_EMBEDDED = Counter("searchapp_ingest_chunks_embedded", "Passages whose vector was computed.")
CHUNKS_REUSED = Counter("searchapp_ingest_chunks_reused", "Passages whose vector was known.")
BATCH_SECONDS = Histogram(
    "searchapp_ingest_batch_seconds",
    "How long a batch from the queue took.",
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 1800),
)
QUEUED_BATCHES = Gauge("searchapp_ingest_queued_batches", "Batches in the queue that no worker has taken yet.")
BATCHES_IN_HAND = Gauge("searchapp_ingest_batches_in_hand", "Batches that this process works on now.")
DOCUMENTS = Gauge("searchapp_documents", "Documents in the registry, by state.", ["state"])
CHUNKS_UNEMBEDDED = Gauge(
    "searchapp_chunks_unembedded", "Passages that are found by their words alone so far, whose vectors follow."
)
PAUSED = Gauge("searchapp_ingest_paused", "Whether an operator paused the queue: 1 or 0.")
HEARTBEAT = Gauge("searchapp_worker_heartbeat_timestamp_seconds", "When this worker last looked at the registry.")


def count(outcome: IngestOutcome) -> None:
    """Count what became of one document."""
    DOCUMENTS_DONE.labels(outcome.state.value).inc()
    CHUNKS_EMBEDDED.inc(outcome.embedded)
    CHUNKS_REUSED.inc(outcome.reused)


def show_states(counts: Mapping[DocumentState, int]) -> None:
    """Set the gauge of documents by state."""
    for state in DocumentState:
        DOCUMENTS.labels(state.value).set(counts.get(state, 0))
