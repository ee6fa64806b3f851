"""What a monitor should know of answers, what each one took of its models, and the span of each question."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import ParamSpec

from prometheus_client import Counter, Histogram

from searchapp.llm import ReplyPart
from searchapp.model import Answer, AnswerEvent, Done
from searchapp.telemetry import tracing

P = ParamSpec("P")

ANSWERS = Counter(
    "searchapp_answers", "Answers: generated, extractive, refused, small talk, failed, or given up.", ["outcome"]
)
TOKENS = Counter("searchapp_answer_tokens", "Tokens that the model read (prompt) and wrote (answer).", ["kind"])
ANSWER_SECONDS = Histogram(
    "searchapp_answer_seconds",
    "How long an answer took, from the question to its last word.",
    ["outcome"],
    buckets=(0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300),
)
for _outcome in ("generated", "extractive", "refused", "small_talk", "failed", "given_up"):
    ANSWERS.labels(_outcome)
for _kind in ("prompt", "answer"):
    TOKENS.labels(_kind)


@dataclass
class _Meter:
    """The tokens of one question, over all calls that are made for it."""

    prompt: int = 0
    answer: int = 0

    @contextmanager
    def within(self) -> Iterator[None]:
        """What is counted inside is counted here too."""
        before = _meter.set(self)
        try:
            yield
        finally:
            _meter.reset(before)


_meter: ContextVar[_Meter | None] = ContextVar("searchapp_meter", default=None)


def watched(ask: Callable[P, Iterator[AnswerEvent]]) -> Callable[P, Iterator[AnswerEvent]]:
    """``ask`` with its outcome counted, and a span over all of it; the whole answer tells its tokens."""

    @functools.wraps(ask)
    def events(*args: P.args, **kwargs: P.kwargs) -> Iterator[AnswerEvent]:
        started, outcome, meter = time.perf_counter(), "given_up", _Meter()
        try:
            with tracing.begun("ask") as whole:
                inner = ask(*args, **kwargs)
                try:
                    while True:
                        with whole.within(), meter.within():
                            event = next(inner, None)
                        if event is None:
                            break
                        if isinstance(event, Done):
                            outcome = _outcome_of(event.answer)
                            whole.set(outcome=outcome, passages=event.answer.passages_used)
                            tokens = {"prompt_tokens": meter.prompt, "answer_tokens": meter.answer}
                            event = Done(replace(event.answer, **tokens))  # type: ignore[arg-type]
                        yield event
                finally:
                    inner.close()  # type: ignore[attr-defined]
        except Exception:
            outcome = "failed"
            raise
        finally:
            ANSWERS.labels(outcome).inc()
            ANSWER_SECONDS.labels(outcome).observe(time.perf_counter() - started)

    return events


def count_tokens(part: ReplyPart) -> None:
    """Count what the last part of a reply tells."""
    TOKENS.labels("prompt").inc(part.prompt_tokens)
    TOKENS.labels("answer").inc(part.answer_tokens)
    if (meter := _meter.get()) is not None:
        meter.prompt += part.prompt_tokens
        meter.answer += part.answer_tokens


def _outcome_of(answer: Answer) -> str:
    if answer.refused:
        return "refused"
    return "extractive" if answer.extractive else "generated" if answer.model else "small_talk"
