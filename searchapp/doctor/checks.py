"""What every installation has, in the order in which people read; those of Elasticsearch are in cluster/checks."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator, Sequence

from searchapp.embedding import is_here
from searchapp.embedding.models import weakness
from searchapp.embedding.server_memory import SentTokens
from searchapp.errors import ModelMissingError, SearchAppError
from searchapp.findings import Finding, Severity, error, found, info, ok, warning
from searchapp.model import DocumentEntry, DocumentState
from searchapp.ollama_api import ChatModel, OllamaServer, answering
from searchapp.openai_api.leaving import PROVIDER, leaving
from searchapp.search.reranker import reranker_named
from searchapp.settings import Settings
from searchapp.settings.addresses import host_of
from searchapp.stores import EntryOrder, Store, model_in_use
from searchapp.wiring import Application

EMBEDDING = "embedding model"


def check_embedding_model(application: Application) -> Iterator[Finding]:
    """Loads the model; raises as the embedder does."""
    settings = application.settings
    if settings.embedding_model.startswith(f"{PROVIDER}:"):
        yield from _sent(settings)  # first: the server may not answer
        fingerprint = application.embedder.fingerprint
        yield ok(
            EMBEDDING, "model_of_a_server", model=str(fingerprint), tokens=fingerprint.max_tokens,
            host=host_of(settings.openai_base_url),
        )  # fmt: skip
        return
    if not is_here(settings) and application.store.fingerprint() is None:
        yield warning(EMBEDDING, "model_not_fetched_yet", model=settings.embedding_model)
        return
    fingerprint = application.embedder.fingerprint
    yield ok(EMBEDDING, "model_works_offline", model=str(fingerprint), tokens=fingerprint.max_tokens)
    if lacks := weakness(fingerprint.model):
        yield found(EMBEDDING, Severity.INFO, lacks)


def _sent(settings: Settings) -> Iterator[Finding]:
    if leaves := leaving(settings):
        yield found(EMBEDDING, Severity.INFO, leaves.sentence)
    host, (_, _, model) = host_of(settings.openai_base_url), settings.embedding_model.partition(":")
    tokens, price = SentTokens(settings.data_dir).total(host, model), settings.embedding_price
    if tokens and price is not None:
        cost = f"{tokens * price / 1_000_000:,.4f}".rstrip("0").rstrip(".")
        yield info(EMBEDDING, "tokens_sent_and_cost", tokens=tokens, host=host, cost=cost)
    elif tokens:
        yield info(EMBEDDING, "tokens_sent", tokens=tokens, host=host)


RERANKER = "reranker"


def check_reranker(application: Application) -> Iterator[Finding]:
    """Raises ModelUnavailableError when the model cannot be loaded; says nothing where none is named."""
    settings = application.settings
    if settings.reranker:
        reranker_named(settings.reranker)
        yield ok(RERANKER, "reranker_loads", model=settings.reranker, passages=settings.reranked)


OLLAMA = "Ollama"
SECONDS = 20.0


def check_ollama(application: Application) -> Iterator[Finding]:
    """Its version, the chat model, and the model's window beside the one that is asked for."""
    settings = application.settings
    server, model = OllamaServer.of(settings, SECONDS), settings.llm_model
    try:
        yield ok(OLLAMA, "ollama_answers", version=server.version(), where=server.shown)
        server.digest(model)
        window = server.window(model)
    except ModelMissingError as missing:
        yield _missing(missing, model, server.chat_models())
        return
    except SearchAppError as failed:
        yield warning(OLLAMA, "answers_are_quotations", failure=failed.sentence, remedy=failed.sentence.remedy)
        return
    asked = settings.llm_context_tokens
    if window is not None and window < asked:
        yield warning(OLLAMA, "chat_model_reads_less", model=model, window=window, asked=asked)
    elif window:
        yield ok(OLLAMA, "chat_model_is_there", model=model, window=window, asked=asked)
    else:
        yield ok(OLLAMA, "chat_model_hides_its_window", model=model, asked=asked)


def _missing(missing: ModelMissingError, configured: str, models: Sequence[ChatModel]) -> Finding:
    failure, remedy, names = missing.sentence, missing.sentence.remedy, [model.name for model in models]
    if substitute := answering(configured, models):
        return warning(
            OLLAMA, "chat_model_substituted", failure=failure, remedy=remedy, substitute=substitute, names=names
        )
    if names:
        return warning(OLLAMA, "chat_model_unavailable", failure=failure, remedy=remedy, names=names)
    return warning(OLLAMA, "no_chat_model", failure=failure, remedy=remedy)


STORE = "store"


def check_embedded_store(application: Application) -> Iterator[Finding]:
    """Raises as ``Store.check`` does."""
    store = application.store
    store.check()
    yield ok(STORE, "embedded_store_holds", folder=application.settings.data_dir, passages=store.count())


FOLDER = "data folder"
LITTLE = 2**30
"""Bytes; the store writes new files before it removes old ones."""


def check_data_folder(application: Application) -> Iterator[Finding]:
    """Whether it can be written, and how much space there is."""
    folder = application.settings.data_dir.absolute()
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not existing.is_dir():
        yield error(FOLDER, "data_folder_is_none", path=existing)
        return
    if not os.access(existing, os.W_OK):
        yield error(FOLDER, "data_folder_unwritable", folder=existing)
        return
    free = shutil.disk_usage(existing).free
    if free < LITTLE:
        yield warning(FOLDER, "data_folder_nearly_full", folder=folder, free=free / 2**30)
    else:
        yield ok(FOLDER, "data_folder_has_space", folder=folder, free=free / 2**30)


MODEL = "model"


def check_model_of_index(application: Application) -> Iterator[Finding]:
    """Raises ModelMismatchError where vectors of two models would meet."""
    store = application.store
    indexed = store.fingerprint()
    if indexed is None:
        yield info(MODEL, "nothing_indexed")
        return
    configured = application.embedder.fingerprint
    used = model_in_use(store, configured)
    if used.matches(configured):
        yield ok(MODEL, "index_fits_model", model=str(indexed))
    else:
        setting = f"{indexed.provider}:{indexed.model}"
        yield info(MODEL, "index_moved_to_model", model=str(indexed), setting=setting)


QUEUE = "queue"
LOOKED_AT = 1000
"""Running entries whose leases are looked at, the oldest first."""


def check_queue_of_documents(application: Application) -> Iterator[Finding]:
    """How deep the queue is, and what in it nobody works on any more."""
    store = application.store
    counts = store.state_counts()
    queued, running = counts.get(DocumentState.QUEUED, 0), counts.get(DocumentState.RUNNING, 0)
    if pause := store.pause():
        yield warning(QUEUE, "queue_paused_by", since=f"{pause.since:%Y-%m-%d %H:%M}", by=pause.by)
    if queued and not running and not pause:
        yield info(QUEUE, "nobody_ingests", queued=queued, running=running)
    else:
        yield ok(QUEUE, "queue_length", queued=queued, running=running)
    now = dt.datetime.now(dt.UTC)
    oldest = store.entries(states=[DocumentState.RUNNING], size=LOOKED_AT, order=EntryOrder.OLDEST)
    left = [entry for entry in oldest.entries if entry.lease is None or entry.lease < now]
    if left:
        yield warning(QUEUE, "documents_left_running", documents=len(left), first=left[0].source)
    failed = counts.get(DocumentState.FAILED, 0) + counts.get(DocumentState.QUARANTINED, 0)
    if failed:
        yield info(QUEUE, "documents_failed", documents=failed)


REDIS = "Redis"


def check_redis(application: Application) -> Iterator[Finding]:
    """How many batches wait in it. Raises as ``RedisQueue.check`` does."""
    queue = application.queue
    if queue is None:
        return
    queue.check()
    waiting, held = queue.length(), len(queue.held())
    if waiting and not held:
        yield info(REDIS, "no_worker_takes_batches", waiting=waiting, held=held)
    else:
        yield ok(REDIS, "batches_in_redis", waiting=waiting, held=held)


DOCUMENTS = "documents"
SHOWN = 20
"""Ids in a remedy; with more of them the command is run again."""

SEARCHABLE = (DocumentState.INDEXED, DocumentState.UNCHANGED)


def check_consistency(application: Application) -> Iterator[Finding]:
    """Compare every document of the chunks with every entry of the registry."""
    store = application.store
    held = set(store.held())
    orphans, hollow, entries = set(held), [], 0
    for entry in store.sources(""):
        entries += 1
        orphans.discard(entry.id)
        if entry.state in SEARCHABLE and entry.chunks and entry.id not in held:
            hollow.append(entry)
    # A document that was written, or deleted, while this was read is none of them.
    orphans -= set(store.known_entries(sorted(orphans)))
    hollow = [entry for entry in hollow if _is_hollow(store, entry)]
    if orphans:
        ids = sorted(orphans)[:SHOWN]
        yield warning(DOCUMENTS, "documents_without_entry", documents=len(orphans), ids=ids, arguments=" ".join(ids))
    if hollow:
        ids = sorted(entry.id for entry in hollow)[:SHOWN]
        yield warning(
            DOCUMENTS, "documents_without_passages", documents=len(hollow), source=hollow[0].source,
            arguments=" ".join(ids),
        )  # fmt: skip
    if not orphans and not hollow:
        yield ok(DOCUMENTS, "passages_fit_documents", documents=entries)


def _is_hollow(store: Store, entry: DocumentEntry) -> bool:
    return store.entry(entry.id) == entry and not store.chunks(entry.id)


MODELS = (
    (EMBEDDING, check_embedding_model),
    (RERANKER, check_reranker),
    (OLLAMA, check_ollama),
)
EMBEDDED = ((STORE, check_embedded_store), (FOLDER, check_data_folder))
INDEX = ((MODEL, check_model_of_index), (QUEUE, check_queue_of_documents), (REDIS, check_redis))
EVERY_DOCUMENT = ((DOCUMENTS, check_consistency),)
"""The checks with the names that their findings have."""
