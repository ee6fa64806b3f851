"""From material to an answer: written by a language model and checked as it grows, or quoted where none answers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence

from searchapp.answer import notices
from searchapp.answer.citations import Checker, citations_of
from searchapp.answer.context import Context
from searchapp.answer.draft import Draft
from searchapp.answer.material import Material
from searchapp.answer.prompt_sanitizer import NO_EVIDENCE
from searchapp.answer.refusal import refused
from searchapp.answer.writers import Writer, Writers
from searchapp.embedding import Embedder, scale_of
from searchapp.errors import ModelMissingError, ModelUnavailableError, ServiceRefusedError, ServiceUnavailableError
from searchapp.model import (
    Answer,
    AnswerEvent,
    Done,
    Hit,
    Notice,
    SentenceChecked,
    SourcesFound,
    Support,
    ThinkingBegun,
    Token,
)
from searchapp.settings import Settings
from searchapp.telemetry import tracing


class Generation:
    """Has one of the ``writers`` tell what stands in the material."""

    def __init__(self, writers: Writers, embedder: Embedder, settings: Settings) -> None:
        self._writers = writers
        self._embedder = embedder
        self._settings = settings

    def answer(
        self,
        material: Material,
        named: str | None,
        given_up: Callable[[], bool],
        *,
        thinks: bool = False,
        most_tokens: int | None = None,
    ) -> Generator[AnswerEvent, None, None]:
        """The events of an answer by the model of this name (None: the configured one), from SourcesFound on.

        Quoted where no model answers. Raises UsageError where the model's window is too small.
        """
        writer = self._writers.chosen(named, thinks=thinks, most_tokens=most_tokens)
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
            subject = writer.name if isinstance(error, ModelUnavailableError) else self._writers.where
            yield from self._extractive(material, sent, notices.quoted(error, subject))

    def quote(self, material: Material) -> Iterator[AnswerEvent]:
        """The events of an answer that no model is asked for."""
        return self._extractive(material, (), notices.quoted_at_once())

    def _generated(
        self, material: Material, context: Context, writer: Writer, given_up: Callable[[], bool], span: tracing.Begun
    ) -> Iterator[AnswerEvent]:
        question, hits = material.question, material.hits
        checker = Checker(context.used, question, self._embedder, scale_of(self._embedder, self._settings))
        draft = Draft(checker, context.messages[0]["content"])
        noticed: list[Notice] = []
        finished = thought = False
        parts = self._writers.chat(writer, context.messages, self._writers.tokens(writer), given_up)
        try:
            for part in parts:
                draft.add(part.text)
                if not thought and (part.is_thought or draft.is_thinking):
                    thought = True
                    yield ThinkingBegun(writer.name)
                if not draft.may_be(NO_EVIDENCE):
                    yield from draft.events()
                if draft.fault:
                    noticed.append(notices.fault(draft.fault, writer.name))
                    break
                if part.is_last:
                    finished = True
                    span.set(prompt_tokens=part.prompt_tokens, answer_tokens=part.answer_tokens)
                if part.is_cut:
                    noticed.append(notices.cut_off(self._writers.answer_tokens(writer)))
        except ServiceUnavailableError as error:
            if draft.is_empty:
                raise
            noticed.append(notices.broken_off(error))
        finally:
            parts.close()
        if not (finished or draft.is_empty or noticed):
            noticed.extend(self._writers.unfinished())
        if draft.is_empty:
            why = notices.said_nothing(writer.name)
            if draft.repeats_prompt:
                why = notices.only_prompt(writer.name)
            elif thought and any(notice.code == "cut_off" for notice in noticed):
                why = notices.only_thoughts(writer.name, self._writers.tokens(writer))
            yield from self._extractive(material, context.used, why)
            return
        if draft.may_be(NO_EVIDENCE):
            yield from refused(question, hits, len(context.used), writer)
            return
        yield from draft.events(complete=True)
        complete = finished and not noticed
        if draft.repeats_prompt:
            noticed.append(notices.prompt_repeated(writer.name))
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
        for place, sentence in enumerate(quoted):
            yield Token(sentence.text + "\n")
            yield SentenceChecked(sentence, "\n" if place else "")
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
