"""The embedder of the model that an index was built with, where it is not the configured one."""

from __future__ import annotations

import dataclasses
import threading

from searchapp.embedding.base import Embedder, Fingerprint
from searchapp.embedding.providers import build_embedder
from searchapp.embedding.shared import SharedEmbedder
from searchapp.errors import ModelUnavailableError
from searchapp.settings import Settings

_lock = threading.Lock()
_loaded: dict[Fingerprint, Embedder] = {}
"""Models that this process followed an index to; loading one takes seconds, so every part of it shares them."""


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


def _load(fingerprint: Fingerprint, settings: Settings) -> Embedder:
    embedder = build_embedder(
        settings.model_copy(
            update={
                "embedding_model": f"{fingerprint.provider}:{fingerprint.model}",
                "embedding_query_prompt": fingerprint.query_prompt,
                "embedding_document_prompt": fingerprint.document_prompt,
            }
        )
    )
    if not embedder.fingerprint.matches(fingerprint):
        raise ModelUnavailableError(
            f"The index was built with {fingerprint}, and the model of that name is {embedder.fingerprint} here.",
            "Install the model that the index was built with.",
        )
    return embedder
