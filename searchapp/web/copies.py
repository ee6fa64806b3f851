"""Originals as they can be shown: unpacked, and text in UTF-8, which is the encoding that the header can promise.

An original that is so already is shown itself. Of another a copy is made, piece by piece, in the spool; the latest are
kept, so that a reader who asks for its parts does not have it made again for each. Nothing is held in memory.
"""

from __future__ import annotations

import codecs
import gzip
import shutil
import tempfile
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple, TypeGuard, cast

from searchapp.errors import OverloadedError, SourceError, unwritable
from searchapp.sources.containers import GZIP_MAGIC
from searchapp.sources.encoding import PIECE_BYTES, declared_charset, encoding_of

REMEMBERED = 256
"""Originals of which is known how they are to be shown."""

KEPT = 4
"""Copies of the largest size that are kept, or as many bytes of smaller ones."""

WAIT_SECONDS = 20.0


class Form(NamedTuple):
    """How an original is to be shown; ``html`` may declare its encoding."""

    text: bool
    html: bool = False


class _Key(NamedTuple):
    path: Path
    size: int
    changed: int
    form: Form


class Copies:
    """Readable copies in ``folder``, none larger than ``largest`` bytes."""

    def __init__(self, folder: Path, largest: int) -> None:
        self._folder, self._largest = folder / "copies", largest
        self._known: OrderedDict[_Key, Path | SourceError] = OrderedDict()
        self._lock, self._making = threading.Lock(), threading.Lock()
        self._begun = False

    @contextmanager
    def readable(self, path: Path, name: str, form: Form) -> Iterator[Path]:
        """The file to show for ``path``; it is there at least until the end, and to who has opened it until then.

        Raises SourceError where it cannot be unpacked, OverloadedError while others are made, StorageError.
        """
        status = path.stat()
        key = _Key(path, status.st_size, status.st_mtime_ns, form)
        if key not in self._known:
            self._learn(key, name)
        with self._lock:
            found = self._known.get(key)
            if found is None:  # so many others came between
                raise OverloadedError("copies_busy", retry_after=5)
            self._known.move_to_end(key)
            if isinstance(found, SourceError):
                raise found
            yield found

    def _learn(self, key: _Key, name: str) -> None:
        """Make it or find it needless, one at a time."""
        if not self._making.acquire(timeout=WAIT_SECONDS):
            raise OverloadedError("copies_busy", retry_after=5)
        try:
            if key not in self._known:
                found = self._made(key, name)
                with self._lock:
                    self._known[key] = found
                    self._forget()
        finally:
            self._making.release()

    def _made(self, key: _Key, name: str) -> Path | SourceError:
        here = key.path
        try:
            if _is_packed(here):
                here = self._unpacked(here, name)
            shown = self._in_utf8(here, key.form) if key.form.text else here
        except SourceError as error:  # remembered: it would cost as much again
            return error
        except OSError as error:
            raise unwritable(self._folder, error, "SEARCHAPP_SPOOL_DIR") from error
        if here not in (key.path, shown):
            here.unlink()
        return shown

    def _unpacked(self, path: Path, name: str) -> Path:
        left = self._largest
        with gzip.open(path) as packed, self._new() as out:
            try:
                while piece := packed.read(PIECE_BYTES):
                    left -= len(piece)
                    if left < 0:
                        raise SourceError("unpacked_too_large", name=name, mb=self._largest >> 20)
                    out.write(piece)
            except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                Path(out.name).unlink()
                raise SourceError("gzip_damaged", name=name) from error
            except SourceError:
                Path(out.name).unlink()
                raise
        return Path(out.name)

    def _in_utf8(self, path: Path, form: Form) -> Path:
        with path.open("rb") as stream:
            declared = declared_charset(stream.read(4096)) if form.html else ""
            stream.seek(0)
            encoding, skipped = encoding_of(cast(BinaryIO, stream), declared)
            if codecs.lookup(encoding).name == "utf-8":
                return path
            stream.seek(skipped)
            decoder = codecs.getincrementaldecoder(encoding)("replace")
            with self._new() as out:
                while piece := stream.read(PIECE_BYTES):
                    out.write(decoder.decode(piece).encode("utf-8", "replace"))
                out.write(decoder.decode(b"", final=True).encode("utf-8", "replace"))
        return Path(out.name)

    def _new(self) -> IO[bytes]:
        if not self._begun:  # what an earlier server left
            shutil.rmtree(self._folder, ignore_errors=True)
            self._begun = True
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cast(IO[bytes], tempfile.NamedTemporaryFile(dir=self._folder, delete=False))

    def _forget(self) -> None:
        """The oldest, until the others fit; the newest stays."""
        sizes = {key: found.stat().st_size for key, found in self._known.items() if _is_copy(found, key)}
        while len(self._known) > 1 and (len(self._known) > REMEMBERED or sum(sizes.values()) > KEPT * self._largest):
            key, found = self._known.popitem(last=False)
            if _is_copy(found, key):
                del sizes[key]
                found.unlink()


def _is_packed(path: Path) -> bool:
    with path.open("rb") as original:
        return original.read(len(GZIP_MAGIC)) == GZIP_MAGIC


def _is_copy(found: Path | SourceError, key: _Key) -> TypeGuard[Path]:
    return isinstance(found, Path) and found != key.path
