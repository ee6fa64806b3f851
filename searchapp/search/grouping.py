"""From a fused ranking to the page that is shown: sorted by date, grouped by document, near-duplicates folded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from searchapp.model import SortOrder
from searchapp.search.duplicates import Likeness, Seen
from searchapp.stores import FoundChunk

DATED = 50
"""Chunks that sorting by date looks at: the best ones, since what comes after hardly belongs to the question."""

_NO_DATE = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(slots=True)
class Place:
    """A chunk that stands on its own, and those that stand behind it: of its document, and nearly the same."""

    chunk: FoundChunk
    behind: list[FoundChunk] = field(default_factory=list)
    duplicates: list[FoundChunk] = field(default_factory=list)


def sorted_chunks(chunks: Sequence[FoundChunk], order: SortOrder) -> list[FoundChunk]:
    """The chunks, best first, in the order asked for; by date the best ``DATED``, undated ones last."""
    if order is SortOrder.RELEVANCE:
        return list(chunks)
    # Python's sort keeps the order of equals, also in reverse: of one date the better chunk comes first.
    dated = [chunk for chunk in chunks[:DATED] if chunk.modified]
    undated = [chunk for chunk in chunks[:DATED] if not chunk.modified]
    newest_first = order is SortOrder.NEWEST
    return sorted(dated, key=lambda chunk: chunk.modified or _NO_DATE, reverse=newest_first) + undated


def places(chunks: Sequence[FoundChunk], *, grouped: bool, folded: bool, wanted: int) -> list[Place]:
    """The first ``wanted`` places that the ranked chunks take.

    ``grouped`` gives a document one place, its best chunk's; ``folded`` puts near-duplicates behind the best of them.
    Which places come first does not depend on ``wanted``, so that pages fit together. A chunk that comes after the
    last place still stands behind its document.
    """
    found: list[Place] = []
    seen = Seen()
    by_document: dict[str, Place] = {}
    for chunk in chunks:
        if grouped and (place := by_document.get(chunk.document_id)):
            place.behind.append(chunk)
            continue
        if len(found) >= wanted:
            if not grouped:
                break
            continue
        if folded:
            own = Likeness(chunk)
            if (twin := seen.like(own)) is not None:
                found[twin].duplicates.append(chunk)
                continue
            seen.add(len(found), own)
        place = Place(chunk)
        found.append(place)
        by_document.setdefault(chunk.document_id, place)
    return found
