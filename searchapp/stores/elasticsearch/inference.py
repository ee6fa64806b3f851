"""What the inference API of a server knows and allows; every call is one of the documented ones."""

from __future__ import annotations

from typing import Any

from elasticsearch import ApiError, Elasticsearch, NotFoundError

Json = dict[str, Any]

TASK = "text_embedding"

LICENCES = ("trial", "enterprise")
"""Elasticsearch's INFERENCE_API_FEATURE asks for Enterprise, whatever the service, but for Elastic's own hosted one."""

PROCESSORS = ("inference", "remove", "set")
"""The ingest processors that es/pipelines needs."""

START_SECONDS = 600
"""Time for making an endpoint: Elastic's own model is downloaded and started with it."""

MISSING = (400, 404, 405)
"""HTTP statuses that a server without the API, or without the endpoint, answers with."""


def read_endpoint(client: Elasticsearch, inference_id: str) -> Json | None:
    """The endpoint's own description, secrets left out; None where it, or the whole API, is missing."""
    try:
        found = client.inference.get(task_type=TASK, inference_id=inference_id)
    except ApiError as error:
        if error.meta.status in MISSING:
            return None
        raise
    endpoints: list[Json] = found["endpoints"]
    return endpoints[0] if endpoints else None


def embeddings(client: Elasticsearch, inference_id: str, texts: list[str]) -> list[list[float]]:
    """The vectors that the endpoint makes of these texts, in their order."""
    answer = client.inference.text_embedding(inference_id=inference_id, input=texts)
    return [one["embedding"] for one in answer["text_embedding"]]


def licence(client: Elasticsearch) -> tuple[str, str]:
    """Type and status: ("basic", "active"); ("none", "not issued") in the first seconds of a new cluster."""
    try:
        found = client.license.get()["license"]
    except NotFoundError:
        return "none", "not issued"
    return found["type"], found["status"]


def missing_processors(client: Elasticsearch) -> tuple[str, ...]:
    """Those of PROCESSORS that some node for ingestion lacks."""
    fields = ["nodes.*.roles", "nodes.*.ingest.processors"]
    nodes = client.nodes.info(metric="ingest", filter_path=fields).get("nodes", {}).values()
    known = [
        {processor["type"] for processor in node.get("ingest", {}).get("processors", [])}
        for node in nodes
        if "ingest" in node["roles"]
    ]
    return tuple(name for name in PROCESSORS if not known or not all(name in types for types in known))


def has_inference_api(client: Elasticsearch) -> bool:
    """Whether the server has the inference API at all."""
    try:
        client.inference.get()
    except ApiError as error:
        if error.meta.status in MISSING:
            return False
        raise
    return True


def machine_learning_nodes(client: Elasticsearch) -> int:
    """Nodes with the role ``ml``, which run models inside the cluster."""
    nodes = client.nodes.info(metric="http", filter_path="nodes.*.roles").get("nodes", {})
    return sum("ml" in node["roles"] for node in nodes.values())
