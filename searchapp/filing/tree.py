"""What a library holds, level by level: collections and places first, then the documents of one of them in pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from searchapp.access import Identity
from searchapp.errors import UsageError
from searchapp.filing.collections import Collections, CollectionShown
from searchapp.filing.folders import Folder, level
from searchapp.model import DocumentEntry, ListedDocument
from searchapp.sources.source import is_web_address
from searchapp.stores import Cursor, EntryOrder, Place, Store

STEPS = 60
"""Questions to the store for one page: each passes over one folder that lies between the documents of a place."""

_BEHIND = "\U0010ffff"
"""Stands behind every character of a source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What lies in one place, or in one collection."""

    total: int
    """The documents below it, however deep."""
    collections: tuple[CollectionShown, ...]
    """Of the first level alone."""
    folders: tuple[Folder, ...]
    """The places below it; `place` of each is what `below` takes."""
    folders_left_out: int
    """Folders that are too many to be told; the smallest are left out."""
    documents: tuple[ListedDocument, ...]
    """Those that lie directly in it, in the order of their sources."""
    next: str | None
    """What `after` takes for the documents behind these; null where there are none."""


def list_level(
    store: Store, collections: Collections, caller: Identity, *, below: str, after: str, size: int, uploads: str
) -> Level:
    """What the caller sees directly below a place; "" is the first level, with the collections.

    ``size`` documents at most, behind the source ``after``; fewer may come where many folders lie between them.
    ``uploads`` is the place of all that was sent to the server. Raises the store's errors.
    """
    counts = store.folder_counts(caller.groups)
    found = level(counts, below, uploads)
    is_flat = below == uploads or not found.folders
    documents, following = _directly(store, caller, below, after, size, is_flat) if below else ([], None)
    return Level(
        total=found.total,
        collections=collections.all(caller) if not below else (),
        folders=found.folders,
        folders_left_out=found.left_out,
        documents=tuple(documents),
        next=following,
    )


def list_collection(
    store: Store, collections: Collections, caller: Identity, *, named: str, after: str, size: int
) -> Level:
    """The documents of a collection that the caller sees. Raises NotFoundError where they see none of that name."""
    shown = collections.find(named, caller)
    page = store.entries(
        collection=shown.name, groups=caller.groups, size=size, order=EntryOrder.SOURCE, cursor=_behind(after)
    )
    return Level(
        total=page.total,
        collections=(shown,),
        folders=(),
        folders_left_out=0,
        documents=tuple(map(_listed, page.entries)),
        next=page.entries[-1].source if page.next and page.entries else None,
    )


def _directly(
    store: Store, caller: Identity, place: str, after: str, size: int, is_flat: bool
) -> tuple[list[ListedDocument], str | None]:
    """The documents in a place, and the source behind which to go on; folders between them are passed over."""
    found: list[ListedDocument] = []
    cursor = _behind(after)
    for _ in range(STEPS):
        page = store.entries(below=place, groups=caller.groups, size=size + 1, order=EntryOrder.SOURCE, cursor=cursor)
        passed = ""
        for entry, folder in _with_folders(page.entries, place, is_flat):
            if folder:
                passed = folder + _BEHIND
                break
            if len(found) == size:
                return found, found[-1].source
            found.append(_listed(entry))
        if not passed and (page.next is None or not page.entries):
            return found, None
        cursor = _behind(passed) if passed else page.next
    return found, passed or (found[-1].source if found else None)


def _with_folders(entries: tuple[DocumentEntry, ...], place: str, is_flat: bool) -> Iterator[tuple[DocumentEntry, str]]:
    """Each entry with the folder of the place that it lies deeper in; "" where it lies in the place itself."""
    for entry in entries:
        rest = entry.source[len(place) :]
        path = rest.partition("?")[0] if is_web_address(entry.source) else rest
        inside, slash, _ = path.partition("/")
        yield entry, f"{place}{inside}/" if slash and not is_flat else ""


def _behind(source: str) -> Cursor | None:
    try:
        source.encode()
    except UnicodeEncodeError as error:  # half of a pair of surrogates is no text
        raise UsageError("place_unreadable") from error
    return Cursor(Place(None, source)) if source else None


def _listed(entry: DocumentEntry) -> ListedDocument:
    return ListedDocument(
        document_id=entry.id,
        title=entry.title,
        source=entry.source,
        type=entry.type,
        language=entry.language,
        state=entry.state,
        pages=entry.pages,
        chunks=entry.chunks,
        modified=entry.modified,
    )
