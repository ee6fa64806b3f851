"""Embeddings in this process: by a prepared model, or by sentence-transformers itself."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from searchapp.embedding.base import Fingerprint, batches_by_length
from searchapp.embedding.models import DEFAULT_MODEL, PACKAGED
from searchapp.embedding.runtime.compiled import CompiledModel, runs_here
from searchapp.embedding.runtime.facts import ModelFacts
from searchapp.embedding.runtime.preparing import find_prepared, prepare
from searchapp.embedding.weights import Weights, find_weights
from searchapp.errors import ModelUnavailableError, unwritable
from searchapp.model import Vector, Vectors
from searchapp.settings import Settings
from searchapp.tokens import Tokenizer


class _Model(Protocol):
    """What ``CompiledModel`` and ``ReferenceModel`` are both."""

    facts: ModelFacts

    @property
    def dtype(self) -> str: ...

    @property
    def tokenizer(self) -> Tokenizer: ...

    def encode(self, texts: Sequence[str]) -> Vectors: ...


class SentenceTransformersEmbedder:
    """Runs a model of sentence-transformers: one that is known by name, a folder, or one of the hub.

    It is compiled for this machine on first use (``runtime``), and then PyTorch is not needed any more. On a GPU, and
    where a model cannot be compiled, sentence-transformers runs it. Safe to share between threads: one encodes at a
    time, as the model itself keeps every core busy. Given a ``digest``, only a model of these weights will do.
    """

    exclusive = True

    def __init__(self, model: str, settings: Settings, digest: str = "") -> None:
        self._name = model
        self._settings = settings
        self._digest = digest
        self._lock = threading.RLock()

    @cached_property
    def _model(self) -> _Model:
        with self._lock:
            return loaded_model(self._name, self._settings, self._digest)

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """See ``Embedder``."""
        facts, settings = self._model.facts, self._settings
        query, document = settings.embedding_query_prompt, settings.embedding_document_prompt
        return Fingerprint(
            provider="sentence-transformers",
            model=facts.name,
            digest=facts.digest,
            dims=facts.dims,
            max_tokens=facts.max_tokens,
            query_prompt=facts.query_prompt if query is None else query,
            document_prompt=facts.document_prompt if document is None else document,
            dtype=self._model.dtype,
        )

    @property
    def tokenizer(self) -> Tokenizer:
        """See ``Embedder``."""
        return self._model.tokenizer

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``."""
        return self._encode([self.fingerprint.document_prompt + text for text in texts])

    def embed_query(self, text: str) -> Vector:
        """See ``Embedder``."""
        vector: Vector = self.embed_queries([text])[0]
        return vector

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """See ``EmbedsQueries``."""
        return self._encode([self.fingerprint.query_prompt + text for text in texts])

    def _encode(self, texts: list[str]) -> Vectors:
        vectors = np.empty((len(texts), self.fingerprint.dims), dtype=np.float32)
        size = self._settings.embedding_batch_size
        tokens = self.tokenizer.counts(texts) if len(texts) > size else None
        for batch in batches_by_length(texts, size, tokens):
            with self._lock:
                vectors[batch] = self._model.encode([texts[index] for index in batch])
        return vectors


def loaded_model(name: str, settings: Settings, digest: str = "") -> _Model:
    """The model called ``name``, prepared where that is possible; nothing is fetched where it is on this machine.

    Where the settings name no model and the default one cannot be had, the packaged one serves. Raises
    ModelUnavailableError and StorageError.
    """
    from searchapp.embedding.hub import fetch

    compiles = runs_here() and not has_gpu()
    if compiles and digest and (found := find_prepared(settings, None, digest=digest)) and found[1].cosines:
        return CompiledModel(found[0], settings.embedding_precision)
    weights = find_weights(name)
    found = find_prepared(settings, weights, name)
    if found is None and weights is None:
        try:
            weights = fetch(name)
        except ModelUnavailableError:
            if settings.chooses_model or f"sentence-transformers:{name}" != DEFAULT_MODEL:
                raise
            return loaded_model(PACKAGED, settings, digest)
    if compiles and (found is None or found[1].cosines):
        folder, facts = found or prepare(settings, _there(weights, name))
        if facts.cosines:
            return CompiledModel(folder, settings.embedding_precision)
    return _reference(_there(weights, name), settings)


def _there(weights: Weights | None, name: str) -> Weights:
    if weights is None:
        raise ModelUnavailableError("prepared_model_unusable", name=name)
    return weights


def _reference(weights: Weights, settings: Settings) -> _Model:
    from searchapp.embedding.runtime.reference import ReferenceModel, load_reference

    folder = settings.model_folders[-1]
    try:
        return ReferenceModel(load_reference(weights, folder), weights, "")
    except OSError as error:
        raise unwritable(folder, error) from error


def has_gpu() -> bool:
    """Whether sentence-transformers would compute on an NVIDIA GPU; PyTorch is asked only where a driver is."""
    if not Path("/proc/driver/nvidia/version").exists() and not Path("/dev/nvidia0").exists():
        return False
    try:
        import torch
    except ImportError:
        return False
    return bool(torch.cuda.is_available())
