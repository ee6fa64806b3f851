"""What a monitor should know of what is wrong, and of webhooks, as Prometheus metrics."""

from __future__ import annotations

from collections import Counter as Tally

from prometheus_client import Counter, Gauge

from searchapp.alerts.alert import Code, Look

CONDITIONS = Gauge(
    "searchapp_conditions", "What is wrong, by code, as this process last saw it; -1 where it cannot look.", ["code"]
)
QUEUE_SECONDS = Gauge("searchapp_ingest_oldest_queued_seconds", "For how long the document waits that is next.")
FREE_BYTES = Gauge("searchapp_data_folder_free_bytes", "Space that is left on the disk of the data folder.")
DELIVERIES = Counter(
    "searchapp_webhook_deliveries", "Notices to webhooks by outcome: delivered, again, given_up, dropped.", ["outcome"]
)
WAITING = Gauge("searchapp_webhook_waiting", "Notices that wait to be sent to a webhook.")
UNREACHED = Gauge("searchapp_webhooks_failing", "Webhooks that did not take their latest notice.")


def show(look: Look) -> None:
    """Set the gauge of conditions; called after each look."""
    tally = Tally(key[0] for key in look.found)
    for code in Code:
        if code is not Code.TEST:
            CONDITIONS.labels(code.value).set(tally[code.value] if code.value in look.looked else -1)
