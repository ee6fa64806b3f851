"""The embedder whose vectors Elasticsearch makes: an inference endpoint, named by ``elasticsearch:<inference id>``.

Ingestion and search do not come here: passages go to the store as text (es/pipelines), queries as text too
(``query_vector_builder``). What comes here is the fingerprint, and the few texts that answers compare.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
from elasticsearch import Elasticsearch

from searchapp.embedding.base import ELASTICSEARCH, Fingerprint, batches_by_length
from searchapp.errors import ModelUnavailableError, UsageError
from searchapp.model import Vector, Vectors
from searchapp.settings import Settings
from searchapp.stores.elasticsearch.connection import connect, reading, shown
from searchapp.stores.elasticsearch.inference import embeddings, read_endpoint
from searchapp.tokens import EstimatingTokenizer, Tokenizer

Json = dict[str, Any]

WINDOW_TOKENS = 256
"""Tokens a passage may have where the endpoint does not tell: all-MiniLM reads 256, e5 and most others 512 or more."""


class ElasticsearchEmbedder:
    """Asks the endpoint ``model`` of the configured cluster."""

    def __init__(self, model: str, settings: Settings) -> None:
        if not settings.elasticsearch_url:
            raise UsageError(
                f"SEARCHAPP_EMBEDDING_MODEL is 'elasticsearch:{model}', and no Elasticsearch is configured.",
                "Set SEARCHAPP_ELASTICSEARCH_URL, or choose another model.",
            )
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
                raise ModelUnavailableError(
                    f"Elasticsearch at {self._where} has no inference endpoint '{self._id}' for text embeddings.",
                    "searchapp es pipeline status says what is missing; searchapp es pipeline put makes it.",
                )
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
