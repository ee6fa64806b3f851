"""Archives: each member is a document of its own, below the archive, for as long as it is in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator

from searchapp.errors import SourceError
from searchapp.ingest.retry import Run
from searchapp.model import DocumentEntry, Space, document_id
from searchapp.sources import BadTarget, Loader, RawSource, SourceRef
from searchapp.sources.files import holds_members
from searchapp.sources.parsed import MOST_MEMBERS

DEEPEST = 3
"""Archives inside each other; what is deeper is listed by the one around it."""


class Archives:
    """The archives among the sources of one run."""

    def __init__(self, run: Run, loader: Loader) -> None:
        self._store = run.store
        self._loader = loader
        self._max_bytes = run.settings.max_file_mb << 20
        self._groups: dict[str, tuple[str, ...]] = {}
        self._whole: dict[str, Space] = {}

    def members(self, ref: SourceRef, only: str) -> Iterator[SourceRef | BadTarget]:
        """The archive itself, then its members, or the ``only`` one that is named (``discover`` asks for them).

        The bytes that were read come with each. Where they cannot be had, the archive's own document says why.
        """
        known = self._store.entry(ref.id)
        if known is not None:
            self._groups[ref.source] = known.groups
        try:
            raw = self._loader.read(ref)
        except SourceError:
            yield ref
            return
        lot = _Lot(self._loader, self._max_bytes)
        if only:
            missing = BadTarget(only, document_id(only, ref.space), SourceError("path_missing", name=only), ref.space)
            yield next((one for one in lot.below(raw) if one.source == only), missing)
            return
        yield dataclasses.replace(ref, fetched=raw)
        yield from lot.below(raw)
        if lot.is_whole:
            self._whole[ref.source] = ref.space

    def groups_of(self, source: SourceRef | BadTarget) -> tuple[str, ...] | None:
        """Who may read a member: those who may read its archive. None for what is no member of a known one."""
        return self._groups.get(source.archive) if source.archive else None

    def vanished(self, seen: Collection[str]) -> Iterator[DocumentEntry]:
        """The documents of members that are in their archive no more."""
        for archive, space in self._whole.items():
            for entry in self._store.sources(archive):
                if entry.id not in seen and entry.source != archive and entry.space == space:
                    yield entry


class _Lot:
    """The members of an archive and of those inside it, together no more than one may hold."""

    def __init__(self, loader: Loader, max_bytes: int) -> None:
        self._loader = loader
        self._max_bytes = max_bytes
        self._count = self._bytes = 0
        self.is_whole = True
        """Whether all that is in them was come across."""

    def below(self, raw: RawSource, depth: int = 1) -> Iterator[SourceRef | BadTarget]:
        try:
            for one in self._loader.members(raw):
                if isinstance(one, BadTarget):
                    yield one
                    continue
                self._count += 1
                self._bytes += len(one.data)
                if self._count > MOST_MEMBERS or self._bytes > self._max_bytes:
                    yield self._refused(one)
                    return
                inside = dataclasses.replace(one.ref, fetched=one)
                yield inside
                if depth < DEEPEST and holds_members(inside):
                    yield from self.below(one, depth + 1)
        except SourceError:
            self.is_whole = False  # its own document says why

    def _refused(self, one: RawSource) -> BadTarget:
        error = SourceError(
            "archive_holds_too_much",
            name=one.ref.source,
            archive=one.ref.archive,
            n=MOST_MEMBERS,
            mb=self._max_bytes >> 20,
        )
        return BadTarget(one.ref.source, one.ref.id, error, one.ref.space, one.ref.archive)
