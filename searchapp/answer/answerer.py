"""The answerer: a question in, a stream of events out, the whole answer last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from searchapp.answer import notices
from searchapp.answer.citations import Checker, citations_of
from searchapp.answer.context import Context, build_context
from searchapp.answer.draft import Draft
from searchapp.answer.evidence import has_evidence
from searchapp.answer.extractive import extract
from searchapp.embedding import Embedder, Tokenizer
from searchapp.errors import ModelUnavailableError, ServiceRefusedError, ServiceUnavailableError
from searchapp.model import (
    Answer,
    AnswerEvent,
    Done,
    Filters,
    Hit,
    Notice,
    SearchMode,
    SearchRequest,
    SentenceChecked,
    SourcesFound,
    Support,
    Token,
)
from searchapp.ollama_api import OllamaServer, tokenizer_of
from searchapp.search import Searcher
from searchapp.settings import Settings
from searchapp.text.words import is_cjk

NO_EVIDENCE = "NO EVIDENCE"
"""What the prompt tells the model to reply when the passages do not answer."""

REFUSAL_EN = "The documents that were searched hold no evidence to answer this."
REFUSAL_ZH = "在已检索的文档中没有找到可以回答这个问题的依据。"

EXTRACTIVE_PASSAGES = 8


class Answerer:
    """Answers from what the searcher finds."""

    def __init__(self, searcher: Searcher, embedder: Embedder, settings: Settings) -> None:
        self._searcher = searcher
        self._embedder = embedder
        self._settings = settings
        self._ollama = OllamaServer(settings.ollama_url, settings.llm_timeout_seconds)
        self._tokenizer = lru_cache(maxsize=4)(self._read_tokenizer)

    def ask(
        self,
        question: str,
        *,
        filters: Filters | None = None,
        size: int = 8,
        model: str | None = None,
        given_up: Callable[[], bool] = lambda: False,
    ) -> Iterator[AnswerEvent]:
        """Search for ``size`` passages and answer from them.

        Yields SourcesFound, then Token and SentenceChecked as the text grows, and Done last. Where no Ollama or no such
        model answers, or the model says nothing, the answer is extractive and its notices say why. One that breaks off
        in the middle is kept as far as it came, with a notice. Ollama is stopped, even while it is silent, soon after
        ``given_up`` says that nobody waits any more. Raises what searching raises.
        """
        request = SearchRequest(question, SearchMode.HYBRID, size=size, filters=filters or Filters())
        results = self._searcher.search(request)
        hits = results.hits
        if not has_evidence(results.query, hits):
            yield SourcesFound(hits, 0)
            yield from self._refused(results.query, hits, 0)
            return
        name = model or self._settings.llm_model
        try:
            window, kept = self._settings.llm_context_tokens, self._settings.llm_answer_tokens
            context = build_context(results.query, hits, self._tokenizer(name), window, kept)
            yield SourcesFound(hits, len(context.used))
            yield from self._generated(results.query, hits, context, name, given_up)
        except (ModelUnavailableError, ServiceUnavailableError, ServiceRefusedError) as error:
            subject = name if isinstance(error, ModelUnavailableError) else self._settings.ollama_url
            yield from self._extractive(results.query, hits, notices.quoted(error, subject))

    def _read_tokenizer(self, model: str) -> Tokenizer:
        return tokenizer_of(self._ollama.show(model))

    def _generated(
        self, question: str, hits: Sequence[Hit], context: Context, model: str, given_up: Callable[[], bool]
    ) -> Iterator[AnswerEvent]:
        options = {
            "num_ctx": self._settings.llm_context_tokens,
            "num_predict": self._settings.llm_answer_tokens,
            "temperature": 0,
        }
        checker = Checker(context.used, question, self._embedder)
        draft = Draft(checker)
        told: list[Notice] = []
        parts = self._ollama.chat(model, context.messages, options)
        try:
            for part in parts:
                draft.add(part.message.content or "")
                if not draft.may_be(NO_EVIDENCE):
                    yield from draft.events()
                if draft.fault:
                    told.append(notices.fault(draft.fault, model))
                    break
                if part.done_reason == "length":
                    told.append(notices.cut_off(self._settings.llm_answer_tokens))
        except ServiceUnavailableError as error:
            if draft.is_empty:
                raise
            told.append(notices.broken_off(error))
        finally:
            parts.close()
        if draft.is_empty:
            yield from self._extractive(question, hits, notices.said_nothing(model))
            return
        if draft.may_be(NO_EVIDENCE):
            yield from self._refused(question, hits, len(context.used), model)
            return
        yield from draft.events(complete=True)
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
