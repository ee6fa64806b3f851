"""Who holds a lease: a name for this process, and whether the process behind another name still lives.

A process keeps a locked file in the data folder for as long as it lives; the system frees the lock however it ends. So
a process on the same data folder takes over at once what a killed one had in hand. Elsewhere only the end of the lease
tells.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
import uuid
from collections.abc import Iterable
from pathlib import Path

from filelock import FileLock, Timeout

from searchapp.errors import unwritable

STALE_SECONDS = 24 * 3600.0


class Owner:
    """The name of one run in leases."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir.absolute() / "running"
        self.name = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._lock = FileLock(self._file(self.name), thread_local=False)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except OSError as error:
            raise unwritable(self._folder, error) from error
        self._remove_stale()

    def close(self, *, forgotten: bool) -> None:
        """Give the name up: whoever asks is told that this owner is gone; ``forgotten`` when nobody will ask."""
        file = self._file(self.name)
        self._lock.release()
        if forgotten:
            file.unlink(missing_ok=True)
        else:
            file.touch()

    def gone(self, names: Iterable[str]) -> set[str]:
        """Those of the names whose processes have ended; one that this data folder does not know is not among them."""
        return {name for name in names if name and name != self.name and self._has_ended(self._file(name))}

    def _file(self, name: str) -> Path:
        return self._folder / f"{Path(name).name}.lock"

    def _has_ended(self, file: Path) -> bool:
        if not file.is_file():
            return False
        lock = FileLock(file, thread_local=False)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return False
        lock.release()
        file.touch()  # some systems remove the file with the lock, and others may still want to ask
        return True

    def _remove_stale(self) -> None:
        for file in self._folder.glob("*.lock"):
            with contextlib.suppress(OSError):
                if file.stat().st_mtime < time.time() - STALE_SECONDS and self._has_ended(file):
                    file.unlink()
