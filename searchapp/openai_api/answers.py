"""An answer of ``/embeddings`` as an array, once it is known that it holds what was asked for, or as one of our errors.

What a server says itself may hold the key or the text, and is not repeated.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import numpy as np

from searchapp.errors import (
    ModelUnavailableError,
    SearchAppError,
    ServiceRefusedError,
    ServiceUnavailableError,
    TextTooLongError,
)
from searchapp.model import Vectors


class Embedded(NamedTuple):
    """``(n, dims) float32``, L2-normalised, in the order of the texts; and the tokens that the server counted."""

    vectors: Vectors
    tokens: int | None


def read_answer(body: bytes, count: int, server: str) -> Embedded:
    """The vectors for ``count`` texts.

    Raises ModelUnavailableError when some are missing, left over, not numbers, or of different lengths, and
    ServiceUnavailableError when it is no answer of this protocol.
    """
    try:
        answer: Any = json.loads(body)
        rows = {int(one["index"]): one["embedding"] for one in answer["data"]}
        sent = len(answer["data"])
        tokens = (answer.get("usage") or {}).get("total_tokens")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise not_the_protocol(server) from None
    if sent != count:
        raise ModelUnavailableError("vectors_miscounted", server=server, sent=sent, count=count)
    # By index, not by position: the protocol promises no order.
    if set(rows) != set(range(count)):
        raise ModelUnavailableError("vectors_unnumbered", server=server)
    vectors = _normalised([rows[index] for index in range(count)], server)
    return Embedded(vectors, tokens if isinstance(tokens, int) and tokens >= 0 else None)


def _normalised(rows: list[Any], server: str) -> Vectors:
    if any(not isinstance(row, list) or not row for row in rows):
        raise not_the_protocol(server)
    if len({len(row) for row in rows}) > 1:
        raise ModelUnavailableError("vectors_uneven", server=server)
    try:
        vectors = np.asarray(rows, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        raise not_the_protocol(server) from None
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if vectors.ndim != 2 or not np.isfinite(norms).all() or not norms.all():
        # A server of half precision answers NaN when a sum overflows, and some answer zeros for what they cannot read.
        raise ModelUnavailableError("vector_undirected", server=server)
    return np.asarray(vectors / norms, dtype=np.float32)


def not_the_protocol(server: str) -> ServiceUnavailableError:
    """The error that something answers there which is no server of embeddings, or a proxy in front of one."""
    return ServiceUnavailableError("embeddings_protocol_unknown", server=server)


TOO_LONG = (
    "context length",
    "input length",
    "too long",
    "too large",
    "maximum",
    "n_ctx",
    "exceed",
    "tokens per request",
)
"""How servers say it: OpenAI and vLLM, Ollama, text-embeddings-inference, llama.cpp."""


def refusal(status: int, body: bytes, server: str, model: str) -> SearchAppError:
    """The error for an answer of another status than 200."""
    said, code = error_of(body)
    if status in (401, 403):
        return ServiceRefusedError("embeddings_key_refused", server=server, status=status)
    if code == "insufficient_quota":
        return ServiceRefusedError("embeddings_credit_used_up", server=server)
    if 300 <= status < 400:
        return ServiceUnavailableError("embeddings_server_moved", server=server, status=status)
    if status == 404 and said:
        return ModelUnavailableError("embeddings_model_missing", server=server, model=model)
    if status in (404, 405):
        return not_the_protocol(server)
    if status in (400, 413, 422, 500) and any(words in said.lower() for words in TOO_LONG):
        return TextTooLongError("embeddings_text_too_long", model=model, server=server)
    if "dimension" in said.lower():
        return ModelUnavailableError("embeddings_dimensions_refused", model=model, server=server)
    if status in (400, 422):
        return ModelUnavailableError("embeddings_request_refused", server=server, model=model, status=status)
    if status == 429:
        return busy(server)
    return ServiceUnavailableError("embeddings_server_failed", server=server, status=status)


def busy(server: str) -> ServiceUnavailableError:
    """The error that the server wants to be left alone for a while."""
    return ServiceUnavailableError("embeddings_server_busy", server=server)


def error_of(body: bytes) -> tuple[str, str]:
    """Message and code of an error; ``{"error": {"message", "code"}}`` at OpenAI, flatter at others."""
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    error = answer.get("error", answer) if isinstance(answer, dict) else answer
    if isinstance(error, dict):
        return str(error.get("message") or error.get("detail") or "error"), str(error.get("code") or "")
    return str(error), ""
