"""The composition root: builds what the doors (``cli``, ``web``) use from ``Settings``, each part on first use.

What a search does not need is imported on first use, too: a command that searches would wait for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from searchapp.access import Access
from searchapp.audit import Audit
from searchapp.embedding import Embedder, Fingerprint, SharedEmbedder, embedder_for, embedder_of
from searchapp.judged_answers import JudgedAnswers
from searchapp.judgements import Judgements
from searchapp.personal import Personal
from searchapp.search import Searcher
from searchapp.settings import Settings
from searchapp.stores import Store, build_store

if TYPE_CHECKING:
    from searchapp.alerts import AlertBook
    from searchapp.answer import Answerer
    from searchapp.answer.checking import Checks
    from searchapp.answer.replay import Replay
    from searchapp.conversations import ConversationStore, Reading
    from searchapp.filing import Collections, Tags
    from searchapp.idempotency import IdempotencyKeys
    from searchapp.ingest import Ingester, Originals, RedisQueue, Trash
    from searchapp.ingest.wanted import Wanted
    from searchapp.judged_runs import JudgedRuns
    from searchapp.missed import Missed
    from searchapp.model import Chunk, DocumentEntry
    from searchapp.schedules import Book
    from searchapp.sources.page_drawer import PageDrawer
    from searchapp.stores import DocumentWrite, IndexSpec, Vectors

CHECK_SECONDS = 3.0
"""A language model's server that does not list its models within this will not write an answer soon."""


class Application:
    """One configured searchapp; nothing is loaded or connected before it is used."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def access(self) -> Access:
        """Who may do what."""
        return Access(self.settings.data_dir, dt.timedelta(hours=self.settings.session_hours))

    @cached_property
    def personal(self) -> Personal:
        """What people keep for themselves."""
        return Personal(self.settings.data_dir, self.settings.undo_minutes)

    @cached_property
    def idempotency(self) -> IdempotencyKeys:
        """Requests that may be sent twice."""
        from searchapp.idempotency import IdempotencyKeys

        return IdempotencyKeys(self.settings.data_dir)

    @cached_property
    def audit(self) -> Audit:
        """Who did what."""
        return Audit(self.settings)

    @cached_property
    def store(self) -> Store:
        """Where chunks and the registry are kept."""
        return build_store(self.settings, self._reembed)

    def _reembed(
        self, documents: Sequence[tuple[DocumentEntry, Sequence[Chunk]]], spec: IndexSpec, known: Vectors
    ) -> list[DocumentWrite]:
        from searchapp.ingest import Reembed

        return Reembed(self.embedder_of)(documents, spec, known)

    @cached_property
    def model(self) -> Embedder:
        """The embedding model itself, for measuring it."""
        return embedder_of(self.settings, self.store.fingerprint)

    def embedder_of(self, fingerprint: Fingerprint) -> Embedder:
        """The embedder of the model that an index was built with. Raises as ``embedder_for`` does."""
        return embedder_for(fingerprint, self.embedder, self.settings)

    @cached_property
    def embedder(self) -> SharedEmbedder:
        """What turns text into vectors, shared by all threads."""
        return SharedEmbedder(self.model, batch_size=self.settings.embedding_batch_size)

    @cached_property
    def wanted(self) -> Wanted:
        """Documents whose vectors are to come first."""
        from searchapp.ingest.wanted import SharedWanted, Wanted

        url = self.settings.redis_url.get_secret_value()
        return SharedWanted(url, self.settings.index_prefix) if url else Wanted()

    @cached_property
    def originals(self) -> Originals:
        """The original files behind documents."""
        from searchapp.ingest import Originals

        return Originals(self.settings.data_dir)

    @cached_property
    def trash(self) -> Trash:
        """Deletions that can be undone."""
        from searchapp.ingest import Trash

        return Trash(self.settings.data_dir, self.store, self.originals, self.settings.undo_minutes, self.audit)

    @cached_property
    def collections(self) -> Collections:
        """Named sets of documents."""
        from searchapp.filing import Collections

        return Collections(self.store, dt.timedelta(minutes=self.settings.undo_minutes))

    @cached_property
    def tags(self) -> Tags:
        """Tags by hand."""
        from searchapp.filing import Tags

        return Tags(self.store)

    @cached_property
    def page_drawer(self) -> PageDrawer:
        """Pages of originals to look at."""
        from searchapp.sources.page_drawer import PageDrawer

        return PageDrawer(self.settings)

    @cached_property
    def judgements(self) -> Judgements:
        """What readers said of hits."""
        return Judgements(self.settings.data_dir)

    @cached_property
    def schedules(self) -> Book:
        """What is done again and again; ``operations.scheduled`` runs it."""
        from searchapp.schedules import Book

        return Book(self.store)

    @cached_property
    def alerts(self) -> AlertBook:
        """What webhooks were told; ``operations.alerting`` looks what there is to tell."""
        from searchapp.alerts import AlertBook

        return AlertBook(self.store)

    @cached_property
    def judged_runs(self) -> JudgedRuns:
        """How judged queries were answered, run by run."""
        from searchapp.judged_runs import JudgedRuns

        return JudgedRuns(self.store)

    @cached_property
    def missed(self) -> Missed:
        """What readers did not find."""
        from searchapp.missed import Missed

        return Missed(self.settings)

    @cached_property
    def judged_answers(self) -> JudgedAnswers:
        """What readers said of answers."""
        return JudgedAnswers(self.settings.data_dir)

    @cached_property
    def ingester(self) -> Ingester:
        """Sources to the store."""
        from searchapp.ingest import Ingester

        return Ingester(self.store, self.embedder, self.originals, self.settings, self.wanted)

    @cached_property
    def queue(self) -> RedisQueue | None:
        """What tells workers of queued documents; None without SEARCHAPP_REDIS_URL."""
        from searchapp.ingest import RedisQueue

        return RedisQueue(self.settings) if self.settings.redis_url else None

    @cached_property
    def searcher(self) -> Searcher:
        """Queries to hits."""
        return Searcher(self.store, self.embedder, self.settings, met_by_words=lambda ids: self.wanted.note(ids))

    @cached_property
    def answerer(self) -> Answerer:
        """Questions to answers."""
        from searchapp.answer import Answerer

        return Answerer(self.searcher, self.embedder, self.settings)

    @cached_property
    def conversations(self) -> ConversationStore:
        """Conversations as they are kept."""
        from searchapp.conversations import ConversationStore

        return ConversationStore(self.settings)

    @cached_property
    def reading(self) -> Reading:
        """Conversations as callers read them."""
        from searchapp.conversations import Reading

        return Reading(self.conversations, self.store)

    @cached_property
    def checks(self) -> Checks:
        """Texts of anybody's, checked against passages."""
        from searchapp.answer.checking import Checks

        return Checks(self.searcher, self.embedder, self.settings)

    @cached_property
    def replay(self) -> Replay:
        """Kept answers, checked again."""
        from searchapp.answer.replay import Replay

        return Replay(self.searcher, self.embedder, self.settings)

    def check_model(self) -> None:
        """Raise when nothing can be embedded now."""
        self.embedder.check()

    def check_language_model(self) -> None:
        """Raise when the language model's server does not answer within a moment, or has no model that can write."""
        from searchapp.answer.writers import language_server

        language_server(self.settings, CHECK_SECONDS).check(self.settings.language_model.name)
