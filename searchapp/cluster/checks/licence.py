"""The licence and what it allows. Elastic's source names the level of a feature where it declares it."""

from __future__ import annotations

from collections.abc import Iterator

from searchapp.cluster.store import elasticsearch_store
from searchapp.findings import Finding, error, info, ok
from searchapp.stores.elasticsearch.connection import reading
from searchapp.wiring import Application

LICENCE = "licence"

FULL = ("enterprise", "trial")
"""What the inference API and the RRF retriever ask for (InferencePlugin, RRFRankPlugin: OperationMode.ENTERPRISE)."""


def check(application: Application) -> Iterator[Finding]:
    """What searchapp itself needs, every licence allows; vectors made by Elasticsearch need more."""
    store = elasticsearch_store(application)
    with reading(store.where):
        licence = store.client.license.get()["license"]
    kind, status = licence["type"], licence["status"]
    inference = application.settings.embedding_model.startswith("elasticsearch:")
    if status != "active":
        yield error(
            LICENCE, f"The {kind} licence is {status}.",
            "Install another (PUT _license), or go back to the free one: POST _license/start_basic?acknowledge=true.",
        )  # fmt: skip
    elif kind in FULL:
        yield ok(LICENCE, f"Licence {kind}: inference in Elasticsearch and its RRF retriever are allowed.")
    elif inference:
        yield error(
            LICENCE, f"Licence {kind} does not allow inference, and {application.settings.embedding_model} needs it.",
            "Start a trial (POST _license/start_trial?acknowledge=true), install an Enterprise licence, or set "
            "SEARCHAPP_EMBEDDING_MODEL to a model outside Elasticsearch.",
        )  # fmt: skip
    else:
        yield info(
            LICENCE, f"Licence {kind}: everything that searchapp uses is allowed. Inference in Elasticsearch "
            "(elasticsearch:... models) and its RRF retriever are not; searchapp fuses by itself.",
        )  # fmt: skip
