"""Documents whose files are gone disappear from the store."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum

from searchapp.errors import UsageError
from searchapp.ingest.moves import is_gone
from searchapp.ingest.originals import Originals
from searchapp.model import IngestOutcome, IngestState
from searchapp.stores import Store


class Sync(StrEnum):
    """Whether documents whose files are gone are removed."""

    NO = "no"
    CAREFUL = "careful"
    EVEN_ALL = "even-all"


def removed(
    store: Store, originals: Originals, targets: Sequence[str], seen: Collection[str], sync: Sync
) -> Iterator[IngestOutcome]:
    """Remove what lies below the folders among ``targets`` and has no file any more; yields one outcome for each.

    A folder that is not there itself is left alone: a drive that is not mounted is no reason to forget its documents.
    For the same reason a careful sync raises UsageError when nothing at all would be left of a folder.
    """
    for target in targets:
        place = os.path.abspath(target)  # noqa: PTH100 - as discovery spells sources
        if "://" in target or not os.path.lexists(place):
            continue
        known = list(store.sources(place))
        gone = [entry for entry in known if entry.id not in seen and is_gone(entry.source)]
        if gone and len(gone) == len(known) and sync is Sync.CAREFUL:
            raise UsageError(
                f"None of the {len(gone)} documents indexed from {place} is there any more.",
                "Check that its drive is mounted. If they are really gone, add --yes.",
            )
        for entry in gone:
            store.delete_document(entry.id)
            originals.forget(entry)
            yield IngestOutcome(entry.source, entry.id, IngestState.DELETED, entry.chunks)
