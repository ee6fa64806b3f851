"""Vectors that the server makes: what its inference API knows and allows, and the embedder over one of its endpoints.

Every call is one of the documented ones.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
from elasticsearch import ApiError, Elasticsearch, NotFoundError

from searchapp.embedding.base import ELASTICSEARCH, Fingerprint, batches_by_length
from searchapp.errors import ModelUnavailableError, UsageError
from searchapp.model import Vector, Vectors
from searchapp.settings import Settings
from searchapp.stores.elasticsearch.connection import connect, reading, shown
from searchapp.tokens import EstimatingTokenizer, Tokenizer

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

WINDOW_TOKENS = 256
"""Tokens a chunk may have where the endpoint does not tell: all-MiniLM reads 256, e5 and most others 512 or more."""


class ElasticsearchEmbedder:
    """Asks the endpoint ``model`` of the configured cluster, named by ``elasticsearch:<inference id>``.

    Ingestion and search do not come here: chunks go to the store as text (es/pipelines), queries as text too
    (``query_vector_builder``). What comes here is the fingerprint, and the few texts that answers compare.
    """

    def __init__(self, model: str, settings: Settings) -> None:
        if not settings.elasticsearch_url:
            raise UsageError("inference_without_elasticsearch", model=f"{ELASTICSEARCH}:{model}")
        self._id = model
        self._settings = settings
        self._where = shown(settings.elasticsearch_url)
        self.tokenizer: Tokenizer = EstimatingTokenizer()

    @cached_property
    def _client(self) -> Elasticsearch:
        return connect(self._settings)

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """See ``Embedder``. Raises ModelUnavailableError where the endpoint or the whole inference API is missing."""
        with reading(self._where):
            endpoint = read_endpoint(self._client, self._id)
            if endpoint is None:
                raise ModelUnavailableError("inference_endpoint_missing", where=self._where, endpoint=self._id)
            facts: Json = endpoint.get("service_settings", {})
            dims = facts.get("dimensions") or len(embeddings(self._client, self._id, ["probe"])[0])
        return Fingerprint(
            provider=ELASTICSEARCH,
            model=self._id,
            digest=_digest(endpoint),
            dims=int(dims),
            max_tokens=int(facts.get("max_input_tokens") or WINDOW_TOKENS),
        )

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``."""
        vectors = np.empty((len(texts), self.fingerprint.dims), dtype=np.float32)
        with reading(self._where):
            for batch in batches_by_length(texts, self._settings.embedding_batch_size):
                rows = np.asarray(embeddings(self._client, self._id, [texts[n] for n in batch]), dtype=np.float32)
                vectors[batch] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return vectors

    def embed_query(self, text: str) -> Vector:
        """See ``Embedder``."""
        vector: Vector = self.embed_documents([text])[0]
        return vector


def _digest(endpoint: Json) -> str:
    """What decides the vectors: the service and its model, not where it runs or how many copies there are."""
    facts = endpoint.get("service_settings", {})
    deciding = {name: facts.get(name) for name in ("model_id", "dimensions", "element_type")}
    deciding["service"] = endpoint.get("service")
    return sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()


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
