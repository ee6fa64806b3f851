"""A wall clock that can be set, for whole processes: Elasticsearch, searchapp, all that they start.

The code that is tested is not changed for it, and no clock is handed in: what a server stamps on a snapshot, what
Python reads and what a schedule compares are one clock, as on a machine whose clock somebody sets. Times of files are
the kernel's, and stay.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import struct
import sys
import sysconfig
from pathlib import Path

from tests.services import ServiceUnavailableError, cache, process, tools

SOURCE = Path(__file__).with_suffix(".c")
SETTING = "SEARCHAPP_TEST_CLOCK"


class MachineClock:
    """The clock of the processes that have ``environment`` from their start; ``file`` says how far it is ahead."""

    def __init__(self, file: Path) -> None:
        self.file = file

    @property
    def environment(self) -> dict[str, str]:
        """What a process is started with; raises ServiceUnavailableError."""
        return {"LD_PRELOAD": str(library()), SETTING: str(self.file)}

    @property
    def ahead(self) -> dt.timedelta:
        """How far it is ahead of the machine's own; negative where it is behind."""
        return dt.timedelta(seconds=struct.unpack("q", self.file.read_bytes())[0])

    def go(self, time: dt.timedelta) -> None:
        """Let so much pass, or jump: every process sees it at once. Whole seconds."""
        with self.file.open("r+b") as file:
            file.write(struct.pack("q", round((self.ahead + time).total_seconds())))


def new() -> MachineClock:
    """A clock that goes right."""
    file = process.scratch_folder("clock") / "ahead"
    file.parent.chmod(0o755)  # Elasticsearch runs as another user
    file.write_bytes(struct.pack("q", 0))
    return MachineClock(file)


def of_this_process() -> MachineClock | None:
    """The clock that this process was started with."""
    named = os.environ.get(SETTING)
    return MachineClock(Path(named)) if named else None


def library() -> Path:
    """What is loaded into a process, built once into the cache; raises ServiceUnavailableError."""
    if sys.platform != "linux" or not sysconfig.get_config_var("HAVE_SEM_CLOCKWAIT"):
        # Else Python waits until a time of the wall clock.
        raise ServiceUnavailableError("a clock that can be set needs Linux, and a Python for glibc 2.30 or newer")

    def build(into: Path) -> None:
        tools.need("building a clock that can be set", "cc")
        flags = ["-Wall", "-Wextra", "-O2", "-shared", "-fPIC", "-o", str(into / "clock.so")]
        tools.run("building a clock that can be set", ["cc", *flags, str(SOURCE)])

    return cache.get(f"clock-{hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:8]}", build) / "clock.so"
