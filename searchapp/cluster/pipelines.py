"""``es pipeline``: Elasticsearch makes the vectors, by an inference endpoint and the pipeline of es/pipelines.

Never run on a licensed cluster by its authors: what succeeds is tested against a fake that speaks the documented wire
format (docs/inference.md tells operators so).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from elasticsearch import ApiError

from searchapp.cluster.store import elasticsearch_store
from searchapp.embedding.base import ELASTICSEARCH
from searchapp.errors import IncompatibleServerError, ServiceRefusedError, UsageError
from searchapp.stores.elasticsearch import ElasticsearchStore, inference
from searchapp.stores.elasticsearch.connection import reading, reason_of
from searchapp.stores.elasticsearch.installation import put_templates
from searchapp.stores.elasticsearch.installed import Installed, Origin, installed
from searchapp.stores.elasticsearch.templates import Templates, es_folder, read_endpoint_body
from searchapp.wiring import Application

Json = dict[str, Any]

INSTEAD = "Embed in searchapp instead (SEARCHAPP_EMBEDDING_MODEL=sentence-transformers:... or ollama:...), or "
STATES = {
    Origin.MISSING: "missing",
    Origin.SAME: "as in es/pipelines",
    Origin.OLDER: "older than es/pipelines",
    Origin.EDITED: "edited by hand",
}
REPAIRS = {
    Origin.MISSING: "searchapp es pipeline put makes it.",
    Origin.OLDER: "searchapp es pipeline put renews it.",
    Origin.EDITED: "searchapp es plan shows the edit; searchapp es apply --overwrite undoes it.",
}
PUT = "searchapp es pipeline put --endpoint elastic, imported or ollama makes it."


class Endpoint(StrEnum):
    """A file of es/pipelines/endpoints."""

    ELASTIC = "elastic"
    IMPORTED = "imported"
    OLLAMA = "ollama"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the inference mode needs; ``remedy`` is empty where it is there."""

    name: str
    found: str
    fine: bool
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Put:
    """What ``put`` did, or would do. ``endpoint_body`` is sent without its key here; None where it was there."""

    endpoint: str
    endpoint_body: Json | None
    pipelines: dict[str, str]
    dry_run: bool


def status(application: Application) -> tuple[Check, ...]:
    """Look at everything that the mode needs; nothing is changed. Raises UsageError without ``elasticsearch:<id>``."""
    store, inference_id = elasticsearch_store(application), _inference_id(application)
    with reading(store.where):
        checks = _requirements(store)
        endpoint = inference.read_endpoint(store.client, inference_id)
        found = _described(endpoint) if endpoint else "missing"
        checks.append(Check(f"endpoint {inference_id}", found, endpoint is not None, "" if endpoint else PUT))
        for one in _pipelines(store):
            fine = one.origin is Origin.SAME
            checks.append(Check(f"pipeline {one.name}", STATES[one.origin], fine, "" if fine else REPAIRS[one.origin]))
        checks.append(_without_vector(store))
    return tuple(checks)


def put(
    application: Application,
    endpoint: Endpoint | None = None,
    *,
    model: str = "",
    url: str = "",
    dry_run: bool = False,
) -> Put:
    """Make the endpoint, where it is not there and ``endpoint`` says how, then the pipeline.

    ``model`` and ``url`` replace those in the endpoint's file. Raises IncompatibleServerError, before anything is
    changed, where the licence or the server does not allow it; UsageError where the endpoint is missing and
    ``endpoint`` is not given; ServiceRefusedError with the server's reason where it refuses the endpoint.
    """
    store, inference_id = elasticsearch_store(application), _inference_id(application)
    with reading(store.where):
        for check in _requirements(store):
            if not check.fine:
                raise _impossible(store, f"{check.name} is {check.found}", check.remedy)
        body = None
        if inference.read_endpoint(store.client, inference_id) is None:
            body = _endpoint_body(store, inference_id, endpoint, model, url)
        wanted = _wanted(store)
        if dry_run:
            return Put(inference_id, _without_key(body), dict.fromkeys(wanted.pipelines, "would be put"), True)
        if body is not None:
            _make_endpoint(store, inference_id, body)
        steps = put_templates(store.client, wanted)
    return Put(inference_id, _without_key(body), {step.name: str(step.outcome) for step in steps}, False)


def simulate(application: Application, text: str) -> Json:
    """Run one passage through the pipeline without keeping it; returns it as it would be indexed.

    Raises UsageError where there is no pipeline.
    """
    store = elasticsearch_store(application)
    _inference_id(application)
    with reading(store.where):
        (pipeline,) = _pipelines(store)
        if pipeline.origin is Origin.MISSING:
            raise UsageError(f"There is no pipeline {pipeline.name}.", "searchapp es pipeline put makes it.")
        answer = store.client.ingest.simulate(
            id=pipeline.name, docs=[{"_source": {"text": text, "embedded_text": text}}]
        )
    first: Json = answer["docs"][0]
    if "error" in first:
        return {"text": text, "embedding_error": str(first["error"].get("reason", first["error"]))}
    source: Json = first["doc"]["_source"]
    return source


def _inference_id(application: Application) -> str:
    provider, _, inference_id = application.settings.embedding_model.partition(":")
    if provider != ELASTICSEARCH or not inference_id:
        raise UsageError(
            f"SEARCHAPP_EMBEDDING_MODEL is '{application.settings.embedding_model}': Elasticsearch makes no vectors.",
            "Set it to elasticsearch:<inference id>, for example elasticsearch:searchapp-e5.",
        )
    return inference_id


def _wanted(store: ElasticsearchStore) -> Templates:
    return Templates({}, {}, store.templates(1).pipelines)


def _pipelines(store: ElasticsearchStore) -> list[Installed]:
    return installed(store.client, _wanted(store))


def _requirements(store: ElasticsearchStore) -> list[Check]:
    """Licence, API and processors, the licence first: without it the rest does not matter."""
    kind, state = inference.licence(store.client)
    licensed = kind in inference.LICENCES and state == "active"
    api = inference.has_inference_api(store.client)
    missing = inference.missing_processors(store.client)
    full = f"{INSTEAD}use Elastic's full distribution."
    subscribe = f"{INSTEAD}start a trial (POST /_license/start_trial) or get Enterprise: inference endpoints take it."
    return [
        Check("the licence", f"{kind}, {state}", licensed, "" if licensed else subscribe),
        Check("the inference API", "there" if api else "missing", api, "" if api else full),
        Check(
            "the set of ingest processors",
            f"without {', '.join(missing)}" if missing else "complete",
            not missing,
            full if missing else "",
        ),
    ]


def _impossible(store: ElasticsearchStore, why: str, remedy: str) -> IncompatibleServerError:
    return IncompatibleServerError(
        f"Elasticsearch at {store.where} cannot make vectors: {why}. Nothing was changed.", remedy
    )


def _endpoint_body(
    store: ElasticsearchStore, inference_id: str, endpoint: Endpoint | None, model: str, url: str
) -> Json:
    if endpoint is None:
        raise UsageError(
            f"There is no inference endpoint '{inference_id}' to put a pipeline on.",
            "Name how to make it: --endpoint elastic, imported or ollama.",
        )
    body = read_endpoint_body(es_folder(store.settings.es_dir), str(endpoint))
    body["service_settings"] |= {name: value for name, value in (("model_id", model), ("url", url)) if value}
    if url and body["service"] == "elasticsearch":
        raise UsageError("--url is the address of Ollama.", "Leave it out, or choose --endpoint ollama.")
    if body["service"] == "elasticsearch" and not inference.machine_learning_nodes(store.client):
        raise _impossible(
            store, "it has no machine learning node", "Give one node the role ml, or use --endpoint ollama."
        )
    return body


def _make_endpoint(store: ElasticsearchStore, inference_id: str, body: Json) -> None:
    try:
        store.client.options(request_timeout=inference.START_SECONDS + 10).inference.put(
            task_type=inference.TASK,
            inference_id=inference_id,
            inference_config=body,
            timeout=f"{inference.START_SECONDS}s",
        )
    except ApiError as error:
        raise ServiceRefusedError(
            f"Elasticsearch at {store.where} refuses the endpoint '{inference_id}' (HTTP {error.meta.status}): "
            f"{reason_of(error)}.",
            "Mend what it names (es/pipelines/endpoints, --model, --url), then run the command again.",
        ) from error


def _without_vector(store: ElasticsearchStore) -> Check:
    """How many passages of how many documents, and one of the errors; the live version tells."""
    answer = store.client.search(
        index=store.names.chunks,
        ignore_unavailable=True,
        query={"exists": {"field": "embedding_error"}},
        size=1,
        source_includes=["source", "embedding_error"],
        aggregations={"documents": {"cardinality": {"field": "document_id"}}},
        track_total_hits=True,
    )
    hits = answer["hits"]["hits"]
    if not hits:
        return Check("passages without a vector", "0", True)
    first, total = hits[0]["_source"], answer["hits"]["total"]["value"]
    documents = answer["aggregations"]["documents"]["value"]
    found = f"{total} of {documents} documents, for example of {first['source']}: {first['embedding_error']}"
    remedy = "Words find them. Mend the endpoint, then searchapp es reindex makes the missing vectors."
    return Check("passages without a vector", found, False, remedy)


def _without_key(body: Json | None) -> Json | None:
    if body is None:
        return None
    settings = {name: value for name, value in body["service_settings"].items() if name != "api_key"}
    return {**body, "service_settings": settings}


def _described(endpoint: Json) -> str:
    facts = endpoint.get("service_settings", {})
    return f"{endpoint.get('service')}, {facts.get('model_id', 'model not told')}"
