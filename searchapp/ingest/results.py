"""What comes out of reading a document: one that is ready to be embedded, or one that is settled already."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TypeAlias

from searchapp.errors import SourceError
from searchapp.ingest import entries
from searchapp.ingest.moves import Move
from searchapp.model import Chunk, DocumentEntry, DocumentState, IngestOutcome, IngestState


@dataclass(frozen=True, slots=True)
class Loaded:
    """A document that is ready to be embedded; ``moved_from`` is the id under which its chunks stood so far."""

    entry: DocumentEntry
    chunks: tuple[Chunk, ...]
    moved_from: DocumentEntry | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A document that needs no embedding: its outcome, and its entry where that must be written.

    That takes the place of what was claimed, or of ``known``, which was read.
    """

    outcome: IngestOutcome
    entry: DocumentEntry | None = None
    known: DocumentEntry | None = None
    is_claimed: bool = False


Read: TypeAlias = Loaded | Settled


def unchanged(known: DocumentEntry) -> Settled:
    """A document of which the store holds these bytes already."""
    outcome = IngestOutcome(known.source, known.id, IngestState.UNCHANGED, known.chunks, note=known.note)
    if known.state in (DocumentState.INDEXED, DocumentState.UNCHANGED):
        return Settled(outcome)
    return Settled(outcome, entries.unchanged(known), known)  # it was queued, or could not be read for a while


def failure(tried: DocumentEntry, known: DocumentEntry | None, error: SourceError, content_hash: str) -> Settled:
    """A document that could not be read, or not parsed: then ``content_hash`` is that of its bytes."""
    sentence = str(error)
    if not content_hash and entries.is_hopeless(known, ""):
        return Settled(outcome_of(tried, IngestState.QUARANTINED, sentence))
    entry = entries.failed(tried, sentence, content_hash, error.lacking)
    state = IngestState.QUARANTINED if entry.state is DocumentState.QUARANTINED else IngestState.FAILED
    return Settled(outcome_of(entry, state, sentence), entry, known)


def outcome_of(entry: DocumentEntry, state: IngestState, sentence: str) -> IngestOutcome:
    """The outcome of a document that was not indexed; ``chunks`` of an earlier version may be searchable."""
    return IngestOutcome(entry.source, entry.id, state, entry.chunks, error=sentence)


def moved(move: Move, claimed: DocumentEntry | None, groups: tuple[str, ...]) -> Loaded:
    """A renamed file, with the chunks of its old name."""
    entry = entries.moved(move.old, move.to, groups)
    if claimed:
        entry = dataclasses.replace(entry, queued=claimed.queued, started=claimed.started)
    return Loaded(entry, move.chunks, move.old)
