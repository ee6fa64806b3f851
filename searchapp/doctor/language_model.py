"""Whether a language model can write answers, and how much it reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from searchapp.errors import ModelMissingError, SearchAppError
from searchapp.findings import Finding, Severity, found, ok, warning
from searchapp.llm import ChatModel, answering
from searchapp.ollama_api import OllamaServer
from searchapp.openai_api.chat import ChatServer
from searchapp.openai_api.leaving import questions_leave
from searchapp.settings import Settings
from searchapp.settings.serving import LanguageProvider
from searchapp.wiring import Application

LANGUAGE_MODEL = "language model"
SECONDS = 20.0


def check_language_model(application: Application) -> Iterator[Finding]:
    """The server that answers, its model, and the model's window beside the one that is asked for."""
    if application.settings.language_model.provider is LanguageProvider.OPENAI:
        yield from _check_chat_server(application.settings)
    else:
        yield from _check_ollama(application)


def _check_chat_server(settings: Settings) -> Iterator[Finding]:
    server, model = ChatServer.of(settings, SECONDS), settings.language_model.name
    if leaves := questions_leave(settings):
        yield found(LANGUAGE_MODEL, Severity.INFO, leaves.sentence)
    try:
        names = [one.name for one in server.chat_models()]
        server.check(model)
        window = server.window(model)
    except SearchAppError as failed:
        yield warning(LANGUAGE_MODEL, "answers_are_quotations", failure=failed.sentence, remedy=failed.sentence.remedy)
        return
    yield ok(LANGUAGE_MODEL, "llm_server_answers", server=server.shown)
    asked = settings.llm_context_tokens
    if model not in names:
        yield warning(LANGUAGE_MODEL, "llm_model_not_listed", model=model, server=server.shown, names=names)
    elif window is None:
        yield ok(LANGUAGE_MODEL, "chat_model_hides_its_window", model=model, asked=asked)
    elif window < asked and settings.chooses_window:
        yield warning(LANGUAGE_MODEL, "chat_model_reads_less", model=model, window=window, asked=asked)
    else:
        yield ok(LANGUAGE_MODEL, "chat_model_is_there", model=model, window=window, asked=asked)


def _check_ollama(application: Application) -> Iterator[Finding]:
    settings = application.settings
    server, model = OllamaServer.of(settings, SECONDS), settings.language_model.name
    try:
        yield ok(LANGUAGE_MODEL, "ollama_answers", version=server.version(), where=server.shown)
        server.digest(model)
        window = server.window(model)
    except ModelMissingError as missing:
        yield _missing(missing, model, server.chat_models())
        return
    except SearchAppError as failed:
        yield warning(LANGUAGE_MODEL, "answers_are_quotations", failure=failed.sentence, remedy=failed.sentence.remedy)
        return
    asked = settings.llm_context_tokens
    if window is not None and window < asked:
        yield warning(LANGUAGE_MODEL, "chat_model_reads_less", model=model, window=window, asked=asked)
    elif window:
        yield ok(LANGUAGE_MODEL, "chat_model_is_there", model=model, window=window, asked=asked)
    else:
        yield ok(LANGUAGE_MODEL, "chat_model_hides_its_window", model=model, asked=asked)


def _missing(missing: ModelMissingError, configured: str, models: Sequence[ChatModel]) -> Finding:
    failure, remedy, names = missing.sentence, missing.sentence.remedy, [model.name for model in models]
    if substitute := answering(configured, models):
        return warning(
            LANGUAGE_MODEL, "chat_model_substituted", failure=failure, remedy=remedy, substitute=substitute, names=names
        )
    if names:
        return warning(LANGUAGE_MODEL, "chat_model_unavailable", failure=failure, remedy=remedy, names=names)
    return warning(LANGUAGE_MODEL, "no_chat_model", failure=failure, remedy=remedy)
