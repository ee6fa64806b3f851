"""What is told of how searchapp runs: its log, metrics and traces."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, Field

from searchapp.settings.addresses import WebAddress


class LogFormat(StrEnum):
    """How a line of the log is written."""

    TEXT = "text"
    JSON = "json"


class WatchingSettings(BaseModel):
    """Log, metrics and traces."""

    log_format: LogFormat = Field(
        LogFormat.TEXT, description="text for people, or json: one object a line, for programs that collect logs."
    )
    metrics_port: int = Field(
        9808, ge=0, le=65535, description="Port on which a worker shows its Prometheus metrics; 0 for none."
    )
    traces_url: WebAddress = Field(
        "",
        description="Address of an OpenTelemetry collector (OTLP over HTTP, such as http://127.0.0.1:4318) that gets "
        "traces. Empty: none are made. Needs the extra otel.",
    )
