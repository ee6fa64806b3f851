"""What the parser's process, and tesseract with it, gives up before it sees a foreign byte.

The base is a filter of system calls (``seccomp``), which needs no privilege and works inside containers; Landlock
(``landlock``) keeps files away, and limits keep it from writing any. None of it can be taken back. What a system does
not offer is left out, and said: ``confine`` asks the system what is really refused now. Outside Linux only limits are
left.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from searchapp.sources.confinement.landlock import restrict_files
from searchapp.sources.confinement.seccomp import refuse_system_calls

OPEN_FILES = 128
SPARE_TASKS = 512
"""Processes and threads that may come to all that run on the machine, before no more are started. The system counts
those of a user together, so that a small number would depend on what else the user runs."""

_SET_NO_NEW_PRIVILEGES, _GET_NO_NEW_PRIVILEGES = 38, 39
_AF_INET, _SOCK_STREAM = 2, 1


class Protection(StrEnum):
    """What keeps a parser that was taken over by a document from doing harm."""

    NETWORK = "network"
    """No socket of any kind: no server, no DNS, no Docker's socket."""
    FILES = "files"
    """Only the programs and libraries that parsing needs can be read, and nothing be written."""
    WRITING = "writing"
    """No byte goes to any file, not even to one that could be opened."""
    PROCESSES = "processes"
    """No signal to other processes, no look into their memory."""
    PRIVILEGES = "privileges"
    """No program gains any, setuid or not."""
    MEMORY = "memory"
    """No more than the limit."""


def confine() -> frozenset[Protection]:
    """Give up what parsing does not need, for good; what is in force now.

    To be called while the process has one thread: Landlock holds for the thread that asks for it, and for its own.
    """
    with suppress(ImportError):
        _limit()
    if sys.platform == "linux":
        for step in (refuse_privileges, restrict_files, refuse_system_calls):
            with suppress(OSError):  # what is missing is found below
                step()
    return frozenset(protection for protection, holds in _questions() if _answer(holds))


def _limit() -> None:
    import resource  # not on Windows

    limits = {"RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0, "RLIMIT_NOFILE": OPEN_FILES}
    with suppress(OSError, ValueError, IndexError):
        running = int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])
        if running:
            limits["RLIMIT_NPROC"] = running + SPARE_TASKS
    for name, limit in limits.items():
        with suppress(OSError, ValueError, AttributeError):  # a lower one is in force already
            resource.setrlimit(getattr(resource, name), (limit, limit))


def refuse_privileges() -> None:
    """No program that this process starts gains any privilege. Raises OSError where the system has no such promise."""
    if _libc().prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def _questions() -> Iterator[tuple[Protection, Callable[[], bool]]]:
    yield Protection.WRITING, lambda: _is_limited("RLIMIT_FSIZE")
    yield Protection.MEMORY, lambda: _is_limited("RLIMIT_DATA")
    if sys.platform == "linux":
        yield Protection.NETWORK, _has_no_socket
        yield Protection.FILES, _sees_no_root
        yield Protection.PROCESSES, _reaches_no_parent
        yield Protection.PRIVILEGES, lambda: bool(_libc().prctl(_GET_NO_NEW_PRIVILEGES, 0, 0, 0, 0) == 1)


def _answer(holds: Callable[[], bool]) -> bool:
    try:
        return holds()
    except (OSError, ImportError, AttributeError):
        return False


def _is_limited(name: str) -> bool:
    import resource

    return resource.getrlimit(getattr(resource, name))[1] != resource.RLIM_INFINITY


def _has_no_socket() -> bool:
    opened: int = _libc().socket(_AF_INET, _SOCK_STREAM, 0)
    if opened >= 0:
        os.close(opened)
    return opened < 0 and ctypes.get_errno() == errno.EPERM


def _sees_no_root() -> bool:
    try:
        next(Path("/").iterdir())
    except PermissionError:
        return True
    return False


def _reaches_no_parent() -> bool:
    try:
        os.kill(os.getppid() or 1, 0)
    except PermissionError:
        return True
    return False


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


__all__ = ["Protection", "confine", "refuse_privileges"]
