"""The store follows its folders and sites: what is gone there is removed, and changes in folders are watched."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from searchapp.errors import StorageError, UsageError
from searchapp.ingest.compare import is_gone
from searchapp.ingest.originals import Originals
from searchapp.ingest.retry import Run
from searchapp.ingest.site_crawl import SiteCrawl
from searchapp.model import DocumentEntry, IngestOutcome, IngestState
from searchapp.sources import is_supported
from searchapp.sources.files import lies_in
from searchapp.sources.stated import described
from searchapp.stores import Store

QUIET_MS = 1000
"""Changes are reported when nothing else has happened for so long: files are still being written before."""

LONGEST_MS = 10_000
"""Where something always happens, changes are reported after so long all the same."""

LOOK_MS = 500
"""How often the wait looks whether it shall end."""


class Sync(StrEnum):
    """Whether documents that are gone are removed."""

    NO = "no"
    CAREFUL = "careful"
    EVEN_ALL = "even-all"


def remove_missing(
    run: Run, targets: Sequence[str], seen: Collection[str], sync: Sync, crawl: SiteCrawl
) -> Iterator[IngestOutcome]:
    """Remove what lies below the folders and sites among ``targets`` and is gone; yields one outcome for each.

    A file is gone when its folder does not list it any more, a page of a site when its server says so: that no link
    leads to it now may be the depth's doing. A folder or site that is not there itself is left alone: a drive that is
    not mounted is no reason to forget its documents. For the same reason a careful sync raises UsageError when nothing
    at all would be left of a place.
    """
    for target in targets:
        place = crawl.place(target) if "://" in target else os.path.abspath(target)  # noqa: PTH100 - as discovery does
        if not place or ("://" not in place and not os.path.lexists(place)):
            continue
        known = [entry for entry in run.store.sources(place) if entry.space is None]  # what others added is theirs
        unseen = [entry for entry in known if entry.id not in seen]
        if "://" in place:
            away = set(crawl.gone(place, [entry.source for entry in unseen]))
            gone = [entry for entry in unseen if entry.source in away]
        else:
            gone = [entry for entry in unseen if is_gone(entry.source)]
        if gone and len(gone) == len(known) and sync is Sync.CAREFUL:
            raise UsageError("everything_gone", n=len(gone), place=place)
        for entry in gone:
            yield _remove(run.store, run.originals, entry)


def remove_places(store: Store, originals: Originals, places: Sequence[str]) -> Iterator[IngestOutcome]:
    """Remove the documents of files and folders that are gone; yields one outcome for each."""
    for place in places:
        for entry in store.sources(place):
            if entry.space is None and is_gone(entry.source):
                yield _remove(store, originals, entry)


def remove_entries(run: Run, entries: Iterable[DocumentEntry]) -> Iterator[IngestOutcome]:
    """Remove documents; yields one outcome for each."""
    for entry in entries:
        yield _remove(run.store, run.originals, entry)


def _remove(store: Store, originals: Originals, entry: DocumentEntry) -> IngestOutcome:
    store.delete_document(entry.id)
    originals.forget(entry)
    return IngestOutcome(entry.source, entry.id, IngestState.DELETED, entry.chunks)


# --- watching


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths of files and folders that are new or different, and paths that are gone."""

    present: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()

    def __or__(self, later: Changes) -> Changes:
        return Changes(
            (self.present | later.present) - (later.gone - later.present), (self.gone | later.gone) - later.present
        )

    def __bool__(self) -> bool:
        return bool(self.present or self.gone)


def require_folders(targets: Sequence[str]) -> list[str]:
    """The targets as discovery spells folders. Raises UsageError for what is none."""
    for target in targets:
        if not os.path.isdir(target):  # noqa: PTH112 - a path or an address as it was typed
            raise UsageError("not_a_folder", name=target)
    return [os.path.abspath(target) for target in targets]  # noqa: PTH100 - as discovery spells sources


def watch_folders(
    folders: Sequence[str], stopping: threading.Event, *, follow_links: bool = False
) -> Iterator[Changes]:
    """Yield what changes below the folders until ``stopping`` is set; hidden and unsupported files do not count.

    Nor do links that lead out of their folder, unless ``follow_links``.

    What goes with a folder that is itself no longer there is not reported: its drive may be away. Raises StorageError
    where the system cannot report changes.
    """
    import watchfiles

    try:
        for events in watchfiles.watch(
            *folders,
            watch_filter=None,
            step=QUIET_MS,
            debounce=LONGEST_MS,
            rust_timeout=LOOK_MS,
            stop_event=stopping,
            raise_interrupt=False,
        ):
            found = _changes({path for _, path in events}, folders, follow_links)
            if found:
                yield found
    except (OSError, RuntimeError) as error:  # RuntimeError: the base of the library's own
        raise StorageError("changes_not_followed", folders=list(folders), why=str(error)) from error


def _changes(paths: set[str], folders: Sequence[str], follow_links: bool) -> Changes:
    # A sidecar that came, changed or went is a change of what it describes.
    paths = {str(described(Path(path)) or path) for path in paths}
    visible = [path for path in paths if _is_visible(path, folders)]
    there = {path for path in visible if os.path.lexists(path)}
    roots = [os.path.realpath(folder) for folder in folders]
    taken = {path for path in there if follow_links or any(lies_in(os.path.realpath(path), root) for root in roots)}
    return Changes(
        frozenset(path for path in taken if Path(path).is_dir() or is_supported(Path(path))),
        frozenset(path for path in visible if path not in there),
    )


def _is_visible(path: str, folders: Sequence[str]) -> bool:
    """Whether the path is a folder that is there or lies below one, and no part of it there is hidden."""
    if path in folders:
        return Path(path).is_dir()
    for folder in folders:
        inside = f"{folder.rstrip(os.sep)}{os.sep}"
        if path.startswith(inside) and Path(folder).is_dir():
            return not any(part.startswith(".") for part in Path(path[len(inside) :]).parts)
    return False
