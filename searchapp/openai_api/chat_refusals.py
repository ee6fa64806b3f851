"""The errors for a refused ``/chat/completions``.

What a server says itself may hold the key or the text, and is not repeated.
"""

from __future__ import annotations

from searchapp.errors import (
    ModelMissingError,
    ModelUnavailableError,
    SearchAppError,
    ServiceRefusedError,
    ServiceUnavailableError,
)
from searchapp.openai_api.answers import TOO_LONG, error_of


def refusal(status: int, body: bytes, server: str, model: str) -> SearchAppError:
    """The error for an answer of another status than 200."""
    words, code = error_of(body)
    if status in (401, 403):
        return ServiceRefusedError("llm_key_refused", server=server, status=status)
    if code == "insufficient_quota" or status == 402:
        return ServiceRefusedError("llm_credit_used_up", server=server)
    if 300 <= status < 400:
        return ServiceUnavailableError("llm_server_moved", server=server, status=status)
    if model and status in (400, 404) and (code == "model_not_found" or (status == 404 and words)):
        return ModelMissingError("llm_model_missing", server=server, model=model)
    if status in (404, 405):
        return ServiceUnavailableError("llm_protocol_unknown", server=server)
    if status in (400, 413, 422, 500) and any(word in words.lower() for word in TOO_LONG):
        return ModelUnavailableError("llm_prompt_too_long", model=model, server=server)
    if status in (400, 422):
        return ModelUnavailableError("llm_request_refused", server=server, model=model, status=status)
    if status in (429, 503, 529):
        return ServiceUnavailableError("llm_busy", server=server, status=status)
    return ServiceUnavailableError("llm_failed", server=server, status=status)
