"""The answerer: a question in, a stream of events out, the whole answer last."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

from searchapp.answer import notices
from searchapp.answer.context import Context, build_context, with_surrounding
from searchapp.answer.conversation import Chat, Query, read, recent
from searchapp.answer.extractive import extract, quoted
from searchapp.answer.follow_ups import follow_ups
from searchapp.answer.gathering import Gathered, gather
from searchapp.answer.generation import Generation
from searchapp.answer.material import Material, Plan, at_once
from searchapp.answer.metrics import watched
from searchapp.answer.refusal import refused
from searchapp.answer.review import reviewed
from searchapp.answer.small_talk import small_talk, spoken
from searchapp.answer.whole_document.documents import Unclear, Whole, meant
from searchapp.answer.whole_document.reading import of_whole
from searchapp.answer.writers import Writer, Writers
from searchapp.embedding import Embedder, scale_of
from searchapp.errors import ModelUnavailableError
from searchapp.llm import ChatModel
from searchapp.model import (
    Answer,
    AnswerEvent,
    Done,
    Filters,
    Hit,
    QueryRead,
    Rewriting,
    SearchMode,
    SearchRequest,
    SearchResults,
    Sentence,
    SourcesFound,
    Turn,
)
from searchapp.search import Searcher
from searchapp.search.query import read_query
from searchapp.settings import Settings
from searchapp.telemetry import tracing


@dataclass(frozen=True, slots=True)
class _Terms:
    """What holds for every search and call of one question."""

    filters: Filters
    size: int
    model: str | None
    thinks: bool
    quotes: bool
    given_up: Callable[[], bool]
    most_tokens: int | None


class Answerer:
    """Answers from what the searcher finds."""

    def __init__(self, searcher: Searcher, embedder: Embedder, settings: Settings) -> None:
        self._searcher = searcher
        self._embedder = embedder
        self._settings = settings
        self._writers = Writers(settings)
        self._generation = Generation(self._writers, embedder, settings)

    def models(self) -> tuple[list[ChatModel], str]:
        """The language models that can be asked, and the name of the one that answers where nobody names one.

        That one is the configured model, else what stands in for it, else "". Raises ServiceUnavailableError and
        ServiceRefusedError.
        """
        return self._writers.models()

    @watched
    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        query: str = "",
        filters: Filters | None = None,
        size: int = 8,
        model: str | None = None,
        think: bool | None = None,
        quotes: bool = False,
        given_up: Callable[[], bool] = lambda: False,
        most_tokens: int | None = None,
    ) -> Iterator[AnswerEvent]:
        """Search for ``size`` chunks and answer from them, or read the documents that are to be summarised or compared.

        After ``history``, a question that needs it is first made to stand alone; ``query`` is that question where it is
        known already. ``think`` (None: as the settings say) lets a model think first that can; with ``quotes`` none is
        asked. A model writes ``most_tokens`` at most (None: as the settings say). Yields QueryRead (within a
        conversation only), SourcesFound, PassagesRead where a document takes several calls to read, ThinkingBegun where
        a model does, then Token and SentenceChecked as the text grows, and Done last. Small talk is answered by Token
        and Done alone. Where nobody named a ``model`` and the configured one is not there, another one answers and a
        notice says so. Where no server or no such model answers, or the model says nothing, the answer is extractive
        and its notices say why. One that breaks off in the middle is kept as far as it came, with a notice. The server
        is stopped, even while silent, soon after ``given_up`` says that nobody waits any more.
        Raises what searching raises, and UsageError where the model's window is too small.
        """
        turns = recent(history)
        filters = filters or Filters()
        thinks = self._settings.llm_think if think is None else think
        terms = _Terms(filters, size, model, thinks, quotes, given_up, most_tokens)
        said = small_talk(query.strip() or question)
        if said is not None:
            yield from spoken(question.strip(), said)
            return
        whole = None
        if query.strip():
            asked = Query(query, Rewriting.GIVEN)
        else:
            read_query(question)  # what is no question is refused before a model is asked about it
            whole = meant(question, filters, self._searcher.library, in_conversation=bool(turns))
            asked = Query(question) if isinstance(whole, Whole) else read(question, turns, self._chat(terms))
        if not isinstance(whole, Whole) and (query.strip() or asked.text != question):
            whole = meant(asked.text, filters, self._searcher.library)
        if turns or query.strip():
            yield QueryRead(question, asked.text, asked.rewriting)
        noticed = notices.not_rewritten(asked.fault, self._writers.chosen(model).name) if asked.fault else ()
        if isinstance(whole, Unclear):
            answers = spoken(asked.text, whole.message(), refused=True)
        elif whole is not None:
            answers = self._about_whole(asked.text, whole, terms)
        else:
            other = QueryRead(question, asked.other, Rewriting.JOINED) if asked.other else None
            answers = self._answered(asked.text, other, terms)
        found: tuple[Hit, ...] = ()
        sent: tuple[Hit, ...] = ()
        with closing(answers) as events:
            for event in events:
                if isinstance(event, SourcesFound):
                    found, sent = event.hits, event.hits[: event.passages_used]
                if isinstance(event, QueryRead):
                    asked = replace(asked, rewriting=event.rewriting)
                if isinstance(event, Done):
                    answer = self._traced(reviewed(event.answer, sent))
                    event = Done(
                        replace(
                            answer,
                            question=question.strip() if turns or query.strip() else answer.question,
                            query=answer.question,
                            rewriting=asked.rewriting,
                            notices=(*noticed, *answer.notices),
                            follow_ups=follow_ups(answer, found, self._searcher.library.headings),
                        )
                    )
                yield event

    def _traced(self, answer: Answer) -> Answer:
        """The answer with what identifies its sources and its model, so that it can be checked later (``replay``)."""
        origins = self._searcher.library.origins({citation.chunk_id: "" for citation in answer.citations})
        citations = tuple(
            replace(citation, hash=found.chunk.hash, document_hash=found.document.content_hash)
            if (found := origins.get(citation.chunk_id))
            else citation
            for citation in answer.citations
        )
        return replace(answer, citations=citations, model_digest=self._writers.digest(answer.model))

    def _answered(self, question: str, other: QueryRead | None, terms: _Terms) -> Generator[AnswerEvent, None, None]:
        """Answer from what is found for the question, or for its ``other`` reading where that has evidence alone."""
        found = self._gathered(question, terms)
        if not found.answerable and other is not None:
            instead = self._gathered(other.query, terms)
            if instead.answerable:
                yield other
                found = instead
        for event in self._written(found, terms):
            if isinstance(event, SourcesFound):
                event = replace(event, parts=found.parts)
            elif isinstance(event, Done):
                event = Done(replace(event.answer, parts=found.parts))
            yield event

    def _gathered(self, question: str, terms: _Terms) -> Gathered:
        def search(text: str) -> SearchResults:
            return self._searcher.search(SearchRequest(text, SearchMode.HYBRID, size=terms.size, filters=terms.filters))

        def known(text: str) -> float:
            return self._embedder.tokenizer.reading(text).known_share

        return gather(question, search, known, self._chat(terms))

    def _chat(self, terms: _Terms) -> Chat:
        """A short reply by the model of these terms; where none is to be asked, the error of one that is away."""

        def silent(_: Sequence[dict[str, str]], __: int) -> str:
            raise ModelUnavailableError("quoted")

        return silent if terms.quotes else partial(self._writers.reply, terms.model, terms.given_up)

    def _told(self, material: Material, terms: _Terms) -> Iterator[AnswerEvent]:
        if terms.quotes:
            return self._generation.quote(material)
        return self._generation.answer(
            material, terms.model, terms.given_up, thinks=terms.thinks, most_tokens=terms.most_tokens
        )

    def _written(self, found: Gathered, terms: _Terms) -> Generator[AnswerEvent, None, None]:
        question, hits = found.query, found.hits
        if not found.answerable:
            yield SourcesFound(hits, 0)
            yield from refused(question, hits, 0)
            return

        def plan(writer: Writer, sent: tuple[Hit, ...]) -> Plan:
            # A substitute that comes after the sources were named answers from these.
            return at_once(self._context(question, hits[: len(sent)] or hits, writer))

        def quote(_: str, chunks: Sequence[Hit]) -> tuple[Sentence, ...]:
            scale = scale_of(self._embedder, self._settings)
            asked = [part.text for part in found.parts] or [question]
            return quoted([extract(one, chunks, self._embedder, scale) for one in asked])

        yield from self._told(Material(question, hits, plan, quote), terms)

    def _about_whole(self, question: str, whole: Whole, terms: _Terms) -> Generator[AnswerEvent, None, None]:
        """Read documents from the first chunk to the last, and tell how much of them was read."""
        material = of_whole(whole, question, self._writers, terms.given_up)
        for event in self._told(material, terms):
            if isinstance(event, Done) and not event.answer.refused:
                noticed = (*event.answer.notices, whole.notice(event.answer.passages_used))
                event = Done(replace(event.answer, notices=noticed, passages_found=whole.total))
            yield event

    def _context(self, question: str, hits: Sequence[Hit], writer: Writer) -> Context:
        window, kept = self._writers.window(writer), self._writers.tokens(writer)
        with tracing.span("prompt"):
            tokenizer, control_tokens = self._writers.vocabulary(writer.name)
            return build_context(question, hits, tokenizer, window, kept, control_tokens, self._with_surrounding)

    def _with_surrounding(self, hit: Hit, taken: Collection[str]) -> Hit:
        return with_surrounding(hit, self._searcher.around(hit.chunk_id), taken)
