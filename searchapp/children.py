"""Child processes: what they are given of our environment, and that they end with us.

A process that a thread waits for is killed at our end, as Python would else wait for the thread.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from subprocess import Popen

_PASSED_ON = (
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "TMP", "TZ", "SYSTEMROOT", "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE", "XDG_CACHE_HOME", "TESSDATA_PREFIX",
    "OMP_NUM_THREADS", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE",
)  # fmt: skip


def plain_environment(*more: str) -> dict[str, str]:
    """What a child needs of our environment, and the variables named in ``more``: no secret is among it."""
    return {name: os.environ[name] for name in (*_PASSED_ON, *more) if name in os.environ}


_running: set[Popen[str]] = set()
_ending = threading.Event()


@contextmanager
def ended_with_us(process: Popen[str]) -> Iterator[None]:
    """While open, ``process`` is killed when this one ends; at once where it is ending already."""
    _running.add(process)
    try:
        if _ending.is_set():
            process.kill()
        yield
    finally:
        _running.discard(process)


def end_children() -> None:
    """Kill those that run, and each that is still to be started: for the end of this process alone."""
    _ending.set()
    for process in tuple(_running):
        process.kill()


def is_running(process: int) -> bool:
    """Whether a process of that id is there, whoever's it is."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
