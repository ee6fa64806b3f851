"""The part of a Celery worker that acknowledges, so that it survives a Redis that is away at that moment."""

from __future__ import annotations

from typing import Any

from celery import Task
from celery.worker.request import Request


class RaisingRequest(Request):  # type: ignore[misc]  # Celery has no types
    """Raises when its acknowledgement fails; the worker's loop takes that for a lost connection, and connects anew.

    Celery only logs it. But a message that is not acknowledged counts against the number that may be fetched, and with
    one message at a time nothing is ever fetched again (seen with Celery 5.7).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._connection_errors = ()  # those that are only logged


class BatchTask(Task):  # type: ignore[misc]
    """A task whose requests are of that kind."""

    abstract = True
    Request = RaisingRequest
