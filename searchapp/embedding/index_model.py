"""The model of an index: what the settings leave open it decides, and searches follow it where it was moved."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from searchapp.embedding.base import Embedder, Fingerprint
from searchapp.embedding.models import build_embedder
from searchapp.embedding.shared import SharedEmbedder
from searchapp.errors import ModelUnavailableError
from searchapp.model import Vector, Vectors
from searchapp.openai_api.leaving import PROVIDER
from searchapp.settings import Settings
from searchapp.settings.addresses import host_of, is_this_machine
from searchapp.tokens import Tokenizer

_lock = threading.Lock()
_loaded: dict[Fingerprint, Embedder] = {}
"""Models that this process followed an index to; loading one takes seconds, so every part of it shares them."""


class OpenEmbedder:
    """The embedder of settings that leave something open: the model, or a prompt that it declares.

    An index that is there decides: it keeps the model, and the prompts, that it was built with. ``indexed`` tells its
    fingerprint, None where there is none yet. Nothing is asked or loaded before the first use.
    """

    exclusive = True

    def __init__(self, settings: Settings, indexed: Callable[[], Fingerprint | None]) -> None:
        self._settings = settings
        self._indexed = indexed

    @cached_property
    def _embedder(self) -> Embedder:
        if not self._settings.chooses_model:
            indexed = self._indexed()
            return self._following(indexed) if indexed else build_embedder(self._settings)
        chosen = build_embedder(self._settings)
        fingerprint, settings = chosen.fingerprint, self._settings
        declared = fingerprint.query_prompt or fingerprint.document_prompt
        if declared and settings.embedding_query_prompt is None and settings.embedding_document_prompt is None:
            indexed = self._indexed()
            # Before 0.2 the prompt "chunk" that a model declares was not used.
            if indexed and fingerprint != indexed and fingerprint.with_prompts_of(indexed).matches(indexed):
                return _load(indexed, self._settings)
        return chosen

    def _following(self, indexed: Fingerprint) -> Embedder:
        """The index's model; a prompt that the settings name stays as named, and is refused if it is another."""
        settings = self._settings
        prompts = {
            "embedding_query_prompt": settings.embedding_query_prompt,
            "embedding_document_prompt": settings.embedding_document_prompt,
        }
        named = {name: prompt for name, prompt in prompts.items() if prompt is not None}
        return _load(indexed, settings, named)

    @property
    def fingerprint(self) -> Fingerprint:
        """See ``Embedder``."""
        return self._embedder.fingerprint

    @property
    def tokenizer(self) -> Tokenizer:
        """See ``Embedder``."""
        return self._embedder.tokenizer

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``."""
        return self._embedder.embed_documents(texts)

    def embed_query(self, text: str) -> Vector:
        """See ``Embedder``."""
        return self._embedder.embed_query(text)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """See ``EmbedsQueries``."""
        together = getattr(self._embedder, "embed_queries", None)
        if together is not None:
            vectors: Vectors = together(texts)
            return vectors
        import numpy as np

        return np.array([self._embedder.embed_query(text) for text in texts])

    def check(self) -> None:
        """Raise what an embedding would raise now."""
        check = getattr(self._embedder, "check", None)
        if check is not None:
            check()
        else:
            _ = self._embedder.fingerprint


def embedder_of(settings: Settings, indexed: Callable[[], Fingerprint | None]) -> Embedder:
    """The embedder by the settings and, as far as these leave it open, by the index; nothing is loaded yet.

    Raises UsageError for an unknown provider.
    """
    provider = settings.embedding_model.partition(":")[0]
    if settings.chooses_model and provider != "sentence-transformers":
        return build_embedder(settings)
    build_embedder(settings)  # a wrong setting is refused now
    return OpenEmbedder(settings, indexed)


def embedder_for(fingerprint: Fingerprint, configured: Embedder, settings: Settings) -> Embedder:
    """``configured`` when it is the model of ``fingerprint``, else an embedder of that model, loaded once.

    Raises ModelUnavailableError when the model cannot be had here or has other weights, and the provider's errors.
    """
    if configured.fingerprint.matches(fingerprint):
        return configured
    key = dataclasses.replace(fingerprint, dtype="")
    with _lock:
        if key not in _loaded:
            _loaded[key] = SharedEmbedder(_load(fingerprint, settings), batch_size=settings.embedding_batch_size)
        return _loaded[key]


def _load(fingerprint: Fingerprint, settings: Settings, prompts: Mapping[str, str] | None = None) -> Embedder:
    """The embedder of ``fingerprint``, with other ``prompts`` where some are given."""
    sends = fingerprint.provider == PROVIDER and not is_this_machine(settings.openai_base_url)
    if sends and not settings.embedding_model.startswith(f"{PROVIDER}:"):
        raise ModelUnavailableError(  # an index alone must not make text leave the machine
            "index_model_unnamed",
            indexed=str(fingerprint),
            host=host_of(settings.openai_base_url),
            model=f"{fingerprint.provider}:{fingerprint.model}",
        )
    named = f"{fingerprint.provider}:{fingerprint.model}"
    embedder = build_embedder(
        settings.model_copy(
            update={
                "embedding_model": named,
                "embedding_query_prompt": fingerprint.query_prompt,
                "embedding_document_prompt": fingerprint.document_prompt,
                "embedding_max_tokens": fingerprint.max_tokens,  # where the model itself does not tell it
                **(prompts or {}),
            }
        ),
        fingerprint.digest,
    )
    if not embedder.fingerprint.with_prompts_of(fingerprint).matches(fingerprint):
        raise ModelUnavailableError("index_model_differs", indexed=str(fingerprint), here=str(embedder.fingerprint))
    return embedder
