"""Whether there is anything to do with a source: its bytes are compared with what is indexed; renames are found."""

from __future__ import annotations

import dataclasses
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from searchapp.errors import SourceError
from searchapp.ingest.archives import Archives
from searchapp.ingest.batches import Finished, Loaded
from searchapp.ingest.lifecycle import (
    Source,
    crashed_too_often,
    enter,
    is_current,
    is_hopeless,
    is_mistyped,
    is_quarantined,
    mark_crashed,
    mark_failed,
    mark_hopeless,
    mark_renamed,
    mark_unchanged,
    readers,
)
from searchapp.ingest.retry import Run
from searchapp.ingest.site_crawl import SiteCrawl
from searchapp.model import Chunk, DocumentEntry, DocumentState, IngestOutcome, IngestState
from searchapp.sources import BadTarget, Loader, PageVersion, RawSource, SourceRef, libreoffice
from searchapp.sources.containers import PASSWORD
from searchapp.sources.files import archive_of
from searchapp.sources.recognition import OFF, choose, look_again
from searchapp.stores import Store


@dataclass(frozen=True, slots=True)
class Candidate:
    """A source whose bytes differ from what is indexed; ``groups`` may read it after this run."""

    raw: RawSource
    known: DocumentEntry | None
    groups: tuple[str, ...]

    @property
    def id(self) -> str:
        """The document's id."""
        return self.raw.ref.id

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever indexed of it; it may have been queued, or have failed."""
        return self.known is None or not self.known.content_hash


class Comparer:
    """Compares sources with the registry, for one run. ``groups`` as in ``Ingester.ingest``."""

    def __init__(
        self,
        run: Run,
        loader: Loader,
        crawl: SiteCrawl,
        archives: Archives,
        groups: Sequence[str] | None,
        *,
        has_passwords: bool,
    ) -> None:
        self._run = run
        self._loader = loader
        self._crawl = crawl
        self._archives = archives
        self._groups = None if groups is None else tuple(sorted(set(groups)))
        self._has_passwords = has_passwords
        self._languages: frozenset[str] | None = None

    def compare(self, source: Source, known: DocumentEntry | None) -> Finished | Candidate:
        """Read the bytes, and see whether there is anything to do with them."""
        named = self._groups
        if named is None:
            named = self._archives.groups_of(source)
        if named is None and known is None:
            named = self._crawl.groups_of(source.id)
        groups = readers(source, known, named)
        try:
            if isinstance(source, BadTarget):
                raise source.error
            raw = self._loader.read(source, self._version(source, known, groups), partial(self._is_unwanted, known))
        except SourceError as error:
            tried = enter(source, known, DocumentState.FAILED, groups)
            if known is None and is_mistyped(error):
                return Finished(_outcome(tried, IngestState.FAILED, error.sentence.whole.encoded()))
            return fail(tried, known, error, "")
        if known is None:
            return Candidate(raw, None, groups)
        if not self._is_readable_now(known):
            if is_current(known, raw.content_hash, groups, self._loader.beside(source).hash):
                self._run.originals.keep_version(raw)
                return _finish_unchanged(known)
            if is_quarantined(known, raw.content_hash):
                if known.readers == groups:
                    return Finished(_outcome(known, IngestState.QUARANTINED, known.error))
                moved = known.for_groups(groups)  # who may see that it failed
                return Finished(_outcome(moved, IngestState.QUARANTINED, known.error), moved, known)
            if is_hopeless(known, raw.content_hash):
                hopeless = mark_hopeless(known).for_groups(groups)
                return Finished(_outcome(hopeless, IngestState.QUARANTINED, hopeless.error), hopeless, known)
        if crashed_too_often(known):
            crashed = mark_crashed(known)
            return Finished(_outcome(crashed, IngestState.QUARANTINED, crashed.error), crashed, known)
        return Candidate(raw, known, groups)

    def _is_unwanted(self, known: DocumentEntry | None) -> bool:
        """Whether somebody deleted the document meanwhile: what is fetched for it holds up others."""
        return known is not None and self._run.store.entry(known.id) is None

    def find_renames(self, candidates: Sequence[Candidate]) -> dict[str, Loaded]:
        """Those of the new files that were known under another path, which is gone now; by the new id.

        Of the same space and for the same readers, that is: what others hold is theirs. Their chunks move along,
        nothing is parsed. Each old document moves once, so that of two new copies one is read.
        A document whose vectors are not all there is left to the ordinary way.
        """
        # A member has a copy of its own besides its chunks: it is read anew, and its vectors are found again.
        files = [one for one in candidates if one.is_new and not one.raw.ref.is_url and not one.raw.ref.archive]
        known = self._run.store.same_content({one.raw.content_hash for one in files})
        renames: dict[str, Loaded] = {}
        taken: set[str] = set()
        for one in files:
            for old in known.get(one.raw.content_hash, ()):
                if old.id in taken or not self._is_ours(old, one) or not _is_whole(old) or not is_gone(old.source):
                    continue
                if (chunks := movable_chunks(self._run.store, old)) is not None:
                    taken.add(old.id)
                    renames[one.id] = self._rename(old, one, chunks)
                    break
        return renames

    def _is_ours(self, old: DocumentEntry, to: Candidate) -> bool:
        # Where nobody says who may read the new file, those of before do.
        groups = to.groups or old.readers if self._groups is None else self._groups
        same_stated = old.stated == self._loader.beside(to.raw.ref).hash
        return old.space == to.raw.ref.space and old.readers == groups and same_stated

    def _rename(self, old: DocumentEntry, to: Candidate, chunks: Sequence[Chunk]) -> Loaded:
        entry = mark_renamed(old, to.raw.ref, old.readers)
        if held := self._run.leases.held(to.id):
            entry = dataclasses.replace(entry, queued=held.queued, started=held.started)
        return Loaded(entry, tuple(_move(chunk, to.id) for chunk in chunks), moved_from=old)

    def _version(self, source: SourceRef, known: DocumentEntry | None, groups: tuple[str, ...]) -> PageVersion | None:
        """The version of a web page that is in the store, so that its server need not send it again."""
        if not source.is_url or known is None:
            return None
        if not is_current(known, known.content_hash, groups, self._loader.beside(source).hash):
            return None
        if self._is_readable_now(known):
            return None
        version = self._run.originals.version(source.id)
        return version if version is not None and version.content_hash == known.content_hash else None

    def _is_readable_now(self, known: DocumentEntry) -> bool:
        """Whether what the document waits for is there now: a language of a recogniser's, or perhaps its password."""
        if not known.lacking:
            return False
        if known.lacking == PASSWORD:
            return self._has_passwords
        if known.lacking == libreoffice.LIBREOFFICE:
            return libreoffice.program() is not None
        if self._languages is None:
            look_again()
            self._languages = frozenset(choose(self._run.settings).languages.split("+")) - {""}
        return (
            bool(self._languages) if known.lacking == OFF else not self._languages.isdisjoint(known.lacking.split("+"))
        )


def movable_chunks(store: Store, entry: DocumentEntry) -> tuple[Chunk, ...] | None:
    """A document's chunks, to be written once more without being embedded; None where one or its vector is lacking."""
    chunks = store.chunks(entry.id)
    hashes = {chunk.hash for chunk in chunks}
    return chunks if len(chunks) == entry.chunks and store.vectors(hashes).keys() >= hashes else None


def fail(tried: DocumentEntry, known: DocumentEntry | None, error: SourceError, content_hash: str) -> Finished:
    """What becomes of a document that could not be read, or not parsed: then ``content_hash`` is that of its bytes."""
    sentence = error.sentence.whole
    if not content_hash and is_quarantined(known):
        return Finished(_outcome(tried, IngestState.QUARANTINED, sentence.encoded()))
    entry = mark_failed(tried, sentence, content_hash, error.lacking, is_final=error.is_final)
    state = IngestState.QUARANTINED if entry.state is DocumentState.QUARANTINED else IngestState.FAILED
    return Finished(_outcome(entry, state, entry.error), entry, known)


def is_gone(source: str) -> bool:
    """Whether there is certainly no such file: a folder that may not be looked into says nothing.

    Where a folder stands now, its files are documents of their own. Of an archive's members its content tells, not its
    name.
    """
    if "://" in source:
        return False
    try:
        return stat.S_ISDIR(os.lstat(source).st_mode)
    except FileNotFoundError:
        return True
    except NotADirectoryError:
        return not archive_of(Path(source))
    except OSError:
        return False


def _finish_unchanged(known: DocumentEntry) -> Finished:
    outcome = IngestOutcome(known.source, known.id, IngestState.UNCHANGED, known.chunks, note=known.note)
    if known.state in (DocumentState.INDEXED, DocumentState.UNCHANGED):
        return Finished(outcome)
    return Finished(outcome, mark_unchanged(known), known)  # it was queued, or could not be read for a while


def _outcome(entry: DocumentEntry, state: IngestState, error: str) -> IngestOutcome:
    """The outcome of a document that was not indexed; ``chunks`` of an earlier version may be searchable."""
    return IngestOutcome(entry.source, entry.id, state, entry.chunks, error=error)


def _is_whole(old: DocumentEntry) -> bool:
    return old.state in (DocumentState.INDEXED, DocumentState.UNCHANGED) and old.attempts == 0


def _move(chunk: Chunk, document_id: str) -> Chunk:
    return dataclasses.replace(chunk, id=chunk.id.replace(chunk.document_id, document_id, 1), document_id=document_id)
