"""OpenTelemetry traces, where SEARCHAPP_TRACES_URL says so; else nothing of it is imported, and a span costs a call.

A span never reaches over a ``yield`` as the current one: who reads a stream may do so from anywhere. So one that does
is ``begun``, and has its children ``within`` it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from searchapp import __version__
from searchapp.errors import UsageError
from searchapp.settings import Settings

NANOSECONDS = 1_000_000_000

_tracer: Any = None


def start(settings: Settings, service: str) -> Any:
    """Send spans to ``settings.traces_url`` from now on, in batches and in the background; without one, do nothing.

    Returns as ``send_to``, or None.

    Raises UsageError when OpenTelemetry is not installed.
    """
    if not settings.traces_url:
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise UsageError("opentelemetry_missing") from error
    return send_to(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{settings.traces_url}/v1/traces")), service)


def send_to(processor: Any, service: str) -> Any:
    """Give every span to an OpenTelemetry ``processor``; returns the provider, whose ``shutdown`` sends the rest."""
    global _tracer
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    provider = TracerProvider(resource=Resource.create({"service.name": service, "service.version": __version__}))
    provider.add_span_processor(processor)
    _tracer = provider.get_tracer("searchapp")
    return provider


def stop() -> None:
    """Make no more spans."""
    global _tracer
    _tracer = None


@contextmanager
def span(name: str, **attributes: str | int | float | bool) -> Iterator[None]:
    """A span around what is done inside; a failure marks it."""
    if _tracer is None:
        yield
        return
    with _tracer.start_as_current_span(name, attributes=attributes):
        yield


def span_took(name: str, seconds: float, before: float = 0.0) -> None:
    """A span that somebody else has measured, and that ended ``before`` seconds ago."""
    if _tracer is None:
        return
    end = time.time_ns() - int(before * NANOSECONDS)
    _tracer.start_span(name, start_time=end - int(seconds * NANOSECONDS)).end(end)


class Begun:
    """A span that goes on, over several calls; without traces, nothing."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def set(self, **attributes: str | int | float | bool) -> None:
        """Add what has become known."""
        if self._real is not None:
            self._real.set_attributes(attributes)

    def rename(self, name: str) -> None:
        """Give it the name that is known only now."""
        if self._real is not None:
            self._real.update_name(name)

    @contextmanager
    def within(self) -> Iterator[None]:
        """Spans that are made inside are children of this one."""
        if self._real is None:
            yield
            return
        from opentelemetry.trace import use_span

        with use_span(self._real, record_exception=False, set_status_on_exception=False):
            yield


@contextmanager
def begun(
    name: str, headers: Mapping[str, str] | None = None, **attributes: str | int | float | bool
) -> Iterator[Begun]:
    """A span from now until the end of the block, which may ``yield``; a failure marks it.

    It is a child of the current span, or of the one that another service names in ``headers`` (W3C trace context).
    """
    if _tracer is None:
        yield Begun(None)
        return
    from opentelemetry.trace import Status, StatusCode
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    parent = TraceContextTextMapPropagator().extract(headers) if headers else None
    real = _tracer.start_span(name, context=parent, attributes=attributes)
    try:
        yield Begun(real)
    except Exception as error:
        real.set_status(Status(StatusCode.ERROR, type(error).__name__))
        raise
    finally:
        real.end()


def trace_id() -> str:
    """The id of the trace that is under way, 32 hex digits; empty where there is none."""
    if _tracer is None:
        return ""
    from opentelemetry.trace import format_trace_id, get_current_span

    context = get_current_span().get_span_context()
    return format_trace_id(context.trace_id) if context.is_valid else ""
