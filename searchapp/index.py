"""The Python API: one class over everything, the same over both stores.

    from searchapp import Index

    index = Index("library")
    index.add("handbook.pdf", "notes/")
    for hit in index.search("how do I restore a snapshot").hits:
        print(hit.title, hit.page, hit.text)
    print(index.ask("How long are snapshots kept?").answer)

The names that ``searchapp`` exports, and their behaviour here, keep working within a minor version (docs/python.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from searchapp.errors import NotFoundError, UsageError
from searchapp.messages import shown
from searchapp.model import (
    Answer,
    AnswerEvent,
    DocumentEntry,
    Done,
    Filters,
    IngestOutcome,
    SearchRequest,
    SearchResults,
    Turn,
)
from searchapp.search.query import read_mode
from searchapp.settings import Settings, load_settings
from searchapp.sources import id_of
from searchapp.wiring import Application

PAGE = 500
"""Entries that are read from the registry at once."""


class Index:
    """Documents that are searched and asked.

    ``folder`` is where the embedded store and the originals lie; left out, the one that the command line uses.
    ``elasticsearch`` is the address of a server that keeps the index instead. ``settings`` are those of
    docs/settings.md in lower case: ``embedding_model="ollama:bge-m3"``; what is not named comes from the environment
    and searchapp.toml, as for the command line. Nothing is loaded or connected before it is used. Many threads may use
    one.

    Raises UsageError for a setting that does not exist or cannot be used. What every method raises is a
    SearchAppError, with a ``code``, a sentence and a remedy.
    """

    def __init__(
        self, folder: str | Path | None = None, *, elasticsearch: str | None = None, **settings: object
    ) -> None:
        for name in settings:
            if name not in Settings.model_fields:
                raise UsageError("setting_unknown", name=name)
        named: dict[str, object] = {"data_dir": folder, "elasticsearch_url": elasticsearch}
        chosen = {name: value for name, value in named.items() if value is not None}
        self._application = Application(load_settings(**{**settings, **chosen}))

    def add(self, *sources: str | Path, depth: int = 0, passwords: Sequence[str] = ()) -> list[IngestOutcome]:
        """Read files, folders and web addresses into the index; what is there unchanged costs next to nothing.

        One outcome a document, also for those that could not be read: their ``state`` is failed and ``error`` says why.
        An address brings its page, and with a ``depth`` the pages that it links to, so many links deep. ``passwords``
        are tried on protected documents. Raises ModelMismatchError where the index was built with another model.
        """
        return list(self.adding(*sources, depth=depth, passwords=passwords))

    def adding(self, *sources: str | Path, depth: int = 0, passwords: Sequence[str] = ()) -> Iterator[IngestOutcome]:
        """As ``add``, each outcome as soon as its document is found by its words; the last ends when vectors are there.

        Closing the iterator stops: whoever adds next computes the vectors that are left.
        """
        from pydantic import SecretStr

        targets = [str(source) for source in sources]
        secrets = [SecretStr(password) for password in passwords]
        for outcome in self._application.ingester.ingest(targets, depth=depth, passwords=secrets):
            yield replace(outcome, error=shown(outcome.error), note=shown(outcome.note))

    def search(
        self,
        query: str,
        *,
        size: int = 10,
        offset: int = 0,
        mode: Literal["hybrid", "keyword", "semantic"] = "hybrid",
        filters: Filters | None = None,
        facets: bool = False,
    ) -> SearchResults:
        """The best ``size`` chunks from ``offset`` on, by words and by meaning.

        ``query`` takes the operators of docs/query-language.md. ``facets`` counts what was found by type, language,
        folder and year. Raises UsageError for a query that cannot be read, a mode that is none, or a page too deep.
        """
        request = SearchRequest(query, read_mode(mode), size, offset, filters or Filters(), facets=facets)
        return self._application.searcher.search(request)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        size: int = 8,
        filters: Filters | None = None,
        model: str | None = None,
    ) -> Answer:
        """An answer from the best ``size`` chunks, each sentence with the chunks that support it.

        Written by the language model, or quoted from the chunks where none answers; ``notices`` say which. ``refused``
        where nothing answers it. ``history`` are earlier turns, the latest last. ``model`` names another one.
        """
        for event in self.asking(question, history=history, size=size, filters=filters, model=model):
            if isinstance(event, Done):
                return event.answer
        raise AssertionError("an answer ends with Done")

    def asking(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        size: int = 8,
        filters: Filters | None = None,
        model: str | None = None,
    ) -> Iterator[AnswerEvent]:
        """As ``ask``, event by event (``searchapp.model``) while it is written. Closing it stops the model."""
        return self._application.answerer.ask(question, history=history, filters=filters, size=size, model=model)

    def documents(self) -> Iterator[DocumentEntry]:
        """Every document that the index knows, also those that failed or wait; the last updated first."""
        page = self._application.store.entries(size=PAGE)
        yield from map(_readable, page.entries)
        while page.next is not None:
            page = self._application.store.entries(size=PAGE, cursor=page.next)
            yield from map(_readable, page.entries)

    def delete(self, document: str | Path) -> None:
        """Remove a document, named by its id, path or address, from the index; the file itself stays.

        It can be restored for a while (searchapp documents restore). Raises NotFoundError where there is none.
        """
        id_ = id_of(str(document))
        if self._application.store.entry(id_) is None:
            raise NotFoundError("document_unlisted", id=str(document))
        self._application.trash.delete(id_)


def _readable(entry: DocumentEntry) -> DocumentEntry:
    """With sentences in the place of their codes, in the reader's language."""
    return replace(entry, error=shown(entry.error), note=shown(entry.note))
