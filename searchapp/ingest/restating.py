"""Documents of which only a sidecar or a path rule has changed: they are neither parsed nor embedded again."""

from __future__ import annotations

import dataclasses

from searchapp.ingest.batches import Loaded
from searchapp.ingest.compare import Candidate, movable_chunks
from searchapp.ingest.lifecycle import now
from searchapp.ingest.retry import Run
from searchapp.model import DocumentState
from searchapp.model.json import from_json
from searchapp.sources import Loader
from searchapp.sources.stated import OwnFacts


def restated(run: Run, loader: Loader, one: Candidate) -> Loaded | None:
    """The document with what is stated of it now, its chunks as the store has them.

    None where it has to be read: its bytes or readers differ, it waits for something, or its title has changed, which
    the model reads with each chunk.
    """
    known = one.known
    if known is None or not known.own or known.attempts or known.lacking:
        return None
    if (known.content_hash, known.readers) != (one.raw.content_hash, one.groups):
        return None
    try:
        own = from_json(OwnFacts, known.own)
    except ValueError:  # of another version
        return None
    facts = loader.facts(own, one.raw)
    if facts["title"] != known.title or (chunks := movable_chunks(run.store, known)) is None:
        return None
    run.originals.keep_version(one.raw)
    held = run.leases.held(one.id) or known
    entry = dataclasses.replace(
        known,
        **facts,
        filing="",  # the store adds what was given by hand
        groups=one.groups,
        state=DocumentState.INDEXED,
        error="",
        updated=now(),
        queued=held.queued,
        started=held.started,
        owner="",
        lease=None,
        depth=0,
    )
    return Loaded(entry, chunks)
