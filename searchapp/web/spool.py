"""Where the bodies of requests lie while they arrive, and how much there may be of them.

The folder is in the data folder unless the settings name another: bodies fill a disk, not the memory that /tmp often
is. Its files have no names, so that nothing is left of a process that dies.
"""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from collections.abc import Callable
from typing import IO, Any, cast

from waitress.buffers import OverflowableBuffer, TempfileBasedBuffer

from searchapp.errors import OverloadedError, TooManyRequestsError
from searchapp.settings import Settings

KEPT_IN_MEMORY = 512 * 1024
"""Bytes of a body that need no file."""

UPLOADS_OF_ONE = 4
"""That one caller may send at once."""

COPIES = 2
"""An upload takes its length twice: as it came over the wire, and once its wrapping is taken off."""


class Spool:
    """The folder, made when first needed, and the room in it that uploads share."""

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.spool_dir or settings.data_dir / "spool"
        self._room = settings.upload_room_mb * 1024 * 1024
        self._lock = threading.Lock()
        self._bytes: Counter[str] = Counter()
        self._uploads: Counter[str] = Counter()

    def file(self) -> IO[bytes]:
        """A new file without a name. Raises OSError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return tempfile.TemporaryFile("w+b", dir=str(self.folder))

    def buffer(self) -> Buffer:
        """For the body of one request."""
        return Buffer(self)

    def upload(self, length: int, caller: str, *, shares: bool) -> Callable[[], None]:
        """Take room for an upload of ``length`` bytes; what is returned gives it back, however often it is called.

        One caller who ``shares`` has half the room, and ``UPLOADS_OF_ONE``; a single upload is taken always. Raises
        TooManyRequestsError, OverloadedError.
        """
        length *= COPIES
        with self._lock:
            own = self._bytes[caller]
            if shares and own and (self._uploads[caller] >= UPLOADS_OF_ONE or own + length > self._room // 2):
                raise TooManyRequestsError("uploads_of_one", retry_after=5, uploads=self._uploads[caller])
            total = self._bytes.total()
            if total and total + length > self._room:
                raise OverloadedError("uploads_too_many", retry_after=10)
            self._bytes[caller] += length
            self._uploads[caller] += 1
        held = [length]

        def give_back() -> None:
            with self._lock:
                if held:
                    self._bytes[caller] -= held.pop()
                    self._uploads[caller] -= 1
                if not self._uploads[caller]:
                    del self._uploads[caller], self._bytes[caller]

        return give_back


class _File(TempfileBasedBuffer):  # type: ignore[misc]
    def __init__(self, spool: Spool, held: Any) -> None:
        self._spool = spool
        super().__init__(held)

    def newfile(self) -> IO[bytes]:
        return self._spool.file()


class Buffer(OverflowableBuffer):  # type: ignore[misc]
    """waitress's buffer, whose file lies in the spool."""

    def __init__(self, spool: Spool) -> None:
        super().__init__(KEPT_IN_MEMORY)
        self._spool = spool

    def _set_large_buffer(self) -> None:
        held: Any = self.buf
        self.buf: Any = _File(self._spool, held)
        if held is not None:
            held.close()
        self.overflowed = True


def stream_of(spool: Spool) -> Callable[..., IO[bytes]]:
    """Where werkzeug puts the files of an upload when it takes them out of their wrapping."""

    def open_(*_: object, **__: object) -> IO[bytes]:
        spool.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = tempfile.SpooledTemporaryFile(KEPT_IN_MEMORY, "w+b", dir=str(spool.folder))  # noqa: SIM115
        return cast(IO[bytes], file)

    return open_
