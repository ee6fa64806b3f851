"""The steps of a search and of an answer: each is timed for Prometheus, and is a span where traces are on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from prometheus_client import Histogram

from searchapp.telemetry import deadline, tracing

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

STAGE_SECONDS = Histogram(
    "searchapp_search_stage_seconds", "How long a stage of a search took.", ["stage"], buckets=SECONDS
)


class Stage(StrEnum):
    """The stages, in the order in which a question passes them."""

    ENCODE = "encode"
    KEYWORD = "keyword"
    VECTOR = "vector"
    FACETS = "facets"
    FUSION = "fusion"


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """Time what is done inside; a failure is timed too. Raises RequestTooLongError where there is no time for it."""
    deadline.check()
    started = time.perf_counter()
    try:
        with tracing.span(name):
            yield
    finally:
        STAGE_SECONDS.labels(name).observe(time.perf_counter() - started)


def stage_took(name: Stage, seconds: float, before: float = 0.0) -> None:
    """Note a stage whose duration somebody else has measured; it ended ``before`` seconds ago."""
    STAGE_SECONDS.labels(name).observe(seconds)
    tracing.span_took(name, seconds, before)
