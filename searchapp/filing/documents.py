"""Files documents: which of those that a caller names may be changed, what of it is not by hand, and whom it opens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from searchapp.access import Identity, changeable, may_read
from searchapp.errors import ConflictError, ForbiddenError, UsageError
from searchapp.filing.names import MOST_GIVEN, read_tag
from searchapp.model import DocumentEntry, Filing, SourceType
from searchapp.stores import Store
from searchapp.stores.filing import Filer

BATCH = 500
BATCH_CHUNKS = 20_000
"""Documents that are filed together, and the chunks that they have at most: stores hold these with their vectors."""

Change: TypeAlias = "Callable[[DocumentEntry, Filing], Filing]"


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of documents that were named, by their ids."""

    changed: tuple[str, ...]
    """They are filed so now, and were not before."""
    unchanged: tuple[str, ...]
    """They were filed so before."""
    stated: tuple[str, ...]
    """What was to be taken from them is stated in front matter, a sidecar or a path rule, and stays until it is changed
    there."""
    refused: tuple[str, ...]
    """They are not only for the caller's groups, and so not theirs to change."""
    absent: tuple[str, ...]
    """There are no such documents."""


class Tags:
    """Tags by hand; all raise the store's errors."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def counts(self, caller: Identity) -> Mapping[str, int]:
        """How many documents have each tag, of those that the caller may see."""
        return self._store.label_counts("tags", caller.groups)

    def change(self, ids: Sequence[str], add: Iterable[str], remove: Iterable[str], caller: Identity) -> Filed:
        """Give documents tags, and take some from them. Raises UsageError for a name that cannot be one."""
        wanted = tuple(dict.fromkeys(map(read_tag, add)))
        unwanted = frozenset(map(read_tag, remove))
        if not wanted and not unwanted:
            raise UsageError("tags_unnamed")

        def change(entry: DocumentEntry, filing: Filing) -> Filing:
            tags = [tag for tag in dict.fromkeys((*filing.tags, *wanted)) if tag not in unwanted]
            return replace(filing, tags=_bounded(tags))

        return file_documents(
            self._store, ids, caller, change, lambda filing: not unwanted.isdisjoint(filing.stated_tags)
        )


def file_documents(
    store: Store,
    ids: Sequence[str],
    caller: Identity,
    change: Change,
    is_stated: Callable[[Filing], bool],
    *,
    reopen: bool = True,
) -> Filed:
    """File the documents of these ids, those of an archive's members with it, as ``change`` says.

    ``is_stated`` tells that a document keeps something that was to go. Unless they may ``reopen``, raises ConflictError
    before anything is changed where documents would be for others than before.
    """
    theirs, refused, absent = _sorted_out(store, tuple(dict.fromkeys(ids)), caller)
    file = Filer(store.collections)
    after = {id_: file.applied(entry, change(entry, entry.filed)) for id_, entry in theirs.items()}
    if not reopen:
        refuse_to_open([(entry, after[id_]) for id_, entry in theirs.items()])
    changed = [id_ for id_, entry in theirs.items() if after[id_] != entry]
    refile(store, [theirs[id_] for id_ in changed], change)
    stated = tuple(id_ for id_, entry in after.items() if is_stated(entry.filed))
    return Filed(
        tuple(changed),
        tuple(id_ for id_ in theirs if id_ not in {*changed, *stated}),
        stated,
        tuple(refused),
        tuple(absent),
    )


def refile(store: Store, entries: Iterable[DocumentEntry], change: Change) -> None:
    """File documents anew, some at a time."""
    for batch in _batches(entries):
        store.refile(batch, change)
    store.refresh()


def refuse_to_open(changes: Iterable[tuple[DocumentEntry, DocumentEntry]]) -> None:
    """Raise ConflictError where documents, before and after a change, would be for others than before."""
    opened = [before for before, after in changes if _is_opened(before.groups, after.groups)]
    if opened:
        groups = sorted({group for one in opened for group in one.groups})
        raise ConflictError("documents_would_open", n=len(opened), groups=groups)


def _is_opened(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    return bool(before) and (not after or not set(after) <= set(before))


def _bounded(given: Sequence[str]) -> tuple[str, ...]:
    if len(given) > MOST_GIVEN:
        raise UsageError("labels_too_many", most=MOST_GIVEN)
    return tuple(given)


def with_collection(filing: Filing, id_: str) -> Filing:
    """``filing`` with the document put in a collection. Raises UsageError where it is in too many."""
    return replace(filing, collections=_bounded(tuple(dict.fromkeys((*filing.collections, id_)))))


def _sorted_out(
    store: Store, ids: Sequence[str], caller: Identity
) -> tuple[dict[str, DocumentEntry], list[str], list[str]]:
    """The documents that the caller may change, by id, and the ids of those that they may not, and of none."""
    theirs: dict[str, DocumentEntry] = {}
    refused: list[str] = []
    absent: list[str] = []
    for begin in range(0, len(ids), BATCH):
        some = ids[begin : begin + BATCH]
        known = store.known_entries(some)
        for id_ in some:
            entry = known.get(id_)
            if entry is None or not may_read(caller.groups, entry.groups):
                absent.append(id_)
                continue
            try:
                changeable(entry, id_, caller)
            except ForbiddenError:
                refused.append(id_)
                continue
            theirs[id_] = entry
    for archive in [entry for entry in theirs.values() if entry.type == SourceType.ARCHIVE]:
        theirs |= {one.id: one for one in store.sources(archive.source) if one.space == archive.space}
    return theirs, refused, absent


def _batches(entries: Iterable[DocumentEntry]) -> Iterator[list[str]]:
    batch: list[str] = []
    chunks = 0
    for entry in entries:
        if batch and (len(batch) == BATCH or chunks + entry.chunks > BATCH_CHUNKS):
            yield batch
            batch, chunks = [], 0
        batch.append(entry.id)
        chunks += entry.chunks
    if batch:
        yield batch
