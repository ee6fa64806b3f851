"""Names to embedders: each backend is named once here and imported when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from searchapp.embedding.base import Embedder
from searchapp.errors import UsageError
from searchapp.settings import Settings

PROVIDERS = {
    "sentence-transformers": "searchapp.embedding.sentence_transformers:SentenceTransformersEmbedder",
    "ollama": "searchapp.embedding.ollama:OllamaEmbedder",
    "elasticsearch": "searchapp.stores.elasticsearch.embedder:ElasticsearchEmbedder",
    "hashed": "searchapp.embedding.hashed:HashedEmbedder",
}


def build_embedder(settings: Settings) -> Embedder:
    """The embedder that ``settings.embedding_model`` ("provider:model") names; nothing is loaded yet.

    Raises UsageError for an unknown provider.
    """
    provider, _, model = settings.embedding_model.partition(":")
    if provider not in PROVIDERS or not model:
        raise UsageError(
            f"SEARCHAPP_EMBEDDING_MODEL is '{settings.embedding_model}', which names no known model provider.",
            "Write provider:model, for example sentence-transformers:all-MiniLM-L6-v2 or ollama:mxbai-embed-large.",
        )
    module, _, name = PROVIDERS[provider].partition(":")
    return cast(Embedder, getattr(import_module(module), name)(model, settings))
