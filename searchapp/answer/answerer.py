"""The answerer: a question in, a stream of events out, the whole answer last."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import lru_cache, partial

from searchapp.answer import notices
from searchapp.answer.citations import Checker, citations_of
from searchapp.answer.context import Context, build_context
from searchapp.answer.conversation import Query, read, recent
from searchapp.answer.draft import Draft
from searchapp.answer.extractive import extract
from searchapp.answer.gate import has_evidence
from searchapp.answer.metrics import count_tokens, watched
from searchapp.answer.neighbours import extended
from searchapp.answer.neutral import NO_EVIDENCE
from searchapp.embedding import Embedder
from searchapp.errors import ModelUnavailableError, ServiceRefusedError, ServiceUnavailableError
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
from searchapp.ollama_api import OllamaServer, control_tokens_of, tokenizer_of
from searchapp.search import Searcher
from searchapp.search.query import read_query
from searchapp.settings import Settings
from searchapp.telemetry import tracing
from searchapp.text.words import is_cjk
from searchapp.tokens import Tokenizer

REFUSAL_EN = "The documents that were searched hold no evidence to answer this."
REFUSAL_ZH = "在已检索的文档中没有找到可以回答这个问题的依据。"

EXTRACTIVE_PASSAGES = 8

MOST_TOKEN_CHARACTERS = 12
"""Longest mean of a token, in characters."""


class Answerer:
    """Answers from what the searcher finds."""

    def __init__(self, searcher: Searcher, embedder: Embedder, settings: Settings) -> None:
        self._searcher = searcher
        self._embedder = embedder
        self._settings = settings
        self._ollama = OllamaServer(settings.ollama_url, settings.llm_timeout_seconds)
        self._vocabulary = lru_cache(maxsize=4)(self._read_vocabulary)

    def models(self) -> list[str]:
        """Names of the language models that can be asked. Raises ServiceUnavailableError and ServiceRefusedError."""
        return self._ollama.chat_models()

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
        """Search for ``size`` passages and answer from them.

        After ``history``, a question that needs it is first made to stand alone; ``query`` is that question where it is
        known already. Yields QueryRead (within a conversation only), SourcesFound, then Token and SentenceChecked as
        the text grows, and Done last. Where no Ollama or no such model answers, or the model says nothing, the answer
        is extractive and its notices say why. One that breaks off in the middle is kept as far as it came, with a
        notice. Ollama is stopped, even while it is silent, soon after ``given_up`` says that nobody waits any more.
        Raises what searching raises.
        """
        name = model or self._settings.llm_model
        turns = recent(history)
        if query.strip():
            asked = Query(query, Rewriting.GIVEN)
        else:
            read_query(question)  # what is no question is refused before a model is asked about it
            asked = read(question, turns, partial(self._written, name, given_up), name)
        if turns or query.strip():
            yield QueryRead(question, asked.text, asked.rewriting)
        with closing(self._answered(asked.text, filters or Filters(), size, name, given_up)) as events:
            for event in events:
                if isinstance(event, Done):
                    answer = event.answer
                    event = Done(
                        replace(
                            answer,
                            question=question.strip() if turns or query.strip() else answer.question,
                            query=answer.question,
                            rewriting=asked.rewriting,
                            notices=(*asked.notices, *answer.notices),
                        )
                    )
                yield event

    def _answered(
        self, question: str, filters: Filters, size: int, model: str, given_up: Callable[[], bool]
    ) -> Generator[AnswerEvent, None, None]:
        results = self._searcher.search(SearchRequest(question, SearchMode.HYBRID, size=size, filters=filters))
        hits = results.hits
        if not has_evidence(results.query, hits, self._embedder.tokenizer.known_share(results.query)):
            yield SourcesFound(hits, 0)
            yield from self._refused(results.query, hits, 0)
            return
        try:
            window, kept = self._settings.llm_context_tokens, self._settings.llm_answer_tokens
            with tracing.span("prompt"):
                tokenizer, control_tokens = self._vocabulary(model)
                context = build_context(
                    results.query, hits, tokenizer, window, kept, control_tokens, self._with_neighbours
                )
            yield SourcesFound((*context.used, *hits[len(context.used) :]), len(context.used))
            with tracing.begun("tokens", model=model) as span:
                yield from self._generated(results.query, hits, context, model, given_up, span)
        except (ModelUnavailableError, ServiceUnavailableError, ServiceRefusedError) as error:
            subject = model if isinstance(error, ModelUnavailableError) else self._settings.ollama_url
            yield from self._extractive(results.query, hits, notices.quoted(error, subject))

    def _with_neighbours(self, hit: Hit, taken: Collection[str]) -> Hit:
        return extended(hit, self._searcher.around(hit.chunk_id), taken)

    def _read_vocabulary(self, model: str) -> tuple[Tokenizer, frozenset[str]]:
        info = self._ollama.show(model)
        return tokenizer_of(info), control_tokens_of(info)

    def _options(self, tokens: int) -> dict[str, int]:
        # With another window Ollama would load the model anew.
        return {"num_ctx": self._settings.llm_context_tokens, "num_predict": tokens, "temperature": 0}

    def _written(
        self, model: str, given_up: Callable[[], bool], messages: Sequence[dict[str, str]], tokens: int
    ) -> str:
        text = ""
        with closing(self._ollama.chat(model, messages, self._options(tokens), given_up)) as parts:
            for part in parts:
                text += part.message.content or ""
                if len(text) > tokens * MOST_TOKEN_CHARACTERS:
                    break  # it does not keep to the limit
        return text

    def _generated(
        self,
        question: str,
        hits: Sequence[Hit],
        context: Context,
        model: str,
        given_up: Callable[[], bool],
        span: tracing.Begun,
    ) -> Iterator[AnswerEvent]:
        checker = Checker(context.used, question, self._embedder)
        draft = Draft(checker)
        told: list[Notice] = []
        finished = False
        parts = self._ollama.chat(model, context.messages, self._options(self._settings.llm_answer_tokens), given_up)
        try:
            for part in parts:
                draft.add(part.message.content or "")
                if not draft.may_be(NO_EVIDENCE):
                    yield from draft.events()
                if draft.fault:
                    told.append(notices.fault(draft.fault, model))
                    break
                if part.done:
                    finished = True
                    count_tokens(part)
                    span.set(prompt_tokens=part.prompt_eval_count or 0, answer_tokens=part.eval_count or 0)
                if part.done_reason == "length":
                    told.append(notices.cut_off(self._settings.llm_answer_tokens))
        except ServiceUnavailableError as error:
            if draft.is_empty:
                raise
            told.append(notices.broken_off(error))
        finally:
            parts.close()
        if not (finished or draft.is_empty or told):
            told.append(notices.broken_off(self._ollama.unfinished()))
        if draft.is_empty:
            yield from self._extractive(question, hits, notices.said_nothing(model))
            return
        if draft.may_be(NO_EVIDENCE):
            yield from self._refused(question, hits, len(context.used), model)
            return
        yield from draft.events(complete=True)
        complete = finished and not told
        if all(sentence.support is Support.UNSUPPORTED for sentence in draft.sentences):
            told.append(notices.unsupported())
        yield Done(
            Answer(
                question=question,
                answer=draft.checked_text(),
                model=model,
                refused=False,
                extractive=False,
                passages_used=len(context.used),
                passages_found=len(hits),
                citations=citations_of(draft.sentences, context.used),
                sentences=tuple(draft.sentences),
                citations_removed=checker.removed,
                notices=tuple(told),
                complete=complete,
            )
        )

    def _extractive(self, question: str, hits: Sequence[Hit], why: tuple[Notice, ...]) -> Iterator[AnswerEvent]:
        passages = hits[:EXTRACTIVE_PASSAGES]
        yield SourcesFound(tuple(hits), len(passages))
        quoted = extract(question, passages, self._embedder)
        if not quoted:
            yield from self._refused(question, hits, len(passages))
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
                passages_used=len(passages),
                passages_found=len(hits),
                citations=citations_of(quoted, passages),
                sentences=tuple(quoted),
                notices=why,
            )
        )

    def _refused(self, question: str, hits: Sequence[Hit], used: int, model: str = "") -> Iterator[AnswerEvent]:
        text = REFUSAL_ZH if is_cjk(question) else REFUSAL_EN
        yield Token(text)
        yield Done(
            Answer(
                question=question,
                answer=text,
                model=model,
                refused=True,
                extractive=False,
                passages_used=used,
                passages_found=len(hits),
                citations=(),
                sentences=(),
            )
        )
