"""What became of one source that was ingested, and the pause of what waits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from searchapp.model.json import MessageText, Moment


class IngestState(StrEnum):
    """What became of one source in one run."""

    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of the queue."""

    since: Moment
    by: str
    """Who wanted it."""


@dataclass(frozen=True, slots=True)
class IngestOutcome:
    """What became of one source in a run of ``ingest``."""

    source: str
    document_id: str
    state: IngestState
    chunks: int = 0
    embedded: int = 0
    """Chunks whose vector was computed."""
    reused: int = 0
    """Chunks that had one already."""
    error: MessageText = ""
    note: MessageText = ""
    unembedded: int = 0
    """Chunks whose vector follows: they are found by their words so far."""
