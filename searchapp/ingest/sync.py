"""Documents whose files or pages are gone disappear from the store."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum

from searchapp.errors import UsageError
from searchapp.ingest.moves import is_gone
from searchapp.ingest.originals import Originals
from searchapp.ingest.patience import Patience
from searchapp.ingest.sites import Sites
from searchapp.model import DocumentEntry, IngestOutcome, IngestState
from searchapp.stores import Store


class Sync(StrEnum):
    """Whether documents that are gone are removed."""

    NO = "no"
    CAREFUL = "careful"
    EVEN_ALL = "even-all"


def removed(
    store: Store,
    originals: Originals,
    targets: Sequence[str],
    seen: Collection[str],
    sync: Sync,
    sites: Sites,
    patient: Patience,
) -> Iterator[IngestOutcome]:
    """Remove what lies below the folders and sites among ``targets`` and is gone; yields one outcome for each.

    A file is gone when its folder does not list it any more, a page of a site when its server says so: that no link
    leads to it now may be the depth's doing. A folder or site that is not there itself is left alone: a drive that is
    not mounted is no reason to forget its documents. For the same reason a careful sync raises UsageError when nothing
    at all would be left of a place.
    """
    for target in targets:
        place = sites.place(target) if "://" in target else os.path.abspath(target)  # noqa: PTH100 - as discovery does
        if not place or ("://" not in place and not os.path.lexists(place)):
            continue
        known = patient(lambda where: list(store.sources(where)), place)
        unseen = [entry for entry in known if entry.id not in seen]
        if "://" in place:
            away = set(sites.gone(place, [entry.source for entry in unseen]))
            gone = [entry for entry in unseen if entry.source in away]
        else:
            gone = [entry for entry in unseen if is_gone(entry.source)]
        if gone and len(gone) == len(known) and sync is Sync.CAREFUL:
            raise UsageError(
                f"None of the {len(gone)} documents indexed from {place} is there any more.",
                "Check that its drive is mounted, or its site complete. If they are really gone, add --yes.",
            )
        for entry in gone:
            yield _removed(store, originals, entry, patient)


def removed_places(
    store: Store, originals: Originals, places: Sequence[str], patient: Patience
) -> Iterator[IngestOutcome]:
    """Remove the documents of files and folders that are gone; yields one outcome for each."""
    for place in places:
        for entry in patient(lambda where: list(store.sources(where)), place):
            if is_gone(entry.source):
                yield _removed(store, originals, entry, patient)


def _removed(store: Store, originals: Originals, entry: DocumentEntry, patient: Patience) -> IngestOutcome:
    patient(store.delete_document, entry.id)
    originals.forget(entry)
    return IngestOutcome(entry.source, entry.id, IngestState.DELETED, entry.chunks)
