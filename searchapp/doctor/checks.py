"""What every installation has, in the order in which people read; those of Elasticsearch are in cluster/checks."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections.abc import Iterator

from searchapp.alerts import webhooks_of
from searchapp.doctor.language_model import LANGUAGE_MODEL, check_language_model
from searchapp.embedding import is_here
from searchapp.embedding.models import weakness
from searchapp.embedding.server_memory import SentTokens
from searchapp.findings import Finding, Severity, error, found, info, ok, warning
from searchapp.messages import shown
from searchapp.model import DocumentEntry, DocumentState
from searchapp.openai_api.leaving import PROVIDER, leaving
from searchapp.schedules import RunOutcome
from searchapp.schedules.timing import overdue
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
    if unembedded := store.backlog().chunks:
        yield info(QUEUE, "vectors_follow", passages=unembedded)
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


SCHEDULES = "schedules"
LATE = dt.timedelta(minutes=30)
"""What has been due for so long is run by nobody: a run before it may take its time."""


def check_schedules(application: Application) -> Iterator[Finding]:
    """What failed or warned when it was last run, and what nobody runs."""
    schedules = [one for one in application.schedules.all() if not one.paused]
    for one in schedules:
        if one.last is not None and one.last.outcome is not RunOutcome.DONE:
            code = "schedule_failed" if one.last.outcome is RunOutcome.FAILED else "schedule_warned"
            ended, why = f"{one.last.ended:%Y-%m-%d %H:%M}", shown(one.last.message)
            yield warning(SCHEDULES, code, id=one.id, name=one.name, ended=ended, why=why)
    now, runs = application.schedules.now(), any(one.running for one in schedules)
    late = [one for one in schedules if overdue(one, now) > LATE]
    if late and not runs:
        worker = "searchapp worker" if application.queue is not None else "searchapp serve"
        yield warning(SCHEDULES, "schedules_overdue", n=len(late), command=worker)
    elif schedules:
        yield ok(SCHEDULES, "schedules_kept", n=len(schedules))


WEBHOOKS = "webhooks"


def check_webhooks(application: Application) -> Iterator[Finding]:
    """Which of them did not take what they were told; nothing is sent."""
    webhooks = webhooks_of(application.settings)
    if not webhooks:
        return
    kept, failing = application.alerts.read(), 0
    for one in webhooks:
        if trouble := kept.trouble(one.target):
            failing += 1
            since, why = f"{trouble.since:%Y-%m-%d %H:%M}", shown(trouble.why)
            wait = sum(waiting.target == one.target for waiting in kept.deliveries)
            yield warning(
                WEBHOOKS, "webhook_fails", host=one.host, since=since, why=why, waiting=wait, lost=trouble.lost
            )
    if not failing:
        yield ok(WEBHOOKS, "webhooks_answer", n=len(webhooks), hosts=[one.host for one in webhooks])


MODELS = (
    (EMBEDDING, check_embedding_model),
    (RERANKER, check_reranker),
    (LANGUAGE_MODEL, check_language_model),
)
EMBEDDED = ((STORE, check_embedded_store), (FOLDER, check_data_folder))
INDEX = (
    (MODEL, check_model_of_index),
    (QUEUE, check_queue_of_documents),
    (REDIS, check_redis),
    (SCHEDULES, check_schedules),
    (WEBHOOKS, check_webhooks),
)
EVERY_DOCUMENT = ((DOCUMENTS, check_consistency),)
"""The checks with the names that their findings have."""
