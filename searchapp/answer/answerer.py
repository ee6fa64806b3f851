"""The answerer: a question in, a stream of events out, the whole answer last."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

from searchapp.answer import notices
from searchapp.answer.answerability import has_evidence
from searchapp.answer.citations import Checker, citations_of
from searchapp.answer.context import Context, build_context, with_surrounding
from searchapp.answer.conversation import Query, read, recent
from searchapp.answer.draft import Draft
from searchapp.answer.extractive import extract
from searchapp.answer.metrics import count_tokens, watched
from searchapp.answer.prompt_sanitizer import NO_EVIDENCE
from searchapp.answer.review import reviewed
from searchapp.answer.writers import Writer, Writers
from searchapp.embedding import Embedder, Scale, scale_of
from searchapp.errors import ModelMissingError, ModelUnavailableError, ServiceRefusedError, ServiceUnavailableError
from searchapp.model import (
    Answer,
    AnswerEvent,
    Done,
    Filters,
    Hit,
    Notice,
    QueryRead,
    Rewriting,
    SearchMode,
    SearchRequest,
    SentenceChecked,
    SourcesFound,
    Support,
    Token,
    Turn,
)
from searchapp.search import Searcher
from searchapp.search.query import read_query
from searchapp.settings import Settings
from searchapp.telemetry import tracing
from searchapp.text.words import is_cjk

REFUSAL_EN = "The documents that were searched hold no evidence to answer this."
REFUSAL_ZH = "在已检索的文档中没有找到可以回答这个问题的依据。"

EXTRACTIVE_PASSAGES = 8
NOBODY = Writer("")


class Answerer:
    """Answers from what the searcher finds."""

    def __init__(self, searcher: Searcher, embedder: Embedder, settings: Settings) -> None:
        self._searcher = searcher
        self._embedder = embedder
        self._settings = settings
        self._writers = Writers(settings)

    @property
    def _scale(self) -> Scale:
        return scale_of(self._embedder, self._settings)

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
        """Search for ``size`` chunks and answer from them.

        After ``history``, a question that needs it is first made to stand alone; ``query`` is that question where it is
        known already. Yields QueryRead (within a conversation only), SourcesFound, then Token and SentenceChecked as
        the text grows, and Done last. Where nobody named a ``model`` and the configured one is not there, another one
        answers and a notice says so. Where no Ollama or no such model answers, or the model says nothing, the answer
        is extractive and its notices say why. One that breaks off in the middle is kept as far as it came, with a
        notice. Ollama is stopped, even while it is silent, soon after ``given_up`` says that nobody waits any more.
        Raises what searching raises.
        """
        turns = recent(history)
        if query.strip():
            asked = Query(query, Rewriting.GIVEN)
        else:
            read_query(question)  # what is no question is refused before a model is asked about it
            asked = read(question, turns, partial(self._writers.reply, model, given_up))
        if turns or query.strip():
            yield QueryRead(question, asked.text, asked.rewriting)
        noticed = notices.not_rewritten(asked.fault, self._writers.chosen(model).name) if asked.fault else ()
        with closing(self._answered(asked.text, filters or Filters(), size, model, given_up)) as events:
            sent: tuple[Hit, ...] = ()
            for event in events:
                if isinstance(event, SourcesFound):
                    sent = event.hits[: event.passages_used]
                if isinstance(event, Done):
                    answer = reviewed(event.answer, sent)
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
        self, question: str, filters: Filters, size: int, named: str | None, given_up: Callable[[], bool]
    ) -> Generator[AnswerEvent, None, None]:
        results = self._searcher.search(SearchRequest(question, SearchMode.HYBRID, size=size, filters=filters))
        hits = results.hits
        if not has_evidence(results.query, hits, self._embedder.tokenizer.reading(results.query).known_share):
            yield SourcesFound(hits, 0)
            yield from self._refused(results.query, hits, 0)
            return
        writer = self._writers.chosen(named)
        sent: tuple[Hit, ...] = ()
        try:
            while True:
                try:
                    # A substitute that comes after the sources were named answers from these.
                    context = self._context(results.query, hits[: len(sent)] or hits, writer.name)
                    if not sent:
                        sent = context.used
                        yield SourcesFound((*sent, *hits[len(sent) :]), len(sent))
                    with tracing.begun("tokens", model=writer.name) as span:
                        yield from self._generated(results.query, hits, context, writer, given_up, span)
                    return
                except ModelMissingError as missing:
                    writer = self._writers.in_place_of(missing, writer, named)
        except (ModelUnavailableError, ServiceUnavailableError, ServiceRefusedError) as error:
            subject = writer.name if isinstance(error, ModelUnavailableError) else self._settings.ollama_url
            yield from self._extractive(results.query, hits, sent, notices.quoted(error, subject))

    def _context(self, question: str, hits: Sequence[Hit], model: str) -> Context:
        window, kept = self._settings.llm_context_tokens, self._settings.llm_answer_tokens
        with tracing.span("prompt"):
            tokenizer, control_tokens = self._writers.vocabulary(model)
            return build_context(question, hits, tokenizer, window, kept, control_tokens, self._with_surrounding)

    def _with_surrounding(self, hit: Hit, taken: Collection[str]) -> Hit:
        return with_surrounding(hit, self._searcher.around(hit.chunk_id), taken)

    def _generated(
        self,
        question: str,
        hits: Sequence[Hit],
        context: Context,
        writer: Writer,
        given_up: Callable[[], bool],
        span: tracing.Begun,
    ) -> Iterator[AnswerEvent]:
        checker = Checker(context.used, question, self._embedder, self._scale)
        draft = Draft(checker)
        noticed: list[Notice] = []
        finished = False
        parts = self._writers.chat(writer, context.messages, self._settings.llm_answer_tokens, given_up)
        try:
            for part in parts:
                draft.add(part.message.content or "")
                if not draft.may_be(NO_EVIDENCE):
                    yield from draft.events()
                if draft.fault:
                    noticed.append(notices.fault(draft.fault, writer.name))
                    break
                if part.done:
                    finished = True
                    count_tokens(part)
                    span.set(prompt_tokens=part.prompt_eval_count or 0, answer_tokens=part.eval_count or 0)
                if part.done_reason == "length":
                    noticed.append(notices.cut_off(self._settings.llm_answer_tokens))
        except ServiceUnavailableError as error:
            if draft.is_empty:
                raise
            noticed.append(notices.broken_off(error))
        finally:
            parts.close()
        if not (finished or draft.is_empty or noticed):
            noticed.extend(self._writers.unfinished())
        if draft.is_empty:
            yield from self._extractive(question, hits, context.used, notices.said_nothing(writer.name))
            return
        if draft.may_be(NO_EVIDENCE):
            yield from self._refused(question, hits, len(context.used), writer)
            return
        yield from draft.events(complete=True)
        complete = finished and not noticed
        if draft.thought_aloud:
            noticed.append(notices.thought_aloud(writer.name))
        if all(sentence.support is Support.UNSUPPORTED for sentence in draft.sentences):
            noticed.append(notices.unsupported())
        yield Done(
            Answer(
                question=question,
                answer=draft.checked_text(),
                model=writer.name,
                refused=False,
                extractive=False,
                passages_used=len(context.used),
                passages_found=len(hits),
                citations=citations_of(draft.sentences, context.used),
                sentences=tuple(draft.sentences),
                citations_removed=checker.removed,
                notices=(*writer.notices, *noticed),
                complete=complete,
            )
        )

    def _extractive(
        self, question: str, hits: Sequence[Hit], sent: Sequence[Hit], why: tuple[Notice, ...]
    ) -> Iterator[AnswerEvent]:
        """Quote from ``sent``, the chunks that were named as sources already, else from the best of ``hits``."""
        chunks = sent or hits[:EXTRACTIVE_PASSAGES]
        if not sent:
            yield SourcesFound(tuple(hits), len(chunks))
        quoted = extract(question, chunks, self._embedder, self._scale)
        if not quoted:
            yield from self._refused(question, hits, len(chunks))
            return
        for sentence in quoted:
            yield Token(sentence.text + "\n")
            yield SentenceChecked(sentence)
        yield Done(
            Answer(
                question=question,
                answer="\n".join(sentence.text for sentence in quoted),
                model="",
                refused=False,
                extractive=True,
                passages_used=len(chunks),
                passages_found=len(hits),
                citations=citations_of(quoted, chunks),
                sentences=tuple(quoted),
                notices=why,
            )
        )

    def _refused(self, question: str, hits: Sequence[Hit], used: int, writer: Writer = NOBODY) -> Iterator[AnswerEvent]:
        text = REFUSAL_ZH if is_cjk(question) else REFUSAL_EN
        yield Token(text)
        yield Done(
            Answer(
                question=question,
                answer=text,
                model=writer.name,
                refused=True,
                extractive=False,
                passages_used=used,
                passages_found=len(hits),
                citations=(),
                sentences=(),
                notices=writer.notices,
            )
        )
