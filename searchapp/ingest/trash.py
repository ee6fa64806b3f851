"""Deleted documents, kept for a while so that a deletion can be undone.

What is deleted leaves the store at once: no search, answer or list shows it. All that the store held of it, vectors
included, goes into a file below the data folder, and our copy of its original stays where it lies. Undoing writes it
back as it was, without model, source or queue. Once the time is over, both are removed: by a server's timer, and by
whichever process next deletes, restores or ingests by the command line.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import logging
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from filelock import FileLock

from searchapp.audit import TIMER, Audit, Outcome, What
from searchapp.embedding import Fingerprint
from searchapp.errors import NotFoundError, SearchAppError, StorageError
from searchapp.ingest.lifecycle import now
from searchapp.ingest.originals import Originals
from searchapp.model import Chunk, DocumentEntry, DocumentState, EmbeddedChunk, SourceType
from searchapp.model.json import to_plain_json
from searchapp.stores import DocumentWrite, Store
from searchapp.stores.filing import Filer

if TYPE_CHECKING:
    from pydantic import TypeAdapter

log = logging.getLogger(__name__)

_ID = re.compile(r"[\w-]{1,128}", re.ASCII)
_WAITING = (DocumentState.QUEUED, DocumentState.RUNNING)

LOOK_SECONDS = 600.0
"""How often a server looks for what another process has deleted, where the time for an undo is longer than that."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """What the store held of a document. ``hashes`` names the chunks whose vectors lie in the file beside this one."""

    entry: DocumentEntry
    chunks: tuple[Chunk, ...]
    hashes: tuple[str, ...]
    model: Fingerprint | None
    deleted: dt.datetime


class Trash:
    """Deletes documents and brings them back, within ``minutes``; with 0 minutes nothing is kept."""

    def __init__(self, data_dir: Path, store: Store, originals: Originals, minutes: float, audit: Audit) -> None:
        self._folder = data_dir.absolute() / "trash"
        self._store = store
        self._originals = originals
        self._kept_for = dt.timedelta(minutes=minutes)
        self._audit = audit
        self._lock = threading.Lock()
        self._turn = FileLock(data_dir.absolute() / "trash.lock", thread_local=False)
        self._timer: threading.Timer | None = None

    def delete(self, document_id: str, *, for_good: bool = False) -> dt.datetime | None:
        """Remove a document from the store, and keep what it needs to come back; returns until when it can.

        None: it cannot, since it is deleted ``for_good``, nothing is kept at all, or the registry did not know it. Also
        what was deleted before, and could still come back, is deleted ``for_good``. An archive takes its members with
        it. Raises NotFoundError when there is
        none, and StorageError when it cannot be kept; it is not deleted then.
        """
        with self._alone():
            entry = self._store.entry(document_id)
            before = self._kept(document_id) if for_good and entry is None else None
            members = self._members(before.entry if before else entry, for_good=for_good)
            until = self._delete(document_id, entry, for_good=for_good)
            for member in members:
                with contextlib.suppress(NotFoundError):  # somebody else deleted it
                    self._delete(member.id, self._store.entry(member.id), for_good=for_good)
            return until

    def all(self) -> tuple[Deleted, ...]:
        """What can still come back, the latest deletion first; what was added again meanwhile is left out."""
        kept = [one for path in self._files() if (one := self._kept(path.stem)) is not None]
        there = self._store.known_entries([one.entry.id for one in kept])
        return tuple(sorted((one for one in kept if one.entry.id not in there), key=lambda one: one.deleted)[::-1])

    def until(self, deleted: Deleted) -> dt.datetime:
        """The moment until which it can come back."""
        return deleted.deleted + self._kept_for

    def entry(self, document_id: str) -> DocumentEntry | None:
        """The entry of a deleted document that can still come back; None for any other."""
        kept = self._kept(document_id)
        return None if kept is None else kept.entry

    def restore(self, document_id: str) -> DocumentEntry:
        """Bring a deleted document back as it was, and return its entry.

        One that was waiting or worked on when it was deleted is queued, and so is one whose vectors are not known; the
        caller sees to it that queued documents are ingested. One that is there again already stays as it is. Raises
        NotFoundError when there is nothing to bring back, and StorageError when the store refuses.
        """
        with self._alone():
            kept = self._read(document_id)
            there = self._restore(kept)
            for member in self._set_aside_below(kept.entry):
                self._restore(member)
        return there

    def purge(self) -> None:
        """Remove what can no longer be brought back. Does not raise: what cannot be removed now comes next time."""
        for path in self._files():
            try:
                with self._alone():
                    kept = self._read(path.stem, expired=True)
                    if kept.deleted + self._kept_for > now():
                        continue
                    on = f"{kept.entry.id} {kept.entry.title or kept.entry.source}"
                    self._audit.write(What.PURGE, TIMER, Outcome.DONE, on, groups=kept.entry.groups)
                    if self._store.entry(kept.entry.id) is None:  # else the original is that of a new document
                        self._originals.forget(kept.entry, kept.deleted)
                    self._forget(kept.entry.id)
            except SearchAppError as error:
                log.warning("What was deleted is kept a little longer: %s", error)

    def watch(self) -> None:
        """Purge now, and again from time to time: other processes delete too."""
        self.purge()
        if self._kept_for:
            self._timer = threading.Timer(min(self._kept_for.total_seconds(), LOOK_SECONDS) + 1, self.watch)
            self._timer.daemon = True
            self._timer.start()

    def close(self) -> None:
        """End the timer; what is kept stays for the next process."""
        if self._timer is not None:
            self._timer.cancel()

    # --- keeping

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other threads and processes off: of two deletions at once the second must find nothing to be kept."""
        with self._lock:
            try:
                self._folder.parent.mkdir(parents=True, exist_ok=True)
                self._turn.acquire()
            except OSError as error:
                raise StorageError(
                    "undo_unwritable", name=self._folder.parent, why=error.strerror or "input error"
                ) from error
            try:
                yield
            finally:
                self._turn.release()

    def _delete(self, document_id: str, entry: DocumentEntry | None, *, for_good: bool) -> dt.datetime | None:
        if entry is not None and self._kept_for and not for_good:
            return self._set_aside(entry)
        before, moment = self._kept(document_id) if for_good else None, now()
        known = entry or (before.entry if before else None)
        if not self._store.delete_document(document_id) and known is None:
            raise NotFoundError("document_unlisted", id=document_id[:64])
        if known is not None:
            self._originals.forget(known, moment)
            self._forget(document_id)
        return None

    def _restore(self, kept: Deleted) -> DocumentEntry:
        there = self._store.entry(kept.entry.id) or self._put_back(kept)
        self._forget(kept.entry.id)
        return there

    def _members(self, archive: DocumentEntry | None, *, for_good: bool) -> list[DocumentEntry]:
        """The documents that come of an archive, and ``for_good`` those too that could still come back."""
        if archive is None or archive.type != SourceType.ARCHIVE:
            return []
        there = [
            one for one in self._store.sources(archive.source) if one.space == archive.space and one.id != archive.id
        ]
        return there + ([kept.entry for kept in self._set_aside_below(archive)] if for_good else [])

    def _set_aside_below(self, archive: DocumentEntry) -> list[Deleted]:
        if archive.type != SourceType.ARCHIVE:
            return []
        kept = (one for path in self._files() if (one := self._kept(path.stem)) is not None)
        below = f"{archive.source}/"
        return [one for one in kept if one.entry.source.startswith(below) and one.entry.space == archive.space]

    def _set_aside(self, entry: DocumentEntry) -> dt.datetime:
        deleted = self._keep(entry)
        if not self._store.delete_document(entry.id):
            self._forget(entry.id)
            raise NotFoundError("document_unlisted", id=entry.id[:64])
        return self.until(deleted)

    def _keep(self, entry: DocumentEntry) -> Deleted:
        chunks = self._store.chunks(entry.id)
        if len(chunks) != entry.chunks:  # written a moment ago, and not visible yet
            self._store.refresh()
            chunks = self._store.chunks(entry.id)
        model = self._store.fingerprint()
        known = self._store.vectors({chunk.hash for chunk in chunks}, model) if chunks else {}
        hashes = tuple(known)
        kept = Deleted(entry, chunks, hashes, model, now())
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._vectors(entry.id).open("wb") as file:
                np.save(file, np.stack([known[hash_] for hash_ in hashes]) if hashes else np.empty((0, 0), np.float32))
            arriving = self._folder / f"{entry.id}.arriving"
            arriving.write_bytes(to_plain_json(kept))
            arriving.replace(self._folder / f"{entry.id}.json")
        except OSError as error:
            raise StorageError(
                "undo_unwritable", name=entry.title or entry.source, why=error.strerror or "input error"
            ) from error
        return kept

    def _put_back(self, kept: Deleted) -> DocumentEntry:
        entry = Filer(self._store.collections)(kept.entry)  # collections may have changed meanwhile
        vectors = self._known_vectors(kept)
        complete = all(chunk.hash in vectors for chunk in kept.chunks) and bool(kept.chunks or not entry.chunks)
        if entry.state in _WAITING or not complete:
            entry = dataclasses.replace(
                entry, state=DocumentState.QUEUED, queued=now(), updated=now(), owner="", lease=None
            )
        if not complete:
            entry = dataclasses.replace(entry, content_hash="", chunks=0)  # it must not count as unchanged
        if kept.chunks and complete:
            write = DocumentWrite(entry, tuple(EmbeddedChunk(chunk, vectors[chunk.hash]) for chunk in kept.chunks))
            for reason in self._store.write([write], kept.model).values():
                raise StorageError("restore_refused", why=reason)
            self._store.refresh()
        self._store.put_entries([entry])  # with the state and times that it had
        return entry

    def _known_vectors(self, kept: Deleted) -> dict[str, np.ndarray]:
        try:
            rows = np.load(self._vectors(kept.entry.id), allow_pickle=False)
        except (OSError, ValueError):
            return {}
        return dict(zip(kept.hashes, rows, strict=False))

    # --- files

    def _read(self, document_id: str, *, expired: bool = False) -> Deleted:
        """Raises NotFoundError for what is not kept, and for what is ``expired`` unless that is asked for."""
        from pydantic import ValidationError

        if not _ID.fullmatch(document_id):
            raise NotFoundError("document_not_restorable", id=document_id[:64])
        path = self._folder / f"{document_id}.json"
        try:
            kept = _adapter().validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise NotFoundError("document_not_restorable", id=document_id[:64]) from error
        if not expired and kept.deleted + self._kept_for <= now():
            raise NotFoundError("document_not_restorable", id=document_id[:64])
        return kept

    def _kept(self, document_id: str) -> Deleted | None:
        try:
            return self._read(document_id)
        except NotFoundError:
            return None

    def _files(self) -> Iterator[Path]:
        with contextlib.suppress(OSError):
            yield from sorted(self._folder.glob("*.json"))

    def _vectors(self, document_id: str) -> Path:
        return self._folder / f"{document_id}.npy"

    def _forget(self, document_id: str) -> None:
        for path in (self._folder / f"{document_id}.json", self._vectors(document_id)):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)


def _adapter() -> TypeAdapter[Deleted]:
    from pydantic import TypeAdapter

    return TypeAdapter(Deleted)
