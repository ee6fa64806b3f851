"""Ollama and its chat model. Without it searches work, and answers quote passages."""

from __future__ import annotations

from collections.abc import Iterator

from searchapp.errors import ModelUnavailableError, SearchAppError
from searchapp.findings import Finding, ok, warning
from searchapp.ollama_api import OllamaServer
from searchapp.wiring import Application

NAME = "Ollama"
SECONDS = 20.0


def check(application: Application) -> Iterator[Finding]:
    """Its version, the chat model, and the model's window beside the one that is asked for."""
    settings = application.settings
    server, model = OllamaServer(settings.ollama_url, SECONDS), settings.llm_model
    try:
        yield ok(NAME, f"Version {server.version()} at {server.shown}.")
        server.digest(model)
        window = server.window(model)
    except ModelUnavailableError as missing:
        yield warning(
            NAME, missing.message, f"{missing.remedy} Or set SEARCHAPP_LLM_MODEL to one of: {_models(server)}."
        )
        return
    except SearchAppError as failed:
        yield warning(NAME, f"{failed.message} Answers are quotations without it.", failed.remedy)
        return
    asked = settings.llm_context_tokens
    if window is not None and window < asked:
        yield warning(
            NAME, f"{model} reads {window:,} tokens, and {asked:,} are asked for.",
            f"Set SEARCHAPP_LLM_CONTEXT_TOKENS={window}.",
        )  # fmt: skip
    else:
        reads = f"reads {window:,} tokens" if window else "does not say how many tokens it reads"
        yield ok(NAME, f"{model} is there and {reads}; {asked:,} are asked for.")


def _models(server: OllamaServer) -> str:
    return ", ".join(sorted(server.models())) or "none is there"
