"""The answerer: a question in, a stream of events out, the whole answer last."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

from searchapp.answer import notices
from searchapp.answer.citations import Checker, citations_of
from searchapp.answer.context import Context, build_context, with_surrounding
from searchapp.answer.conversation import Query, read, recent
from searchapp.answer.draft import Draft
from searchapp.answer.extractive import extract
from searchapp.answer.metrics import count_tokens, watched
from searchapp.answer.prompt_sanitizer import NO_EVIDENCE
from searchapp.answer.reading import Material, Plan, at_once, of_whole
from searchapp.answer.refusal import refused
from searchapp.answer.retrieval import with_evidence
from searchapp.answer.small_talk import small_talk, spoken
from searchapp.answer.whole import Unclear, Whole, meant
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
        request = SearchRequest(question, SearchMode.HYBRID, size=size, filters=filters)
        results, bears, read_as = with_evidence(self._searcher, self._embedder.tokenizer, request, other)
        if read_as:
            yield read_as
        hits = results.hits
        if not bears:
            yield SourcesFound(hits, 0)
            yield from refused(results.query, hits, 0)
            return

        def plan(writer: Writer, sent: tuple[Hit, ...]) -> Plan:
            # A substitute that comes after the sources were named answers from these.
            return at_once(self._context(results.query, hits[: len(sent)] or hits, writer.name))

        quote = partial(extract, embedder=self._embedder, scale=self._scale)
        yield from self._told(Material(results.query, hits, plan, quote), named, given_up)

    def _about_whole(
        self, question: str, whole: Whole, named: str | None, given_up: Callable[[], bool]
    ) -> Generator[AnswerEvent, None, None]:
        """Read documents from the first chunk to the last, and tell how much of them was read."""
        material = of_whole(whole, question, self._writers, self._settings, given_up)
        for event in self._told(material, named, given_up):
            if isinstance(event, Done) and not event.answer.refused:
                noticed = (*event.answer.notices, whole.notice(event.answer.passages_used))
                event = Done(replace(event.answer, notices=noticed, passages_found=whole.total))
            yield event

    def _told(
        self, material: Material, named: str | None, given_up: Callable[[], bool]
    ) -> Generator[AnswerEvent, None, None]:
        writer = self._writers.chosen(named)
        sent: tuple[Hit, ...] = ()
        try:
            while True:
                try:
                    plan = material.plan(writer, sent)
                    if not sent:
                        sent = plan.used
                        named_already = {hit.chunk_id for hit in sent}
                        rest = (hit for hit in material.hits if hit.chunk_id not in named_already)
                        yield SourcesFound((*sent, *rest), len(sent))
                    with tracing.begun("tokens", model=writer.name) as span:
                        context = yield from plan.read()
                        if not given_up():
                            yield from self._generated(material, context, writer, given_up, span)
                    return
                except ModelMissingError as missing:
                    writer = self._writers.in_place_of(missing, writer, named)
        except (ModelUnavailableError, ServiceUnavailableError, ServiceRefusedError) as error:
            subject = writer.name if isinstance(error, ModelUnavailableError) else self._settings.ollama_url
            yield from self._extractive(material, sent, notices.quoted(error, subject))

    def _context(self, question: str, hits: Sequence[Hit], model: str) -> Context:
        window, kept = self._settings.llm_context_tokens, self._settings.llm_answer_tokens
        with tracing.span("prompt"):
            tokenizer, control_tokens = self._writers.vocabulary(model)
            return build_context(question, hits, tokenizer, window, kept, control_tokens, self._with_surrounding)

    def _with_surrounding(self, hit: Hit, taken: Collection[str]) -> Hit:
        return with_surrounding(hit, self._searcher.around(hit.chunk_id), taken)

    def _generated(
        self, material: Material, context: Context, writer: Writer, given_up: Callable[[], bool], span: tracing.Begun
    ) -> Iterator[AnswerEvent]:
        question, hits = material.question, material.hits
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
            yield from self._extractive(material, context.used, notices.said_nothing(writer.name))
            return
        if draft.may_be(NO_EVIDENCE):
            yield from refused(question, hits, len(context.used), writer)
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

    def _extractive(self, material: Material, sent: Sequence[Hit], why: tuple[Notice, ...]) -> Iterator[AnswerEvent]:
        """Quote from ``sent``, the chunks that were named as sources already, else from the best of the hits."""
        question, hits = material.question, material.hits
        chunks = sent or hits[: material.quoted_from]
        if not sent:
            yield SourcesFound(tuple(hits), len(chunks))
        quoted = material.quote(question, chunks)
        if not quoted:
            yield from refused(question, hits, len(chunks))
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
