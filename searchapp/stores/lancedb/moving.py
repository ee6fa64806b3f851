"""The index moves to another model: another version of it is filled from the stored chunks, then searches go to it.

Searches and writes go on meanwhile. What was written is copied at the end, while writers wait a moment. A move that was
killed, or had no space on the disk, left the live version as it was; the next one to the same model goes on.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from filelock import FileLock, Timeout

from searchapp.embedding.base import Fingerprint
from searchapp.errors import ConflictError, SearchAppError, StorageError, UsageError
from searchapp.stores.base import IndexMove
from searchapp.stores.index_spec import IndexSpec
from searchapp.stores.lancedb import schema
from searchapp.stores.lancedb.copying import Copier
from searchapp.stores.lancedb.indices import index_vectors
from searchapp.stores.lancedb.store import KEEP_VERSIONS, LanceStore
from searchapp.stores.lancedb.tables import add_missing, reason_of
from searchapp.stores.lancedb.versions import is_of, names_in, new_name, read_versions, write_versions

FEW_CHUNKS = 32
"""Chunks that may be embedded while writers wait: some seconds on a slow processor."""

ROUNDS = 20
"""Most comparisons before writers have to wait; each one copies what changed during the one before."""

Show = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is (0: not known)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved(IndexMove):
    """What was done; the models are those of the version before and of the live one."""

    source: Fingerprint
    target: Fingerprint


def move(store: LanceStore, model: Fingerprint, show: Show = lambda what, done, total: None) -> Moved:
    """Make the index one of ``model``; the version of before is kept, and an older one removed.

    Raises UsageError where there is no index or it is of that model already, ConflictError while another process moves
    it, and StorageError when a write is refused; nothing has changed then.
    """
    with _alone(store):
        live = _live(store)
        if is_of(live, model):
            raise UsageError("index_of_model_already", folder=store.folder, model=str(model))
        spec = store.spec(model)
        target = _begun(store, live, spec) or store.versions.create(new_name(), spec)
        return _carried(store, live, target, show)


def move_back(store: LanceStore, show: Show = lambda what, done, total: None) -> Moved:
    """Go back to the version before, with all that was written since; the present one is kept in its place.

    Raises UsageError where none is kept, else as ``move``.
    """
    with _alone(store):
        live = _live(store)
        before = read_versions(store.folder).before
        target = store.tables.open(before) if before else None
        if target is None:
            raise UsageError("former_index_missing", folder=store.folder)
        return _carried(store, live, target, show)


def discard(store: LanceStore) -> tuple[Fingerprint, ...]:
    """Remove every version but the live one, what an unfinished move left too; returns the models they were of.

    There is no way back then. Raises ConflictError while another process moves the index.
    """
    with _alone(store):
        versions = read_versions(store.folder)
        removed = [table for table in store.versions.all() if table.name != versions.live]
        models = [model for table in removed if (model := schema.read_fingerprint(table.schema)) is not None]
        if versions.before:
            write_versions(store.folder, replace(versions, before=""))
        _remove_all_but(store, {versions.live})
        return tuple(models)


@contextlib.contextmanager
def _alone(store: LanceStore) -> Iterator[None]:
    """Keep other processes from moving the index; what the disk or the engine refuses becomes a sentence."""
    turn = FileLock(store.folder / ".moving")
    try:
        store.folder.mkdir(parents=True, exist_ok=True)
        with turn.acquire(timeout=0):
            yield
    except Timeout as error:
        raise ConflictError("index_being_moved", folder=store.folder) from error
    except StorageError as error:
        raise StorageError("index_not_moved", folder=store.folder, why=error.sentence) from error
    except SearchAppError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        why = f"{reason_of(error).rstrip('.')}."
        raise StorageError("index_not_moved", folder=store.folder, why=why) from error


def _live(store: LanceStore) -> Any:
    live = store.versions.live()
    if live is None:
        raise UsageError("index_missing_in_folder", folder=store.folder)
    return live


def _begun(store: LanceStore, live: Any, spec: IndexSpec) -> Any | None:
    """The version that is there of that model and cut: kept, or left unfinished. Other unfinished ones are removed."""
    before = read_versions(store.folder).before
    there = sorted((one for one in store.versions.all() if one.name != live.name), key=lambda one: one.name != before)
    found = next((one for one in there if is_of(one, spec.fingerprint) and _cut(one) in (None, spec.chunking)), None)
    _remove_all_but(store, {live.name, before, found.name if found is not None else ""})
    return found


def _cut(table: Any) -> object:
    return schema.read_chunking(table.schema)


def _carried(store: LanceStore, live: Any, target: Any, show: Show) -> Moved:
    started = time.monotonic()
    source, model = schema.read_fingerprint(live.schema), schema.read_fingerprint(target.schema)
    if store.reencode is None or source is None or model is None:
        raise StorageError("index_model_unknown", folder=store.folder)
    spec = store.spec(model)
    spec = replace(spec, chunking=schema.read_chunking(target.schema) or spec.chunking)
    with store.tables.writing():
        add_missing(live, schema.LATER_COLUMNS)
        add_missing(target, schema.LATER_COLUMNS)
    resumed = bool(target.count_rows())
    copier = Copier(store, store.reencode, live, target, spec)
    _fill(copier, show)
    show("indexing", 0, 0)
    with store.tables.writing():  # a deletion goes to this version too, and must not meet it while it is rewritten
        target.optimize(cleanup_older_than=KEEP_VERSIONS)
        index_vectors(target)
    _fill(copier, show)
    with store.tables.writing():
        for _ in copier.copy(copier.compare()):
            pass
        done = copier.compare()
        if done.missing or done.surplus:
            raise StorageError("versions_differ", documents=len(done.missing) + len(done.surplus))
        counts = {document_id: chunks for document_id, (_, chunks) in done.target.items()}
        store.registry.recount(counts, store.versions.unembedded_counts(target))
        write_versions(store.folder, read_versions(store.folder).switched(target.name, source))
    with contextlib.suppress(OSError):  # the index was moved, whatever becomes of an older version
        _remove_all_but(store, {live.name, target.name})
    return Moved(
        source=source,
        target=model,
        chunk_tokens=spec.chunking.tokens,
        documents=len(done.target),
        chunks=sum(chunks for _, chunks in done.target.values()),
        embedded=copier.embedded,
        reused=copier.reused,
        resumed=resumed,
        seconds=round(time.monotonic() - started, 1),
    )


def _fill(copier: Copier, show: Show) -> None:
    """Copy until so little is left that writers may wait for it."""
    for _ in range(ROUNDS):
        left = copier.compare()
        if left.chunks <= FEW_CHUNKS:
            return
        total = len(left.source)
        done = total - len(left.missing)
        show("copying", done, total)
        for documents in copier.copy(left):
            done += documents
            show("copying", done, total)


def _remove_all_but(store: LanceStore, kept: set[str]) -> None:
    for name in names_in(store.folder):
        if name not in kept:
            store.tables.remove(name)
