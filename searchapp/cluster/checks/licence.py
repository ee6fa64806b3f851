"""The licence and what it allows: Elastic's RRF retriever (RRFRankPlugin) asks for what its inference API does."""

from __future__ import annotations

from collections.abc import Iterator

from searchapp.cluster.store import elasticsearch_store
from searchapp.findings import Finding, error, info, ok
from searchapp.stores.elasticsearch import inference
from searchapp.stores.elasticsearch.connection import reading
from searchapp.wiring import Application

NAME = "licence"


def check(application: Application) -> Iterator[Finding]:
    """What searchapp itself needs, every licence allows; vectors made by Elasticsearch need more."""
    store = elasticsearch_store(application)
    with reading(store.where):
        kind, status = inference.licence(store.client)
    model = application.settings.embedding_model
    if kind == "none":
        yield info(NAME, "The cluster has no licence yet; it gives itself the free one in its first seconds.")
    elif status != "active":
        yield error(
            NAME, f"The {kind} licence is {status}.",
            "Install another (PUT _license), or go back to the free one: POST _license/start_basic?acknowledge=true.",
        )  # fmt: skip
    elif kind in inference.LICENCES:
        yield ok(NAME, f"Licence {kind}: inference in Elasticsearch and its RRF retriever are allowed.")
    elif model.startswith("elasticsearch:"):
        yield error(
            NAME, f"Licence {kind} does not allow inference, and {model} needs it.",
            "Start a trial (POST _license/start_trial?acknowledge=true), install an Enterprise licence, or set "
            "SEARCHAPP_EMBEDDING_MODEL to a model outside Elasticsearch.",
        )  # fmt: skip
    else:
        yield info(
            NAME, f"Licence {kind}: everything that searchapp uses is allowed. Inference in Elasticsearch "
            "(elasticsearch:... models) and its RRF retriever are not; searchapp fuses by itself.",
        )  # fmt: skip
