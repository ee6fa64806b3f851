"""Log lines with the ids of what they are about, as text for people or JSON for programs.

Modules log with the standard library. What is bound here (``bound``: a request's id) stands on every line of the
thread, what a call gives as ``extra`` (a document's id) on its own; secrets are hidden in the finished line.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

from searchapp.redaction import redactor
from searchapp.settings import LogFormat, Settings
from searchapp.telemetry import tracing

NOISY = ("httpx", "elastic_transport", "waitress.queue")
"""What they warn of our own errors and metrics say better."""

REQUEST_ID = "request_id"

_ours: logging.Handler | None = None


def configure(settings: Settings, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Have all lines from ``level`` on written to ``stream`` (stderr); called again, the later call counts."""
    global _ours
    import structlog

    stream = stream or sys.stderr
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _completed,
    ]
    if settings.log_format is LogFormat.JSON:
        shared.append(structlog.processors.format_exc_info)
        render: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        render = structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
        )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _redacted(render, settings)],
        )
    )
    root = logging.getLogger()
    if _ours is not None:
        root.removeHandler(_ours)
    root.addHandler(handler)
    root.setLevel(level)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)
    _ours = handler


def bind(**ids: str) -> None:
    """From now on this thread's lines have these ids, and no others."""
    import structlog

    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(**ids)


@contextmanager
def bound(**ids: str) -> Iterator[None]:
    """Lines of what is done inside have these ids too; an empty one is left out."""
    import structlog

    with structlog.contextvars.bound_contextvars(**{name: value for name, value in ids.items() if value}):
        yield


def request_id() -> str:
    """The id of the request that this thread works for; empty where it works for none."""
    import structlog

    return str(structlog.contextvars.get_contextvars().get(REQUEST_ID, ""))


def _completed(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name in ("message", "asctime"):  # which another handler may have left on the record
        event.pop(name, None)
    if trace := tracing.trace_id():
        event["trace_id"] = trace
    return event


def _redacted(render: Callable[..., str], settings: Settings) -> Callable[..., str]:
    redact = redactor(settings)

    def rendered(logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
        return redact(render(logger, method, event))

    return rendered
