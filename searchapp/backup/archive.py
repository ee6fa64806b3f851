"""How a backup lies in its file: a plain tar, whose first member says what it is and whose last one that it is whole.

The digest in the last member is SHA-256 over name, size and SHA-256 of each file in their order, so a bit that turns
and a file that goes missing are noticed. It is not signed: it keeps accidents out, and nobody who makes one up.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from searchapp.backup.contents import is_kept
from searchapp.errors import UsageError

FORMAT = 1
"""Version of the archive's own layout."""

HEAD, TAIL = "searchapp-backup.json", "searchapp-backup-end.json"

BLOCK = 1 << 20
NOTE_BYTES = 16_384
"""Of the first and the last member."""

READ_AT_ONCE = 4 * BLOCK
"""The most that one header of a tar may make its reader hold; a path needs a thousandth."""


@dataclass(frozen=True, slots=True)
class Total:
    """What an archive holds."""

    files: int
    bytes: int
    digest: str


class Digest:
    """Of all files of an archive, in their order."""

    def __init__(self) -> None:
        self._all = hashlib.sha256()
        self._files = self._bytes = 0

    def add(self, name: str, size: int, content: str) -> None:
        """``content`` is the SHA-256 of a file's bytes."""
        self._all.update(f"{name}\0{size}\0{content}\n".encode())
        self._files += 1
        self._bytes += size

    @property
    def total(self) -> Total:
        """Of what was added until now."""
        return Total(self._files, self._bytes, self._all.hexdigest())


class Writer:
    """Writes an archive to a stream."""

    def __init__(self, stream: IO[bytes], head: dict[str, Any]) -> None:
        self._tar = tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._digest = Digest()
        self._note(HEAD, {"format": FORMAT, **head})

    def add(self, name: str, path: Path) -> int:
        """Add a file as it is now; returns its size. Raises OSError where it becomes shorter meanwhile."""
        with path.open("rb") as file:
            held, reader = os.fstat(file.fileno()), Hashed(file)
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = held.st_size, int(held.st_mtime), 0o600
            self._tar.addfile(info, reader)
        self._digest.add(name, info.size, reader.digest)
        return info.size

    def close(self) -> Total:
        """Say that it is whole."""
        total = self._digest.total
        self._note(TAIL, {"files": total.files, "bytes": total.bytes, "digest": total.digest})
        self._tar.close()
        return total

    def _note(self, name: str, values: dict[str, Any]) -> None:
        content = json.dumps(values).encode()
        info = tarfile.TarInfo(name)
        info.size, info.mode = len(content), 0o600
        self._tar.addfile(info, io.BytesIO(content))


class Hashed(io.RawIOBase):
    """A stream that is read once, and the SHA-256 of what was read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._hash = stream, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """See ``io.RawIOBase``."""
        block = self._stream.read(size)
        self._hash.update(block)
        return block

    @property
    def digest(self) -> str:
        """Of all that was read until now."""
        return self._hash.hexdigest()


class _Bounded(io.RawIOBase):
    """A file of which no single read takes more than ``READ_AT_ONCE``."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= READ_AT_ONCE:
            raise tarfile.ReadError("a header is too long")
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def read(path: Path) -> Iterator[tuple[str, int, Hashed]]:
    """Each file's name, size and bytes; the caller reads them before the next one. The digest is compared at the end.

    Raises UsageError: unreadable, no backup, of a newer searchapp, cut short, damaged, or with a name that leads
    elsewhere; of the latter two nothing can be told before that member is reached.
    """
    try:
        with path.open("rb") as file:
            yield from _read(path, file)
    except OSError as error:
        raise UsageError("backup_unreadable", file=path, why=(error.strerror or "input error").lower()) from error


def _read(path: Path, file: IO[bytes]) -> Iterator[tuple[str, int, Hashed]]:
    try:
        tar = tarfile.open(fileobj=_Bounded(file), mode="r:")  # noqa: SIM115
        first = tar.next()
    except (tarfile.TarError, ValueError, EOFError, OverflowError) as error:
        raise UsageError("backup_not_a_backup", file=path) from error
    head = _noted(tar, first, HEAD)
    if head is None:
        raise UsageError("backup_not_a_backup", file=path)
    if head.get("format") != FORMAT:
        raise UsageError("backup_of_another_version", file=path, there=str(head.get("searchapp"))[:40])
    digest, seen = Digest(), set[str]()
    try:
        while (info := tar.next()) is not None:
            if info.name == TAIL:
                break
            is_file = info.isreg() and not info.issparse() and info.size >= 0
            if not is_file or not is_kept(info.name) or info.name in seen:
                raise UsageError("backup_hostile", file=path, name=info.name[:200])
            seen.add(info.name)
            if (held := tar.extractfile(info)) is None:
                raise UsageError("backup_hostile", file=path, name=info.name[:200])
            reader = Hashed(held)
            yield info.name, info.size, reader
            digest.add(info.name, info.size, reader.digest)
            tar.members = []  # type: ignore[attr-defined]  # or it keeps them all
    except (tarfile.TarError, ValueError, EOFError, OverflowError) as error:
        raise UsageError("backup_cut", file=path) from error
    total = _noted(tar, info, TAIL)
    if total is None:
        raise UsageError("backup_cut", file=path)
    found = digest.total
    if (total.get("files"), total.get("bytes"), total.get("digest")) != (found.files, found.bytes, found.digest):
        raise UsageError("backup_damaged", file=path)


def _noted(tar: tarfile.TarFile, info: tarfile.TarInfo | None, name: str) -> dict[str, Any] | None:
    """The note in the member ``info``; None where it is not one of that name."""
    if info is None or info.name != name or not info.isreg() or info.size > NOTE_BYTES:
        return None
    try:
        held = tar.extractfile(info)
        values = json.loads(held.read(NOTE_BYTES)) if held else None
    except (tarfile.TarError, ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None
