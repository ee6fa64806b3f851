"""``es pipeline``: Elasticsearch makes the vectors, by an inference endpoint and the pipeline of es/pipelines.

Never run on a licensed cluster by its authors: what succeeds is tested against a fake that speaks the documented wire
format (docs/inference.md tells operators so).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from elasticsearch import ApiError

from searchapp import audit
from searchapp.cluster.store import Json, elasticsearch_store
from searchapp.embedding.base import ELASTICSEARCH
from searchapp.errors import IncompatibleServerError, ServiceRefusedError, UsageError
from searchapp.messages import Message
from searchapp.stores.elasticsearch import ElasticsearchStore, inference
from searchapp.stores.elasticsearch.connection import reading, reason_of
from searchapp.stores.elasticsearch.installation import Installed, Origin, installed, put_templates
from searchapp.stores.elasticsearch.templates import Templates, es_folder, read_endpoint_body
from searchapp.wiring import Application

STATES = {
    Origin.MISSING: ("missing", "pipeline_missing"),
    Origin.SAME: ("as in es/pipelines", "pipeline_as_shipped"),
    Origin.OLDER: ("older than es/pipelines", "pipeline_older"),
    Origin.EDITED: ("edited by hand", "pipeline_edited"),
}
"""What is found of a pipeline in a word, and the sentence about it."""

REFUSALS = {
    "inference_unlicensed": "licence_is",
    "inference_api_missing": "inference_api_is_missing",
    "processors_missing": "processors_are_missing",
}
"""How the lack that a requirement's sentence names is said as the reason of a refusal."""


class Endpoint(StrEnum):
    """A file of es/pipelines/endpoints."""

    ELASTIC = "elastic"
    IMPORTED = "imported"
    OLLAMA = "ollama"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that the inference mode needs; ``sentence`` has a remedy where it is not there."""

    name: str
    found: str
    fine: bool
    sentence: Message

    @property
    def remedy(self) -> str:
        """What to do about it, in the reader's language; empty where it is there."""
        return self.sentence.remedy.text()


@dataclass(frozen=True, slots=True)
class Put:
    """What ``put`` did, or would do. ``endpoint_body`` is sent without its key here; None where it was there."""

    endpoint: str
    endpoint_body: Json | None
    pipelines: dict[str, str]
    dry_run: bool


def status(application: Application) -> tuple[Requirement, ...]:
    """Look at everything that the mode needs; nothing is changed. Raises UsageError without ``elasticsearch:<id>``."""
    store, inference_id = elasticsearch_store(application), _inference_id(application)
    with reading(store.where):
        checks = _requirements(store)
        endpoint = inference.read_endpoint(store.client, inference_id)
        if endpoint:
            found = _described(endpoint)
            sentence = Message("endpoint_there", endpoint=inference_id, found=found)
        else:
            found, sentence = "missing", Message("endpoint_missing", endpoint=inference_id)
        checks.append(Requirement(f"endpoint {inference_id}", found, endpoint is not None, sentence))
        for one in _pipelines(store):
            found, code = STATES[one.origin]
            sentence = Message(code, pipeline=one.name)
            checks.append(Requirement(f"pipeline {one.name}", found, one.origin is Origin.SAME, sentence))
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
                why = Message(REFUSALS[check.sentence.code], **check.sentence.values)
                raise _impossible(store, why, check.sentence.remedy)
        body = None
        if inference.read_endpoint(store.client, inference_id) is None:
            body = _endpoint_body(store, inference_id, endpoint, model, url)
        wanted = _wanted(store)
        if dry_run:
            return Put(inference_id, _without_key(body), dict.fromkeys(wanted.pipelines, "would be put"), True)
        audit.note(inference_id, endpoint_made=body is not None, pipelines=list(wanted.pipelines))
        if body is not None:
            _make_endpoint(store, inference_id, body)
        steps = put_templates(store.client, wanted)
    return Put(inference_id, _without_key(body), {step.name: str(step.outcome) for step in steps}, False)


def simulate(application: Application, text: str) -> Json:
    """Run one chunk through the pipeline without keeping it; returns it as it would be indexed.

    Raises UsageError where there is no pipeline.
    """
    store = elasticsearch_store(application)
    _inference_id(application)
    with reading(store.where):
        (pipeline,) = _pipelines(store)
        if pipeline.origin is Origin.MISSING:
            raise UsageError("no_pipeline", pipeline=pipeline.name)
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
        raise UsageError("elasticsearch_makes_no_vectors", model=application.settings.embedding_model)
    return inference_id


def _wanted(store: ElasticsearchStore) -> Templates:
    return Templates({}, {}, store.templates(1).pipelines)


def _pipelines(store: ElasticsearchStore) -> list[Installed]:
    return installed(store.client, _wanted(store))


def _requirements(store: ElasticsearchStore) -> list[Requirement]:
    """Licence, API and processors, the licence first: without it the rest does not matter."""
    kind, state = inference.licence(store.client)
    licensed = kind in inference.LICENCES and state == "active"
    api = inference.has_inference_api(store.client)
    missing = inference.missing_processors(store.client)
    licence = Message("inference_licensed" if licensed else "inference_unlicensed", licence=kind, state=state)
    interface = Message("inference_api_there" if api else "inference_api_missing")
    lacking = Message("processors_missing", processors=missing) if missing else Message("processors_complete")
    without = f"without {', '.join(missing)}" if missing else "complete"
    return [
        Requirement("the licence", f"{kind}, {state}", licensed, licence),
        Requirement("the inference API", "there" if api else "missing", api, interface),
        Requirement("the set of ingest processors", without, not missing, lacking),
    ]


def _impossible(store: ElasticsearchStore, why: Message, remedy: Message) -> IncompatibleServerError:
    return IncompatibleServerError("inference_impossible", where=store.where, why=why, remedy=remedy)


def _endpoint_body(
    store: ElasticsearchStore, inference_id: str, endpoint: Endpoint | None, model: str, url: str
) -> Json:
    if endpoint is None:
        raise UsageError("pipeline_without_endpoint", endpoint=inference_id)
    body = read_endpoint_body(es_folder(store.settings.es_dir), str(endpoint))
    body["service_settings"] |= {name: value for name, value in (("model_id", model), ("url", url)) if value}
    if url and body["service"] == "elasticsearch":
        raise UsageError("url_is_of_ollama")
    if body["service"] == "elasticsearch" and not inference.machine_learning_nodes(store.client):
        why = Message("machine_learning_node_missing")
        raise _impossible(store, why, why.remedy)
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
            "inference_endpoint_refused",
            where=store.where,
            endpoint=inference_id,
            status=error.meta.status,
            why=reason_of(error),
        ) from error


def _without_vector(store: ElasticsearchStore) -> Requirement:
    """How many chunks of how many documents, and one of the errors; the live version tells."""
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
        return Requirement("passages without a vector", "0", True, Message("passages_have_vectors"))
    first, total = hits[0]["_source"], answer["hits"]["total"]["value"]
    documents = answer["aggregations"]["documents"]["value"]
    source, why = first["source"], first["embedding_error"]
    sentence = Message("passages_without_vector", passages=total, documents=documents, source=source, why=why)
    found = f"{total} of {documents} documents, for example of {source}: {why}"
    return Requirement("passages without a vector", found, False, sentence)


def _without_key(body: Json | None) -> Json | None:
    if body is None:
        return None
    settings = {name: value for name, value in body["service_settings"].items() if name != "api_key"}
    return {**body, "service_settings": settings}


def _described(endpoint: Json) -> str:
    facts = endpoint.get("service_settings", {})
    return f"{endpoint.get('service')}, {facts.get('model_id', '?')}"
