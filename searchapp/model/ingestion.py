"""What became of one source that was ingested."""

from __future__ import annotations

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
