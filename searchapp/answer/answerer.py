"""The answerer: a question in, a stream of events out, the whole answer last."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

from searchapp.answer import notices
from searchapp.answer.context import Context, build_context, with_surrounding
from searchapp.answer.conversation import Query, read, recent
from searchapp.answer.extractive import extract
from searchapp.answer.gathering import Gathered, gather
from searchapp.answer.generation import Generation
from searchapp.answer.material import Material, Plan, at_once
from searchapp.answer.metrics import watched
from searchapp.answer.reading import of_whole
from searchapp.answer.refusal import refused
from searchapp.answer.small_talk import small_talk, spoken
from searchapp.answer.whole import Unclear, Whole, meant
from searchapp.answer.writers import Writer, Writers
from searchapp.embedding import Embedder, scale_of
from searchapp.model import (
    AnswerEvent,
    Done,
    Filters,
    Hit,
    QueryRead,
    Rewriting,
    SearchMode,
    SearchRequest,
    SourcesFound,
    Turn,
)
from searchapp.search import Searcher
from searchapp.search.query import read_query
from searchapp.settings import Settings
from searchapp.telemetry import tracing


class Answerer:
    """Answers from what the searcher finds."""

    def __init__(self, searcher: Searcher, embedder: Embedder, settings: Settings) -> None:
        self._searcher = searcher
        self._embedder = embedder
        self._settings = settings
        self._writers = Writers(settings)
        self._generation = Generation(self._writers, embedder, settings)

    def models(self) -> tuple[list[str], str]:
        """Names of the language models that can be asked, and the one that answers where nobody names one.

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
        given_up: Callable[[], bool] = lambda: False,
    ) -> Iterator[AnswerEvent]:
        """Search for ``size`` chunks and answer from them, or read the documents that are to be summarised or compared.

        After ``history``, a question that needs it is first made to stand alone; ``query`` is that question where it is
        known already. Yields QueryRead (within a conversation only), SourcesFound, PassagesRead where a document takes
        several calls to read, then Token and SentenceChecked as the text grows, and Done last. Small talk is answered
        by Token and Done alone. Where nobody named a ``model`` and the configured one is not there, another one
        answers and a notice says so. Where no Ollama or no such model answers, or the model says nothing, the answer
        is extractive and its notices say why. One that breaks off in the middle is kept as far as it came, with a
        notice. Ollama is stopped, even while it is silent, soon after ``given_up`` says that nobody waits any more.
        Raises what searching raises, and UsageError where the model's window is too small.
        """
        turns = recent(history)
        filters = filters or Filters()
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
            chat = partial(self._writers.reply, model, given_up)
            asked = Query(question) if isinstance(whole, Whole) else read(question, turns, chat)
        if not isinstance(whole, Whole) and (query.strip() or asked.text != question):
            whole = meant(asked.text, filters, self._searcher.library)
        if turns or query.strip():
            yield QueryRead(question, asked.text, asked.rewriting)
        noticed = notices.not_rewritten(asked.fault, self._writers.chosen(model).name) if asked.fault else ()
        if isinstance(whole, Unclear):
            answers = spoken(asked.text, whole.message(), refused=True)
        elif whole is not None:
            answers = self._about_whole(asked.text, whole, model, given_up)
        else:
            other = QueryRead(question, asked.other, Rewriting.JOINED) if asked.other else None
            answers = self._answered(asked.text, filters, size, model, given_up, other)
        with closing(answers) as events:
            for event in events:
                if isinstance(event, QueryRead):
                    asked = replace(asked, rewriting=event.rewriting)
                if isinstance(event, Done):
                    answer = event.answer
                    event = Done(
                        replace(
                            answer,
                            question=question.strip() if turns or query.strip() else answer.question,
                            query=answer.question,
                            rewriting=asked.rewriting,
                            notices=(*noticed, *answer.notices),
                        )
                    )
                yield event

    def _answered(
        self,
        question: str,
        filters: Filters,
        size: int,
        named: str | None,
        given_up: Callable[[], bool],
        other: QueryRead | None,
    ) -> Generator[AnswerEvent, None, None]:
        """Answer from what is found for the question, or for its ``other`` reading where that has evidence alone."""
        found = self._gathered(question, filters, size, named, given_up)
        if not found.answerable and other is not None:
            instead = self._gathered(other.query, filters, size, named, given_up)
            if instead.answerable:
                yield other
                found = instead
        for event in self._written(found, named, given_up):
            if isinstance(event, SourcesFound):
                event = replace(event, parts=found.parts)
            elif isinstance(event, Done):
                event = Done(replace(event.answer, parts=found.parts))
            yield event

    def _gathered(
        self, question: str, filters: Filters, size: int, named: str | None, given_up: Callable[[], bool]
    ) -> Gathered:
        return gather(
            question,
            lambda text: self._searcher.search(SearchRequest(text, SearchMode.HYBRID, size=size, filters=filters)),
            lambda text: self._embedder.tokenizer.reading(text).known_share,
            partial(self._writers.reply, named, given_up),
        )

    def _written(
        self, found: Gathered, named: str | None, given_up: Callable[[], bool]
    ) -> Generator[AnswerEvent, None, None]:
        question, hits = found.query, found.hits
        if not found.answerable:
            yield SourcesFound(hits, 0)
            yield from refused(question, hits, 0)
            return

        def plan(writer: Writer, sent: tuple[Hit, ...]) -> Plan:
            # A substitute that comes after the sources were named answers from these.
            return at_once(self._context(question, hits[: len(sent)] or hits, writer.name))

        quote = partial(extract, embedder=self._embedder, scale=scale_of(self._embedder, self._settings))
        yield from self._generation.answer(Material(question, hits, plan, quote), named, given_up)

    def _about_whole(
        self, question: str, whole: Whole, named: str | None, given_up: Callable[[], bool]
    ) -> Generator[AnswerEvent, None, None]:
        """Read documents from the first chunk to the last, and tell how much of them was read."""
        material = of_whole(whole, question, self._writers, self._settings, given_up)
        for event in self._generation.answer(material, named, given_up):
            if isinstance(event, Done) and not event.answer.refused:
                noticed = (*event.answer.notices, whole.notice(event.answer.passages_used))
                event = Done(replace(event.answer, notices=noticed, passages_found=whole.total))
            yield event

    def _context(self, question: str, hits: Sequence[Hit], model: str) -> Context:
        window, kept = self._settings.llm_context_tokens, self._settings.llm_answer_tokens
        with tracing.span("prompt"):
            tokenizer, control_tokens = self._writers.vocabulary(model)
            return build_context(question, hits, tokenizer, window, kept, control_tokens, self._with_surrounding)

    def _with_surrounding(self, hit: Hit, taken: Collection[str]) -> Hit:
        return with_surrounding(hit, self._searcher.around(hit.chunk_id), taken)
