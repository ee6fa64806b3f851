"""The composition root: builds what the doors (``cli``, ``web``) use from ``Settings``, each part on first use."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from searchapp.access import Access
from searchapp.answer import Answerer
from searchapp.audit import Audit
from searchapp.embedding import Embedder, Fingerprint, SharedEmbedder, embedder_for, embedder_of
from searchapp.errors import ModelMissingError
from searchapp.ingest import Ingester, Originals, RedisQueue, Reembed, Trash
from searchapp.judgements import Judgements
from searchapp.ollama_api import OllamaServer, answering
from searchapp.search import Searcher
from searchapp.settings import Settings
from searchapp.sources.page_drawer import PageDrawer
from searchapp.stores import Store, build_store

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
    def audit(self) -> Audit:
        """Who did what."""
        return Audit(self.settings)

    @cached_property
    def store(self) -> Store:
        """Where chunks and the registry are kept."""
        return build_store(self.settings, Reembed(self.embedder_of))

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
    def originals(self) -> Originals:
        """The original files behind documents."""
        return Originals(self.settings.data_dir)

    @cached_property
    def trash(self) -> Trash:
        """Deletions that can be undone."""
        return Trash(self.settings.data_dir, self.store, self.originals, self.settings.undo_minutes, self.audit)

    @cached_property
    def page_drawer(self) -> PageDrawer:
        """Pages of originals to look at."""
        return PageDrawer(self.settings)

    @cached_property
    def judgements(self) -> Judgements:
        """What readers said of hits."""
        return Judgements(self.settings.data_dir)

    @cached_property
    def ingester(self) -> Ingester:
        """Sources to the store."""
        return Ingester(self.store, self.embedder, self.originals, self.settings)

    @cached_property
    def queue(self) -> RedisQueue | None:
        """What tells workers of queued documents; None without SEARCHAPP_REDIS_URL."""
        return RedisQueue(self.settings) if self.settings.redis_url else None

    @cached_property
    def searcher(self) -> Searcher:
        """Queries to hits."""
        return Searcher(self.store, self.embedder, self.settings)

    @cached_property
    def answerer(self) -> Answerer:
        """Questions to answers."""
        return Answerer(self.searcher, self.embedder, self.settings)

    def check_model(self) -> None:
        """Raise when nothing can be embedded now."""
        self.embedder.check()

    def check_language_model(self) -> None:
        """Raise when the language model's server does not answer within a moment, or has no model that can write."""
        server, model = OllamaServer.of(self.settings, CHECK_SECONDS), self.settings.llm_model
        try:
            server.digest(model)
        except ModelMissingError:
            if answering(model, server.chat_models()) is None:
                raise
