"""What became of one source that was ingested, and the pause of what waits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class IngestState(StrEnum):
    """What became of one source in one run."""

    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    QUARANTINED = "quarantined"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Pause:
    """An operator's word, ``by`` name, that nothing that is queued is begun until somebody resumes the queue."""

    since: dt.datetime
    by: str


@dataclass(frozen=True, slots=True)
class IngestOutcome:
    """One document's result: ``embedded`` chunks were computed, ``reused`` ones had a vector already."""

    source: str
    document_id: str
    state: IngestState
    chunks: int = 0
    embedded: int = 0
    reused: int = 0
    error: str = ""
    note: str = ""
