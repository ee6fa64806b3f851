"""Embeddings by a local Ollama server."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from searchapp.embedding.base import Fingerprint, batches_by_length
from searchapp.errors import ModelUnavailableError
from searchapp.model import Vector, Vectors
from searchapp.ollama_api import OllamaServer, tokenizer_of
from searchapp.settings import Settings
from searchapp.tokens import Tokenizer

CHECK_SECONDS = 3.0

WINDOW_SHARE = 0.9
"""Share of the window that is used: Ollama makes more tokens of some CJK punctuation than the model's tokenizer."""

PROMPTS = {
    # Each model's card on ollama.com says what to put in front; the first matching name counts.
    "mxbai-embed-large": ("Represent this sentence for searching relevant passages: ", ""),
    "nomic-embed-text": ("search_query: ", "search_document: "),
    "snowflake-arctic-embed": ("Represent this sentence for searching relevant passages: ", ""),
    "embeddinggemma": ("task: search result | query: ", "title: none | text: "),
}


class OllamaEmbedder:
    """Asks ``/api/embed``; window, dimensions and tokenizer are read from the model that the server has."""

    def __init__(self, model: str, settings: Settings) -> None:
        self._name = model
        self._settings = settings
        self._server = OllamaServer.of(settings)

    @cached_property
    def _info(self) -> dict[str, object]:
        return dict(self._server.show(self._name))

    @cached_property
    def _prompts(self) -> tuple[str, str]:
        known = next((prompts for name, prompts in PROMPTS.items() if self._name.startswith(name)), ("", ""))
        query, document = self._settings.embedding_query_prompt, self._settings.embedding_document_prompt
        return known[0] if query is None else query, known[1] if document is None else document

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """See ``Embedder``."""
        window = next((value for key, value in self._info.items() if key.endswith(".context_length")), None)
        if not isinstance(window, int):
            raise ModelUnavailableError("model_window_unknown", model=self._name)
        return Fingerprint(
            provider="ollama",
            model=self._name.removesuffix(":latest"),
            digest=self._server.digest(self._name),
            dims=len(self._server.embed(self._name, ["probe"])[0]),
            max_tokens=int(window * WINDOW_SHARE),
            query_prompt=self._prompts[0],
            document_prompt=self._prompts[1],
        )

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """See ``Embedder``."""
        return tokenizer_of(self._info)

    def check(self) -> None:
        """Raise when the server does not answer within a moment, or the model is not there."""
        OllamaServer.of(self._settings, CHECK_SECONDS).digest(self._name)

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``."""
        return self._embed([self._prompts[1] + text for text in texts])

    def embed_query(self, text: str) -> Vector:
        """See ``Embedder``."""
        vector: Vector = self.embed_queries([text])[0]
        return vector

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """See ``EmbedsQueries``."""
        return self._embed([self._shortened(self._prompts[0] + text) for text in texts])

    def _shortened(self, text: str) -> str:
        room = self.fingerprint.max_tokens - self.tokenizer.special_tokens
        spans = self.tokenizer.spans(text)
        return text[: spans[room - 1][1]] if len(spans) > room else text

    def _embed(self, texts: list[str]) -> Vectors:
        vectors = np.empty((len(texts), self.fingerprint.dims), dtype=np.float32)
        for batch in batches_by_length(texts, self._settings.embedding_batch_size):
            rows = np.asarray(self._server.embed(self._name, [texts[index] for index in batch]), dtype=np.float32)
            vectors[batch] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return vectors
