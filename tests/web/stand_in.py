"""An application whose every part does what a test has scripted: what the web room asks for, and nothing else.

The real stack is tested beside it (``test_embedded.py``); here answers, failures and delays come on cue.
"""

import dataclasses
import datetime as dt
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

import numpy as np

from searchapp.access import Access
from searchapp.answer.checking import Checks
from searchapp.audit import Audit
from searchapp.conversations import ConversationStore, Reading
from searchapp.embedding import Fingerprint
from searchapp.embedding.hashed import HashedEmbedder
from searchapp.errors import SearchAppError, UsageError
from searchapp.filing import Collections, Tags
from searchapp.idempotency import IdempotencyKeys
from searchapp.judged_answers import JudgedAnswers
from searchapp.judged_runs import JudgedRuns
from searchapp.judgements import Judgements
from searchapp.llm import ChatModel
from searchapp.missed import Missed
from searchapp.model import (
    Answer,
    AnswerEvent,
    Chunk,
    Citation,
    DocumentEntry,
    DocumentState,
    Done,
    EmbeddedChunk,
    Filters,
    Hit,
    IngestOutcome,
    IngestState,
    Notice,
    PassagesRead,
    QueryRead,
    Retriever,
    RetrieverScore,
    Rewriting,
    SearchRequest,
    SearchResults,
    Sentence,
    SentenceChecked,
    SortOrder,
    SourcesFound,
    Space,
    Support,
    ThinkingBegun,
    Token,
    Turn,
)
from searchapp.personal import Personal
from searchapp.schedules import Book
from searchapp.search.library import Library
from searchapp.settings import Settings
from searchapp.sources.page_drawer import PageDrawer
from searchapp.stores.filtering import packed, wanted_fields
from searchapp.stores.memory import MemoryStore
from searchapp.stores.memory_search import StoredChunk

NO_FILTERS = Filters()
MODIFIED = dt.datetime(2024, 3, 5, tzinfo=dt.UTC)


def entry(document_id: str, source: str, **changes: object) -> DocumentEntry:
    """An indexed Markdown document, with ``changes``."""
    known = DocumentEntry(
        id=document_id,
        source=source,
        title=document_id,
        type="markdown",
        state=DocumentState.INDEXED,
        language="en",
        modified=MODIFIED,
        chunks=3,
        updated=MODIFIED,
    )
    return dataclasses.replace(known, **changes)  # type: ignore[arg-type]


def hit(document_id: str, text: str, **changes: object) -> Hit:
    """A passage of ``document_id``, found by both retrievers, with ``changes``."""
    known = Hit(
        rank=1,
        score=0.9,
        chunk_id=f"{document_id}-0",
        document_id=document_id,
        title=document_id,
        source=f"/srv/{document_id}.md",
        type="markdown",
        language="en",
        text=text,
        headings=(),
        page=None,
        start=0,
        end=len(text),
        modified=MODIFIED,
        scores={Retriever.KEYWORD: RetrieverScore(1, 8.25), Retriever.SEMANTIC: RetrieverScore(2, 0.61)},
    )
    return dataclasses.replace(known, **changes)  # type: ignore[arg-type]


class Searcher:
    """Finds every scripted hit whose text holds a word of the query and whose document passes the filters."""

    library: Library

    def __init__(self) -> None:
        self.hits: list[Hit] = []
        self.error: Exception | None = None
        self.requests: list[SearchRequest] = []
        self.filed: Callable[[Hit], Hit] = lambda hit: hit
        self.completions: list[str] = []
        self.meant: dict[str, str] = {}
        self.nearest: dict[str, tuple[str, ...]] = {}
        self.notices: tuple[Notice, ...] = ()
        self.weights: dict[Retriever, float] = {Retriever.KEYWORD: 0.6, Retriever.SEMANTIC: 0.4}

    def search(self, request: SearchRequest) -> SearchResults:
        self.requests.append(request)
        if self.error:
            raise self.error
        if not request.query.strip():
            raise UsageError("query_empty")
        hits = (self.filed(hit) for hit in self.hits)
        found = [hit for hit in hits if _matches(hit, request.query) and _passes(hit, request.filters)]
        facets = _facets(found) if request.facets else {}
        if request.sort is not SortOrder.RELEVANCE:
            found.sort(key=lambda one: one.modified or MODIFIED, reverse=request.sort is SortOrder.NEWEST)
        matched = len(found)
        if request.grouped:
            found = _grouped(found)
        page = found[request.offset : request.offset + request.size]
        ranked = tuple(dataclasses.replace(one, rank=request.offset + i) for i, one in enumerate(page, 1))
        if request.sentences:
            ranked = tuple(
                dataclasses.replace(one, highlights=self.nearest.get(one.chunk_id, one.highlights)) for one in ranked
            )
        meant = self.meant.get(request.query, "") if request.spelling else ""
        return SearchResults(
            request.query,
            request.mode,
            12.3,
            len(found),
            ranked,
            facets,
            matched if request.facets else None,
            meant,
            self.weights,
            self.notices,
        )

    def similar(self, passage_id: str, request: SearchRequest) -> SearchResults:
        (one,) = [hit for hit in self.hits if hit.chunk_id == passage_id]
        self.requests.append(request)
        like = tuple(hit for hit in self.hits if hit.document_id != one.document_id and _passes(hit, request.filters))
        facets = _facets(list(like)) if request.facets else {}
        return SearchResults(one.title, request.mode, 12.3, len(like), like, facets, len(like))

    def complete(self, typed: str, filters: Filters = NO_FILTERS, size: int = 8) -> tuple[str, ...]:
        return tuple(text for text in self.completions if text.lower().startswith(typed.lower()))[:size]


def _facets(found: list[Hit]) -> dict[str, dict[str, int]]:
    values = {
        "type": [one.type for one in found],
        "language": [one.language for one in found],
        "path": [f"{one.source.rpartition('/')[0]}/" for one in found],
        "year": [str(one.modified.year) for one in found if one.modified],
        "heading": [heading for one in found for heading in one.headings],
        "tag": [tag for one in found for tag in one.tags],
        "collection": [name for one in found for name in one.collections],
        "field": [text for one in found for text in packed(one.fields)],
    }
    return {name: dict(Counter(counted).most_common()) for name, counted in values.items()}


def _grouped(found: list[Hit]) -> list[Hit]:
    by_document: dict[str, list[Hit]] = {}
    for one in found:
        by_document.setdefault(one.document_id, []).append(one)
    return [
        dataclasses.replace(first, same_document=len(others), more_from_document=tuple(others))
        for first, *others in by_document.values()
    ]


def _matches(found: Hit, query: str) -> bool:
    return any(word in f"{found.title} {found.text}".lower() for word in query.lower().split())


def _passes(found: Hit, filters: Filters) -> bool:
    return (
        (not filters.types or found.type in filters.types)
        and (not filters.languages or found.language in filters.languages)
        and found.source.startswith(filters.paths or "")
        and (not filters.years or (found.modified is not None and found.modified.year in filters.years))
        and (not filters.headings or bool(set(filters.headings) & set(found.headings)))
        and (not filters.tags or bool(set(filters.tags) & set(found.tags)))
        and (not filters.collections or bool(set(filters.collections) & set(found.collections)))
        and all(bool(set(wanted) & set(packed(found.fields))) for wanted in wanted_fields(filters))
    )


class ScriptedAnswerer:
    """Says ``sentences`` word by word about ``searcher``'s hits, then fails with ``error`` if there is one.

    ``pause`` is the time between two words in seconds, ``gate`` must be open for the first of them; ``closed`` is set
    when the reader has gone or all is said.
    """

    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher
        self.sentences: list[Sentence] = []
        self.error: Exception | None = None
        self.pause = 0.0
        self.gate = threading.Event()
        self.gate.set()
        self.changes: dict[str, object] = {}
        self.closed = threading.Event()
        self.asked: list[tuple[str, Filters, int, str | None]] = []
        self.conversations: list[tuple[str, tuple[Turn, ...]]] = []
        self.quotes: list[bool] = []

    def models(self) -> tuple[list[ChatModel], str]:
        if isinstance(self.error, SearchAppError):
            raise self.error
        return [ChatModel("scripted:latest"), ChatModel("another:1b", thinks=True)], "scripted:latest"

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        query: str = "",
        filters: Filters = NO_FILTERS,
        size: int = 8,
        model: str | None = None,
        think: bool | None = None,
        quotes: bool = False,
        given_up: Callable[[], bool] = lambda: False,
        most_tokens: int | None = None,
    ) -> Iterator[AnswerEvent]:
        self.asked.append((question, filters, size, model))
        self.conversations.append((query, tuple(history)))
        self.quotes.append(quotes)
        typed, rewriting = question, Rewriting.NONE
        if history or query:
            # As the real one does without a model: the words of both questions.
            question = query or f"{history[-1].question} {question}"
            rewriting = Rewriting.GIVEN if query else Rewriting.JOINED
            yield QueryRead(typed, question, rewriting)
        hits = self.searcher.search(SearchRequest(question, size=size, filters=filters)).hits
        try:
            yield SourcesFound(hits, len(hits))
            if "summarise" in question.lower():
                yield PassagesRead(hits[0].title, 3, 19)
            if think:
                yield ThinkingBegun(model or "scripted:latest")
            if quotes:
                yield from self._quoted(question, hits)
                return
            while not self.gate.wait(0.05):
                if given_up():
                    return
            for place, sentence in enumerate(self.sentences):
                for word in sentence.text.split(" "):
                    time.sleep(self.pause)
                    yield Token(word + " ")
                yield SentenceChecked(sentence, " " if place else "")
            if self.error:
                raise self.error
            answer = dataclasses.replace(self._answer(question, hits), question=typed, rewriting=rewriting)
            yield Done(answer)
        finally:
            self.closed.set()

    def _quoted(self, question: str, hits: tuple[Hit, ...]) -> Iterator[AnswerEvent]:
        sentence = Sentence(f"{hits[0].text.split('. ')[0]}. [1]", (1,), Support.SUPPORTED)
        yield Token(sentence.text)
        quoted = dataclasses.replace(self._answer(question, hits), answer=sentence.text, sentences=(sentence,))
        yield Done(dataclasses.replace(quoted, model="", extractive=True))

    def _answer(self, question: str, hits: tuple[Hit, ...]) -> Answer:
        cited = sorted({n for sentence in self.sentences for n in sentence.citations})
        citations = tuple(
            Citation(n, one.chunk_id, one.document_id, one.title, one.source, one.page, one.text[:60])
            for n in cited
            for one in hits[n - 1 : n]
        )
        answer = Answer(
            question=question,
            answer=" ".join(sentence.text for sentence in self.sentences),
            model="scripted",
            query=question,
            refused=False,
            extractive=False,
            passages_used=len(hits),
            passages_found=len(hits) + 3,
            citations=citations,
            sentences=tuple(self.sentences),
        )
        return dataclasses.replace(answer, **self.changes)  # type: ignore[arg-type]


class Store(MemoryStore):
    """The store in memory, which fails with ``error`` where there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.error: Exception | None = None
        self.known = self.registry.known
        counts = self.state_counts
        self.state_counts = lambda: self.check() or counts()

    def check(self) -> None:
        if self.error:
            raise self.error

    def fingerprint(self) -> Fingerprint | None:
        self.check()
        return super().fingerprint()

    def put(self, one: DocumentEntry) -> DocumentEntry:
        self.put_entries([one])
        return one


class Ingester:
    """Marks what it is given as indexed; raises ``errors`` one by one first."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.errors: list[SearchAppError] = []
        self.batches: list[list[str]] = []
        self.gate = threading.Event()
        self.gate.set()

    def embed_waiting(self, stopping: threading.Event, **how: object) -> int:
        return 0

    def reset_failures(self, document_ids: Collection[str] | None) -> list[str]:
        forgiven = [self.store.known[id_] for id_ in document_ids or ()]
        for one in forgiven:
            self.store.put(dataclasses.replace(one, state=DocumentState.QUEUED, error="", failures=0))
        return [one.id for one in forgiven]

    def queue(self, source: str, *, space: Space = None, depth: int = 0) -> DocumentEntry:
        one = entry(
            f"id-{len(self.store.known)}",
            source,
            title=Path(source).name,
            state=DocumentState.QUEUED,
            chunks=0,
            groups=space or (),
            depth=depth,
        )
        return self.store.put(one)

    def ingest(
        self,
        ids: Iterable[str],
        *,
        queued: bool,
        notify: Callable[[str], None],
        stopping: threading.Event,
        leaves_vectors: bool = False,
    ) -> Iterator[IngestOutcome]:
        batch = list(ids)
        self.batches.append(batch)
        self.gate.wait(10)
        if self.errors:
            raise self.errors.pop(0)
        for one in [one for one in self.store.known.values() if one.id in batch]:
            self.store.put(dataclasses.replace(one, state=DocumentState.INDEXED, chunks=2))
            yield IngestOutcome(one.source, one.id, IngestState.INDEXED, chunks=2, embedded=2)


class Trash:
    """Deleted entries, in a dictionary; ``tests/ingest/test_trash.py`` has the real one."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.kept: dict[str, DocumentEntry] = {}

    def delete(self, document_id: str) -> None:
        self.kept[document_id] = self.store.known[document_id]
        self.store.delete_document(document_id)

    def entry(self, document_id: str) -> DocumentEntry | None:
        return self.kept.get(document_id)

    def restore(self, document_id: str) -> DocumentEntry:
        return self.store.put(self.kept.pop(document_id))


class Originals:
    """Files by document id; uploads go where the real ones go, so that resuming finds them."""

    def __init__(self, data_dir: Path) -> None:
        self.paths: dict[str, Path] = {}
        self.uploads = data_dir / "uploads"

    def path(self, one: DocumentEntry) -> Path | None:
        return self.paths.get(one.id)

    def save_upload(self, filename: str, stream: IO[bytes], space: Space = None) -> str:
        self.uploads.mkdir(parents=True, exist_ok=True)
        path = self.uploads / Path(filename).name
        path.write_bytes(stream.read())
        return str(path)


class StandIn:
    """What ``create_app`` takes in place of ``searchapp.wiring.Application``."""

    def __init__(self, data_dir: Path, **settings: object) -> None:
        self.settings = Settings(**{"data_dir": data_dir, "max_file_mb": 1, **settings})  # type: ignore[arg-type]
        self.access = Access(data_dir, dt.timedelta(hours=1))
        self.personal = Personal(data_dir, self.settings.undo_minutes)
        self.idempotency = IdempotencyKeys(data_dir)
        self.audit = Audit(self.settings)
        self.searcher = Searcher()
        self.answerer = ScriptedAnswerer(self.searcher)
        self.store = Store()
        self.searcher.filed = self._filed
        self.collections = Collections(self.store, dt.timedelta(hours=1))
        self.tags = Tags(self.store)
        self.ingester = Ingester(self.store)
        self.originals = Originals(data_dir)
        self.trash = Trash(self.store)
        self.judgements = Judgements(data_dir)
        self.schedules = Book(self.store)
        self.judged_answers = JudgedAnswers(data_dir)
        self.judged_runs = JudgedRuns(self.store)
        self.missed = Missed(self.settings)
        self.conversations = ConversationStore(self.settings)
        self.reading = Reading(self.conversations, self.store)
        self.page_drawer = PageDrawer(self.settings)
        self.searcher.library = Library(self.store)
        self.checks = Checks(self.searcher, HashedEmbedder("8", self.settings), self.settings)  # type: ignore[arg-type]
        self.queue: object = None
        self.model_error: SearchAppError | None = None
        self.language_model_error: SearchAppError | None = None

    def _filed(self, one: Hit) -> Hit:
        """The hit with the collections and the tags that its document has now."""
        known = self.store.entry(one.document_id)
        return (
            one
            if known is None
            else dataclasses.replace(one, collections=known.collections, tags=one.tags or known.tags)
        )

    def check_model(self) -> None:
        if self.model_error:
            raise self.model_error

    def check_language_model(self) -> None:
        if self.language_model_error:
            raise self.language_model_error

    def add(self, one: Hit, original: bytes | None = None, **changes: object) -> None:
        """Make a hit findable, its document known, and its original openable."""
        self.searcher.hits.append(one)
        document = self.store.put(
            entry(one.document_id, one.source, title=one.title, type=one.type, language=one.language, **changes)
        )
        stored = self.store.stored.setdefault(one.document_id, [])
        chunk = Chunk(
            id=one.chunk_id,
            document_id=one.document_id,
            position=len(stored),
            text=one.text,
            embedded_text="",
            start=one.start,
            end=one.end,
            tokens=0,
            hash="",
            headings=one.headings,
            page=one.page,
        )
        stored.append(StoredChunk(document, EmbeddedChunk(chunk, np.zeros(1, np.float32))))
        if original is not None:
            path = self.settings.data_dir / f"{one.document_id}.original"
            path.write_bytes(original)
            self.originals.paths[one.document_id] = path
