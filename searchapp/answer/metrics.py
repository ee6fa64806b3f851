"""What a monitor should know of answers, and the span of each question."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec

from prometheus_client import Counter, Histogram

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


def watched(ask: Callable[P, Iterator[AnswerEvent]]) -> Callable[P, Iterator[AnswerEvent]]:
    """``ask`` with its outcome counted, and a span over all of it."""

    @functools.wraps(ask)
    def events(*args: P.args, **kwargs: P.kwargs) -> Iterator[AnswerEvent]:
        started, outcome = time.perf_counter(), "given_up"
        try:
            with tracing.begun("ask") as whole:
                inner = ask(*args, **kwargs)
                try:
                    while True:
                        with whole.within():
                            event = next(inner, None)
                        if event is None:
                            break
                        if isinstance(event, Done):
                            outcome = _outcome_of(event.answer)
                            whole.set(outcome=outcome, passages=event.answer.passages_used)
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


def count_tokens(part: Any) -> None:
    """Count what the last part of a chat tells."""
    TOKENS.labels("prompt").inc(part.prompt_eval_count or 0)
    TOKENS.labels("answer").inc(part.eval_count or 0)


def _outcome_of(answer: Answer) -> str:
    if answer.refused:
        return "refused"
    return "extractive" if answer.extractive else "generated" if answer.model else "small_talk"
